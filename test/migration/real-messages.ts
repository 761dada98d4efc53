import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { join } from 'node:path';

import { present } from '../../src/kernel/bug.ts';
import { type DumpFile, MANIFEST, manifestJson } from '../../src/migration/lx1/manifest.ts';
import { type Dump, openDump, PAYLOAD } from '../../src/migration/lx1/open-dump.ts';
import { readTable } from '../../src/migration/lx1/read-table.ts';
import { columnsOf, type Row, type TableName } from '../../src/migration/lx1/tables.ts';
import { PartFile, PayloadFile } from '../../src/migration/lx1/write-part.ts';
import { writeSigned } from '../../src/migration/signed-file.ts';
import { EXPORTER } from '../../src/migration/testing.ts';
import type { Database } from '../../src/platform/database.ts';
import {
  INTERACTIONS,
  MESSAGE_NAMES,
  OTHER_IDS,
  ownInteraction,
} from '../../src/prescriptions/interactions.ts';
import { newId } from '../../src/prescriptions/testing.ts';
import { FULLY } from '../hl7v3/answering.ts';
import { type Doors, openDoors } from '../hl7v3/doors.ts';
import { aHl7Journey, type Hl7Journey } from '../hl7v3/hl7-journey.ts';

/** The interaction that a text is, by its first element of such a name. */
export const INTERACTION = /<(\w+_IN\d{6}\w{4})[\s>]/;

export function interactionOf(xml: string): string {
  return present(INTERACTION.exec(xml)?.[1], 'interaction');
}

const REFUSED = 'rejected 0012';
const SUPPLIERS_PART = 2; // of this part every message has the id that suppliers give it

/** What the old store took, as its system sends it once more. */
export type Came = { readonly row: Row<'MESSAGE'>; readonly body: string };

/** The export with messages as systems send them, known by the ids of their frames; signed anew. */
export async function asSystemsSend(
  exported: Dump,
  database: Database,
): Promise<{ dump: Dump; came: readonly Came[] }> {
  const { folder, manifest, parts } = exported;
  const came: Came[] = [];
  const files = manifest.files.filter(({ table }) => !WRITTEN_ANEW.includes(table));
  let refusals = 0;
  for (const part of parts) {
    const sent = await sentIn(exported, part, database);
    files.push(...(await writeMessages(folder, part, sent)), await writeSteps(exported, part));
    // Those of repeats name their issue, and templates are of acute ones.
    came.push(...sent.filter(({ isAcute }) => isAcute));
    refusals += sent.filter(({ row }) => row.OUTCOME === REFUSED).length;
  }
  assert.ok(refusals > 0);
  const rows = (manifest.tables['MESSAGE']?.rows ?? 0) + refusals;
  const tables = { ...manifest.tables, MESSAGE: { rows } };
  const signed = manifestJson({ ...manifest, files, tables });
  await writeSigned(join(folder, MANIFEST), signed, EXPORTER.privateKey);
  return { dump: await openDump(folder, EXPORTER.publicKey), came };
}

const WRITTEN_ANEW = [PAYLOAD, 'MESSAGE', 'STATUS_HIST'];

/** Every message of a part; beside each return another one that was refused. */
async function sentIn(
  exported: Dump,
  part: number,
  database: Database,
): Promise<(Came & { readonly isAcute: boolean })[]> {
  const prescriptions = await rowsOf(exported, 'PRESCRIPTION', part);
  const acute = prescriptions.filter(({ TREATMENT }) => TREATMENT === '0001');
  const isAcute = new Set(acute.map(({ PRESC_ID: id }) => id));
  const first = (await rowsOf(exported, 'ITEM', part)).filter(({ ISSUE_NO }) => ISSUE_NO === '1');
  const items = Map.groupBy(first, ({ PRESC_ID: id }) => id);
  const sent: (Came & { readonly isAcute: boolean })[] = [];
  for (const message of await rowsOf(exported, 'MESSAGE', part)) {
    const row = { ...message, INTERACTION: named(message.INTERACTION, part) };
    const own = items.get(row.PRESC_ID ?? '') ?? [];
    const name = ownInteraction(message.INTERACTION);
    const template = (await templatesOf(Math.max(1, own.length), database)).get(name);
    if (row.DIRECTION !== 'IN' || template === undefined) {
      const body = `<${row.INTERACTION} xmlns="urn:hl7-org:v3"/>`;
      sent.push({ row, body, isAcute: false });
      continue;
    }
    const add = (one: Row<'MESSAGE'>): void => {
      const body = bodyOf(one, template, own);
      sent.push({ row: one, body, isAcute: isAcute.has(one.PRESC_ID ?? '') });
    };
    add(row);
    if (name !== INTERACTIONS.return) continue;
    add({ ...row, MSG_ID: randomUUID().toUpperCase(), OUTCOME: REFUSED });
  }
  return sent;
}

