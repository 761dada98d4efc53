import { randomUUID } from 'node:crypto';

import { present } from '../../src/kernel/bug.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import type { Change } from '../../src/migration/catch-up/read-feed.ts';
import { readFeed } from '../../src/migration/catch-up/read-feed.ts';
import { feedFolder } from '../../src/migration/generate/generate.ts';
import { placeOf, type Row } from '../../src/migration/lx1/tables.ts';
import type { Answered, Sent } from '../../src/migration/shadow/read-messages.ts';
import { EXPORTER, type Generated } from '../../src/migration/testing.ts';
import type { Database } from '../../src/platform/database.ts';
import { INTERACTIONS, ownInteraction } from '../../src/prescriptions/interactions.ts';
import { bodyOf, rowsOf, templatesOf } from './real-messages.ts';

/** A transaction of the old store, and the message that was its cause. */
type Step = { readonly changes: readonly Change[]; readonly message: Row<'MESSAGE'> | null };

/** What is known of an acute prescription that messages are about. */
type About = {
  readonly patient: string;
  readonly items: readonly Pick<Row<'ITEM'>, 'ITEM_ID'>[];
};

/**
 * Messages of the feed of an old store as systems send them, each with what its rows say that it was answered: of acute
 * prescriptions to which nothing happened since the export but what the templates can say. `after`: a change of the feed.
 */
export async function sentTo(
  { folder, dump }: Generated,
  database: Database,
  after = 0,
): Promise<Sent[]> {
  const { exportId } = dump.manifest;
  const abouts = await aboutsIn(dump);
  const here = new Set(abouts.keys());
  const lives = new Map<string, Step[]>();
  const steps: Step[] = [];
  const owner = { exportId, publicKeyPem: EXPORTER.publicKey, after: 0 };
  for await (const changes of readFeed(feedFolder(folder), owner)) {
    const place = placeIn(changes);
    if (place === null) continue;
    const step = { changes, message: messageIn(changes) };
    for (const [of, about] of aboutsOf(changes)) abouts.set(of, about);
    lives.set(place, [...(lives.get(place) ?? []), step]);
    steps.push(step);
  }
  const wanted = new Set(
    [...lives].flatMap(([place, own]) => {
      const about = abouts.get(place);
      return about !== undefined && own.every((step) => canSay(step, about)) ? own : [];
    }),
  );
  const sent: Sent[] = [];
  for (const step of steps) {
    if (isOrder(step)) here.add(placeIn(step.changes) ?? '');
    const about = abouts.get(placeIn(step.changes) ?? '');
    if (about === undefined || step.message === null || !wanted.has(step)) continue;
    if ((step.changes.at(-1)?.seq ?? 0) <= after) continue;
    const place = placeIn(step.changes) ?? '';
    sent.push(await sentAs(step, step.message, { ...about, isHere: here.has(place) }, database));
  }
  return sent;
}

/** A pharmacy asks for what waits for it. */
export async function downloadOf(organisation: string, database: Database): Promise<string> {
  const template = present(
    (await templatesOf(1, database)).get(INTERACTIONS.releaseNominated),
    'download',
  );
  const row = {
    MSG_ID: randomUUID().toUpperCase(),
    PRESC_ID: '',
    INTERACTION: INTERACTIONS.releaseNominated,
  };
  return bodyOf(row, template, []).replaceAll(PERSONAS.dispenser.organisation.ods, organisation);
}

async function aboutsIn(dump: Generated['dump']): Promise<Map<string, About>> {
  const abouts = new Map<string, About>();
  for (const part of dump.parts) {
    const items = Map.groupBy(await rowsOf(dump, 'ITEM', part), ({ PRESC_ID: id }) => id);
    for (const row of await rowsOf(dump, 'PRESCRIPTION', part)) {
      if (row.TREATMENT !== '0001') continue;
      const about = { patient: row.NHS_NO ?? '', items: items.get(row.PRESC_ID) ?? [] };
      abouts.set(placeOf(row.PRESC_ID), about);
    }
  }
  return abouts;
}

/** Of a prescription that a transaction brings. */
function aboutsOf(changes: readonly Change[]): [string, About][] {
  return changes.flatMap(({ table, op, after }): [string, About][] => {
    if (table !== 'PRESCRIPTION' || op !== 'I' || after?.['TREATMENT'] !== '0001') return [];
    const items = changes.flatMap(({ table: of, after: item }) =>
      of === 'ITEM' && item !== null ? [{ ITEM_ID: item['ITEM_ID'] ?? '' }] : [],
    );
    return [[placeOf(after['PRESC_ID'] ?? ''), { patient: after['NHS_NO'] ?? '', items }]];
  });
}

