import { hash } from 'node:crypto';

import { NO_APPLICATION } from '../../gateways/actor.ts';
import type { Hl7Answer, Hl7Interaction } from '../../gateways/hl7v3/index.ts';
import { hl7Name } from '../../gateways/hl7v3/names.ts';
import { readMessage } from '../../gateways/hl7v3/read-message.ts';
import type { Element } from '../../gateways/xml/element.ts';
import { parseXml } from '../../gateways/xml/parse-xml.ts';
import { londonDate } from '../../kernel/london.ts';
import { type Database, DatabaseUnavailable } from '../../platform/database.ts';
import {
  INTERACTIONS,
  ownInteraction,
  prescriptionHl7Interactions,
  timeOf,
} from '../../prescriptions/index.ts';
import { canonicalJson } from '../canonical.ts';
import { placeOf } from '../lx1/tables.ts';
import { isExplained } from '../reconcile/explain.ts';
import { pollingSpine } from '../scenario/poll.ts';
import { Counts, type Shadowed, type Verdict } from './counts.ts';
import type { Answered, Sent } from './read-messages.ts';
import * as repository from './repository.ts';

/**
 * Plays messages that the old store has answered into a copy of the new one, in their order and each at its time, and
 * compares the answers, without what never agrees: times and ids of messages [MIGRATION 6, L6]. One that is answered too
 * late is not counted; those behind it wait for it, so that they find what it did.
 */
export async function shadowWrites(
  database: Database,
  messages: AsyncIterable<Sent>,
  withinMs?: number,
): Promise<Shadowed> {
  const spine = pollingSpine(database);
  const copy: Copy = {
    database,
    interactions: prescriptionHl7Interactions(spine),
    holds: await repository.holds(database),
  };
  const counts = new Counts(withinMs);
  let last: Date | null = null;
  for await (const sent of messages) {
    if (last !== null && londonDate(last) !== londonDate(sent.at)) {
      await timeOf(spine).passTime({ from: last, until: sent.at }, () => Promise.resolve());
    }
    last = sent.at;
    const message = messageIn(sent.message);
    const comparing = compare(copy, sent, message);
    await counts.add(`${message?.name ?? 'no message'} ${idsIn(message).join(' ')}`, comparing);
    await comparing;
  }
  return counts.result();
}

type Copy = {
  readonly database: Database;
  readonly interactions: readonly Hl7Interaction[];
  readonly holds: readonly string[];
};

async function compare(copy: Copy, sent: Sent, message: Element | null): Promise<Verdict> {
  const ours = await answerTo(copy, sent, message);
  const theirs = sent.answer;
  if (canonicalJson(ours) === canonicalJson(theirs)) return { isSame: true, because: null };
  const others = new Set(ours.released).symmetricDifference(new Set(theirs.released));
  const isOfRelease = ownInteraction(message?.name ?? '') === INTERACTIONS.releaseNominated;
  const ids = isOfRelease ? [...others] : idsIn(message);
  const classes = await repository.classesOf(copy.database, ids.map(placeOf));
  const field = isOfRelease ? 'waitsFor' : 'answers';
  const why = ids.map((id) => isExplained(field, classes.get(placeOf(id)) ?? [], copy.holds));
  const [first = null] = why;
  return { isSame: false, because: why.includes(null) ? null : first };
}

/** What is no answer, as we failed. */
const FAILED: Answered = { acknowledgement: 'failed', codes: [], released: [] };

async function answerTo(
  { interactions }: Copy,
  { at, organisation, message: text }: Sent,
  root: Element | null,
): Promise<Answered> {
  const interaction = interactions.find(({ ids }) => ids.includes(root?.name ?? ''));
  const read = root === null ? null : readMessage(root, root.name);
  if (root === null || read === null || interaction === undefined) return FAILED;
  if (!read.ok) return { ...FAILED, acknowledgement: read.error.acknowledgement };
  const { message, act } = read.value;
  const nobody = { userId: null, roleProfile: null, scopes: new Set<string>() };
  const actor = { ...NO_APPLICATION, ...nobody, organisation, session: 'migration' };
  const request = {
    actor: { ...actor, asid: message.senderAsid },
    requestId: message.id,
    replyTo: null,
    interaction: root.name,
    message,
    body: Buffer.from(text),
    digest: hash('sha256', text, 'buffer'),
    at,
    alongside: null,
  };
  try {
    return said(await interaction.handle(request, act));
  } catch (error) {
    if (error instanceof DatabaseUnavailable) throw error;
    return FAILED; // what a mistake of ours is answered with differs from any answer
  }
}

function messageIn(text: string): Element | null {
  const read = parseXml(text, { nameOf: hl7Name });
  return read.ok ? read.value : null;
}

/** An answer without its frame, times and ids of messages. */
function said({ acknowledgement, details, reasons, subject }: Hl7Answer): Answered {
  const act = subject === null ? null : parseXml(subject);
  const all = act?.ok === true ? [...elementsIn(act.value)] : [];
  const told = all
    .filter(({ name }) => name === 'pertinentRejectionReason' || name === 'pertinentResponse')
    .flatMap((one) => [...elementsIn(one)])
    .flatMap(({ name, attributes }) => (name === 'value' ? (attributes['code'] ?? []) : []));
  const codes = [...reasons, ...details].map(({ code }) => code);
  const isRelease = act?.ok === true && act.value.name === 'PrescriptionReleaseResponse';
  return {
    acknowledgement,
    codes: [...codes, ...told].toSorted(),
    released: isRelease ? all.flatMap(shortFormId).toSorted() : [],
  };
}

function idsIn(message: Element | null): string[] {
  return message === null ? [] : [...new Set([...elementsIn(message)].flatMap(shortFormId))];
}

const SHORT_FORM = '2.16.840.1.113883.2.1.3.2.4.18.8';

function shortFormId({ attributes }: Element): string[] {
  const id = attributes['root'] === SHORT_FORM ? attributes['extension'] : undefined;
  return id === undefined ? [] : [id];
}

function* elementsIn(element: Element): Generator<Element> {
  yield element;
  if (typeof element.children === 'string') return;
  for (const child of element.children) yield* elementsIn(child);
}