async function writeMessages(
  folder: string,
  part: number,
  sent: readonly Came[],
): Promise<DumpFile[]> {
  const table = new PartFile(folder, 'MESSAGE', part, 'none');
  const payload = new PayloadFile(folder, part);
  for (const { row, body } of sent) {
    const bytes = Buffer.from(body);
    const place = {
      PAYLOAD_FILE: payload.name,
      OFFSET: String(await payload.add(bytes)),
      LENGTH: String(bytes.length),
      SHA256: createHash('sha256').update(bytes).digest('hex'),
    };
    await table.line(fieldsOf('MESSAGE', { ...row, ...place }));
  }
  return [await table.close(), await payload.close()];
}

async function writeSteps(exported: Dump, part: number): Promise<DumpFile> {
  const steps = await rowsOf(exported, 'STATUS_HIST', part);
  const table = new PartFile(exported.folder, 'STATUS_HIST', part, 'none');
  for (const step of steps) {
    const row = { ...step, INTERACTION: named(step.INTERACTION, part) };
    await table.line(fieldsOf('STATUS_HIST', row));
  }
  return table.close();
}

function fieldsOf(
  table: TableName,
  row: Readonly<Record<string, string | null>>,
): (string | null)[] {
  return columnsOf(table).map(({ name }) => row[name] ?? null);
}

export async function rowsOf<Name extends TableName>(
  exported: Dump,
  table: Name,
  part: number,
): Promise<Row<Name>[]> {
  const rows: Row<Name>[] = [];
  for await (const some of readTable(exported, table, part)) {
    rows.push(...some.map(({ row }) => row));
  }
  return rows;
}

/** Suppliers' names in one part, and the facade's in the others. */
function named(interaction: string, part: number): string {
  const own = ownInteraction(interaction);
  const name = MESSAGE_NAMES.find((one) => INTERACTIONS[one] === own);
  const [other] = name === undefined || part !== SUPPLIERS_PART ? [] : OTHER_IDS[name];
  return other ?? own;
}

/** Its frame has the id that the old store knows; the act in it one of its own. */
export function bodyOf(
  {
    MSG_ID: id,
    PRESC_ID: prescription,
    INTERACTION: interaction,
  }: Pick<Row<'MESSAGE'>, 'MSG_ID' | 'PRESC_ID' | 'INTERACTION'>,
  template: Template,
  items: readonly Pick<Row<'ITEM'>, 'ITEM_ID'>[],
): string {
  const own = ownInteraction(interaction);
  const act =
    present(
      /<subject\b[^>]*>\s*<\w+\b[^>]*>\s*<id\b[^>]*root="([0-9A-F-]{36})"/.exec(template.xml),
      'act',
    )[1] ?? '';
  let body = template.xml
    .replaceAll(act, randomUUID().toUpperCase())
    .replace(/<id\b[^>]*root="[0-9A-F-]{36}"/, `<id root="${id}"`)
    .replaceAll(template.id, prescription ?? '')
    .replaceAll(own, interaction);
  for (const [at, item] of template.itemIds.entries()) {
    body = body.replaceAll(item.toUpperCase(), items[at]?.ITEM_ID ?? item.toUpperCase());
  }
  return body;
}

const TEMPLATES = new Map<number, ReadonlyMap<string, Template>>();

export async function templatesOf(
  items: number,
  database: Database,
): Promise<ReadonlyMap<string, Template>> {
  const known = TEMPLATES.get(items) ?? (await makeTemplates(items, database));
  TEMPLATES.set(items, known);
  return known;
}

/** One message of each kind about a prescription with so many items, by its interaction. */
async function makeTemplates(
  items: number,
  database: Database,
): Promise<ReadonlyMap<string, Template>> {
  const journey = unanswered(items, database);
  await journey.send();
  await journey.download();
  await journey.release();
  await journey.dispense(Array.from({ length: items }, () => FULLY[0]));
  await journey.withdraw();
  await journey.claim();
  await journey.giveBack();
  await journey.cancel();
  const { id, itemIds, sent } = journey;
  return new Map(sent.map((xml) => [interactionOf(xml), { xml, id, itemIds }] as const));
}

/** A journey of messages that nobody gets. */
export function unanswered(items: number, database: Database): Hl7Journey {
  const answer = {
    interaction: 'MCCI_IN010000UK13',
    acknowledgement: 'AA',
    details: [],
    reasons: [],
    subject: null,
    at: new Date(),
  } as const;
  const doors: Doors = {
    ...openDoors(database),
    hl7: async () => ({ ...answer, messageId: newId() }),
  };
  return aHl7Journey(doors, { items });
}

export type Template = {
  readonly xml: string;
  readonly id: string;
  readonly itemIds: readonly string[];
};
