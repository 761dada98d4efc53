import { derivedUuid } from '../../src/kernel/uuid.ts';
import { type History, PHARMACIES, type Said, type Slot, type Step } from './history.ts';
import type { Facts, Items, Message } from './reference-message.ts';
import type { Model } from './reference-model.ts';
import { ITEM_NEXT } from './reference-tables.ts';

export type Director = {
  readonly prescriptions: readonly string[];
  next(step: Step): Message;
};

/** What a client would send next about a prescription in this status. */
const LIKELY: Readonly<Record<string, readonly Said[]>> = {
  none: ['create', 'create', 'create', 'cancel'],
  '9005': ['create', 'cancel'],
  '0001': ['download', 'download', 'release', 'cancel'],
  '9001': ['release', 'download', 'cancel'],
  '0002': ['dispense', 'dispense', 'dispense', 'return', 'cancel'],
  '0003': ['dispense', 'amend', 'withdraw', 'cancel'],
  '0005': ['release', 'cancel'],
  '0006': ['claim', 'claim', 'amend', 'withdraw'],
  '0007': ['claim', 'amend', 'withdraw'],
  '0008': ['amend claim', 'amend claim', 'claim', 'release'],
};

const PATIENT = '9990000018';
const OTHER_PATIENT = '9990000026';
const SURGERIES = ['A83008', 'A99968'];
const FINAL = ['0001', '0002', '0005', '0006'];

/** `run` keeps its ids apart from those of other histories in the same database; `isWhole`: cancellations of all items are possible. */
export function director(run: number, history: History, model: Model, isWhole: boolean): Director {
  const pharmacies = Array.from({ length: PHARMACIES }, (_, n) => `${hex(run, 6)}${n}`);
  const prescriptions = history.slots.map((_, n) => `${hex(run, 6)}-A83008-${hex(n, 5)}`);
  const facts = history.slots.map((slot, n) => factsOf(slot, n));
  const sent: Message[] = [];
  const orders = new Map<string, string>();
  let ids = 0;

  function factsOf(slot: Slot, n: number): Facts {
    const at = Date.parse(history.start) + slot.datedMinutes * 60_000;
    return {
      patient: PATIENT,
      surgery: 'A83008',
      items: Array.from({ length: slot.items }, (_, item) => uuid('item', `${n}`, `${item}`)),
      nominated: slot.nominated === null ? null : (pharmacies[slot.nominated] ?? null),
      prescribedAt: new Date(at).toISOString(),
      course: slot.course,
    };
  }

  function uuid(...words: readonly string[]): string {
    return derivedUuid('history', `${run}`, ...words);
  }

  function next(step: Step): Message {
    const message = said(step);
    sent.push(message);
    if (message.kind === 'create') orders.set(message.prescription, message.id);
    return message;
  }

  function said(step: Step): Message {
    const earlier = sent[step.pick % sent.length];
    if (step.kind === 'again' && earlier !== undefined) return earlier;
    if (step.kind === 'altered' && earlier !== undefined) return altered(earlier);
    const isOpen = step.kind === 'likely' || step.kind === 'again' || step.kind === 'altered';
    return compose(isOpen ? likely(step) : step.kind, step);
  }

  function likely({ slot, pick }: Step): Said {
    const status = model.view(prescriptions[slot] ?? '')?.status ?? 'none';
    const choice = LIKELY[status] ?? [];
    return choice[pick % choice.length] ?? 'create';
  }

  function compose(kind: Said, step: Step): Message {
    const { pick } = step;
    const prescription = prescriptions[step.slot] ?? '';
    const about =
      facts[step.slot] ??
      factsOf({ items: 1, nominated: null, datedMinutes: 0, course: 'acute' }, 0);
    const id = uuid('message', `${(ids += 1)}`);
    const pharmacy = pharmacies[step.pharmacy] ?? '';
    const base = { id, prescription, pharmacy };
    const last =
      pick % 7 === 6 ? uuid('nothing') : (model.lastTold(prescription) ?? uuid('nothing'));
    switch (kind) {
      case 'create':
        return { kind, id, prescription, facts: about };
      case 'download':
        return { kind, id, pharmacy: pick % 3 === 0 ? pharmacy : (about.nominated ?? pharmacy) };
      case 'release':
      case 'return':
        return { kind, ...base };
      case 'dispense':
        return { kind, ...base, ...told(prescription, pick, about), replaces: null };
      case 'amend':
        return { kind: 'dispense', ...base, ...told(prescription, pick, about), replaces: last };
      case 'withdraw':
        return { kind, ...base, notification: last };
      case 'claim':
        return { kind, ...base, replaces: null };
      case 'amend claim': {
        const claim = model.view(prescription)?.claim ?? null;
        return {
          kind: 'claim',
          ...base,
          replaces: claim === null || pick % 7 === 6 ? last : claim,
        };
      }
      case 'cancel':
        return cancel(prescription, pick, about, id);
    }
  }

  function cancel(prescription: string, pick: number, about: Facts, newId: string): Message {
    // Public clients cancel under the id of the order.
    const id = pick % 5 === 4 ? (orders.get(prescription) ?? newId) : newId;
    const item =
      pick % 13 === 12 ? uuid('nothing') : (about.items[pick % about.items.length] ?? null);
    return {
      kind: 'cancel',
      id,
      prescription,
      patient: pick % 17 === 16 ? OTHER_PATIENT : PATIENT,
      item: isWhole && pick % 11 === 10 ? null : item,
      surgery: SURGERIES[pick % 3 === 2 ? 1 : 0] ?? '',
    };
  }

  /** What a notification says: mostly what may be said, sometimes what may not. */
  function told(prescription: string, pick: number, about: Facts) {
    const now = model.view(prescription)?.items ?? {};
    const style = pick % 10;
    const items = about.items.map((item, n): [string, string] => [
      item,
      outcome(now[item] ?? '0008', style, pick >> (2 * n)),
    ]);
    if (style === 9 && pick % 4 === 0 && items.length > 1) items.pop();
    if (style === 9 && pick % 4 === 1) items.push([uuid('nothing'), '0001']);
    const codes = items.map(([, code]) => code);
    const isWild = style === 9 && pick % 4 >= 2;
    return {
      patient: style === 9 && pick % 50 === 49 ? OTHER_PATIENT : PATIENT,
      status: isWild ? (['0001', '0002', '0003', '0006', '0007'][pick % 5] ?? '') : statusOf(codes),
      items: Object.fromEntries(items) as Items,
    };
  }

  return { prescriptions, next };
}