function placeIn(changes: readonly Change[]): string | null {
  const id = changes
    .map(({ after, key }) => after?.['PRESC_ID'] ?? key['PRESC_ID'])
    .find((one) => one != null);
  return id == null ? null : placeOf(id);
}

function messageIn(changes: readonly Change[]): Row<'MESSAGE'> | null {
  const found = changes.filter(({ table, op }) => table === 'MESSAGE' && op === 'I');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has the columns of its table
  return found.length === 1 ? ((found[0]?.after ?? null) as Row<'MESSAGE'> | null) : null;
}

function isOrder({ message }: Step): boolean {
  return message !== null && ownInteraction(message.INTERACTION) === INTERACTIONS.create;
}

const REFUSALS = ['0001', '0002', '0004', '0005'];

function canSay({ changes, message }: Step, { items }: About): boolean {
  if (message === null) return false;
  const rowsAfter = (table: string) =>
    changes.flatMap((one) => (one.table === table && one.after !== null ? [one.after] : []));
  const isTaken = message.OUTCOME === 'accepted';
  switch (ownInteraction(message.INTERACTION)) {
    case INTERACTIONS.create:
      return isTaken;
    case INTERACTIONS.releaseNominated:
    case INTERACTIONS.releaseById:
      return isTaken || REFUSALS.includes(codeOf(message));
    case INTERACTIONS.return:
      return isTaken;
    case INTERACTIONS.dispense:
      return (
        isTaken &&
        rowsAfter('ISSUE').every((row) => row['STATUS'] === '0006') &&
        rowsAfter('ITEM').length === items.length &&
        rowsAfter('DISPENSE').every((row) => row['AMENDS_DN_ID'] === null)
      );
    case INTERACTIONS.claim:
      return isTaken && rowsAfter('CLAIM').every((row) => row['AMENDS_CLAIM_ID'] === null);
    case INTERACTIONS.cancel:
      return isTaken && items.length === 1;
    default:
      return false;
  }
}

function codeOf({ OUTCOME: outcome }: Row<'MESSAGE'>): string {
  return outcome.replace('rejected ', '');
}

const NHS_NUMBER =
  /<id\b(?=[^>]*root="2\.16\.840\.1\.113883\.2\.1\.4\.1")[^>]*extension="(\d{10})"/;

async function sentAs(
  { changes }: Step,
  row: Row<'MESSAGE'>,
  { patient, items, isHere }: About & { readonly isHere: boolean },
  database: Database,
): Promise<Sent> {
  const own = ownInteraction(row.INTERACTION);
  // What waits is given in batches, and here by its id: the old store tells of one at a time.
  const kind = own === INTERACTIONS.releaseNominated ? INTERACTIONS.releaseById : own;
  const template = present((await templatesOf(items.length, database)).get(kind), kind);
  const organisation = row.FROM_SYSTEM ?? '';
  const owner =
    own === INTERACTIONS.create || own === INTERACTIONS.cancel ? 'prescriber' : 'dispenser';
  const [, number = ''] = NHS_NUMBER.exec(template.xml) ?? [];
  const day = row.RECV_TS.slice(0, 8);
  const message = bodyOf({ ...row, INTERACTION: kind }, template, items)
    .replaceAll(PERSONAS[owner].organisation.ods, organisation)
    .replaceAll(number === '' ? 'no number' : number, patient)
    .replaceAll('20260105', day);
  return {
    at: instantOf(row.RECV_TS),
    organisation,
    message,
    answer: isHere ? answerOf(changes, row, kind) : UNKNOWN,
  };
}

function instantOf(stamp: string): Date {
  const [, year, month, day, hour, minute, second] =
    /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(stamp) ?? [];
  return new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** A cancellation came before its prescription. */
const UNKNOWN: Answered = { acknowledgement: 'AE', codes: ['0008'], released: [] };

/** By the rows that the message has left. */
function answerOf(changes: readonly Change[], row: Row<'MESSAGE'>, kind: string): Answered {
  if (row.OUTCOME !== 'accepted')
    return { acknowledgement: 'AE', codes: [codeOf(row)], released: [] };
  if (kind === INTERACTIONS.cancel) {
    const isDone = changes.some(
      ({ table, after }) => table === 'ISSUE' && after?.['STATUS'] === '0005',
    );
    return {
      acknowledgement: isDone ? 'AA' : 'AE',
      codes: [isDone ? '0001' : '0002'],
      released: [],
    };
  }
  const released = kind === INTERACTIONS.releaseById ? [row.PRESC_ID ?? ''] : [];
  return { acknowledgement: 'AA', codes: [], released };
}