/** In turn: all, all, some, owing, none, no change, any that may be, any that may be, anything, anything. */
function outcome(now: string, style: number, pick: number): string {
  const may = ITEM_NEXT[now] ?? ['0001'];
  const wanted = ['0001', '0001', '0003', '0004', '0002', now][style];
  if (wanted !== undefined) return may.includes(wanted) ? wanted : now;
  if (style < 8) return may[pick % may.length] ?? now;
  return ['0001', '0002', '0003', '0004', '0005', '0006', '0008'][pick % 7] ?? now;
}

/** The prescription's status that follows from its items' [EPS-LIFECYCLE 5.1]. */
function statusOf(codes: readonly string[]): string {
  if (!codes.every((code) => FINAL.includes(code))) return '0003';
  return codes.includes('0001') ? '0006' : '0007';
}

/** The same id, something else said. */
function altered(message: Message): Message {
  switch (message.kind) {
    case 'create':
      return {
        ...message,
        facts: { ...message.facts, course: message.facts.course === 'acute' ? 'repeat' : 'acute' },
      };
    case 'cancel':
      return { ...message, surgery: message.surgery === SURGERIES[0] ? 'A99968' : 'A83008' };
    default:
      return { ...message, pharmacy: otherThan(message.pharmacy) };
  }
}

/** A code has eight characters at most; other than the other is the first again. */
function otherThan(pharmacy: string): string {
  return pharmacy.endsWith('X') ? pharmacy.slice(0, -1) : `${pharmacy}X`;
}

function hex(value: number, width: number): string {
  return value.toString(16).toUpperCase().padStart(width, '0');
}
