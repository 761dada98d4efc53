/**
 * What the Spine must answer, written from the specification alone [EPS-LIFECYCLE 1-7, RELIABILITY 1]: it
 * shares no code with the service. Statuses are the codes of the specification, answers those of the wire.
 * Taking back a notification restores a snapshot, where the service folds events.
 */
import type { Facts, Items, Message, OfPharmacy, View } from './reference-message.ts';
import * as table from './reference-tables.ts';
import type { Day, Instant } from './reference-tables.ts';

export type Model = {
  /** Does a message at an instant and gives its answer. */
  send(message: Message, at: string): string;
  view(prescription: string): View | null;
  /** Of the notifications that stand, the last. */
  lastTold(prescription: string): string | null;
};

type Cancellation = Pick<Of<'cancel'>, 'id' | 'item' | 'surgery'>;
type Of<Kind> = Extract<Message, { kind: Kind }>;

type Known = {
  readonly facts: Facts;
  readonly prescribedAt: Instant;
  status: string;
  items: Items;
  nominated: string | null;
  holder: string | null;
  told: readonly Told[];
  claim: { readonly id: string; readonly received: Day } | null;
  pending: readonly Cancellation[];
};

/** A notification that stands, and how things were before it. */
type Told = {
  readonly id: string;
  readonly on: Day;
  readonly status: string;
  readonly items: Items;
};

type Spine = {
  readonly known: Map<string, Known>;
  /** Cancellations that came before their prescription. */
  readonly held: Map<string, readonly Cancellation[]>;
};

const BATCH_MAX = 25; // [EPS-LIFECYCLE 4.1]
const NOTHING = 'NO_MORE_PRESCRIPTIONS';

export function referenceModel(): Model {
  const spine: Spine = { known: new Map(), held: new Map() };
  const answered = new Map<string, { readonly content: string; readonly answer: string }>();
  return {
    send: (message, at) => {
      // An id names a message among those of its kind; the same again is answered as it was before.
      const key = `${message.kind} ${message.id}`;
      const content = JSON.stringify(message);
      const before = answered.get(key);
      if (before?.content === content) return before.answer;
      if (before !== undefined) return 'FAILURE_TO_PROCESS_MESSAGE';
      const answer = act(spine, message, Temporal.Instant.from(at));
      if (answer !== NOTHING) answered.set(key, { content, answer });
      return answer;
    },
    view: (prescription) => view(spine, prescription),
    lastTold: (prescription) => spine.known.get(prescription)?.told.at(-1)?.id ?? null,
  };
}

function act(spine: Spine, message: Message, at: Instant): string {
  switch (message.kind) {
    case 'create':
      return create(spine, message, at);
    case 'download':
      return download(spine, message.pharmacy, at);
    case 'cancel':
      return cancel(spine, message);
    default:
      return ofPharmacy(spine, message, at);
  }
}

function create(spine: Spine, { prescription, facts }: Of<'create'>, at: Instant): string {
  if (spine.known.has(prescription)) return 'DUPLICATE_PRESCRIPTION_ID';
  const prescribedAt = Temporal.Instant.from(facts.prescribedAt);
  const one: Known = {
    facts,
    prescribedAt,
    status: table.isPostDated(prescribedAt, at) ? '9001' : '0001',
    items: Object.fromEntries(facts.items.map((item) => [item, '0007'])),
    nominated: facts.nominated,
    holder: null,
    told: [],
    claim: null,
    pending: spine.held.get(prescription) ?? [],
  };
  spine.known.set(prescription, one);
  applyPending(one);
  return 'accepted';
}

/** The oldest that are nominated to it, as many as one answer holds [EPS-LIFECYCLE 4.1]. */
function download(spine: Spine, pharmacy: string, at: Instant): string {
  const age = (one: Known): number => one.prescribedAt.epochMilliseconds;
  const ready = [...spine.known]
    .filter(([, one]) => one.nominated === pharmacy && canBeHad(one, at))
    .toSorted(([a, one], [b, other]) => age(one) - age(other) || (a < b ? -1 : 1))
    .slice(0, BATCH_MAX);
  for (const [, one] of ready) hand(one, pharmacy);
  return ready.length === 0 ? NOTHING : `released ${ready.map(([id]) => id).join(' ')}`;
}

/** Post-dated ones come to the queue when time makes them ready, and no time job runs here. */
function canBeHad({ status, prescribedAt }: Known, at: Instant): boolean {
  return status === '0001' && !table.isExpired(prescribedAt, at);
}

function ofPharmacy(spine: Spine, message: OfPharmacy, at: Instant): string {
  const one = spine.known.get(message.prescription);
  const refused: Readonly<Record<string, string>> = table.REFUSED[rowOf(message)];
  if (one === undefined) {
    return refused[spine.held.has(message.prescription) ? '9005' : 'none'] ?? 'no row';
  }
  if (message.kind === 'dispense' && message.patient !== one.facts.patient) {
    return 'FAILURE_TO_PROCESS_MESSAGE';
  }
  if (message.kind === 'release') return release(one, message.pharmacy, at);
  const refusal = refused[one.status];
  if (refusal !== undefined) return refusal;
  switch (message.kind) {
    case 'return':
      return giveBack(one);
    case 'dispense':
      return dispense(one, message, at);
    case 'withdraw':
      return withdraw(one, message.notification);
    case 'claim':
      return claim(one, message, at);
  }
}

function rowOf(message: OfPharmacy): keyof typeof table.REFUSED {
  if (message.kind === 'dispense' && message.replaces !== null) return 'amend';
  return message.kind === 'claim' && message.replaces !== null ? 'amend claim' : message.kind;
}

function release(one: Known, pharmacy: string, at: Instant): string {
  const isOpen = [...table.WAITING, ...table.IN_HAND].includes(one.status);
  if (one.status === '9001' && !table.isReady(one.prescribedAt, at)) return 'RESOURCE_NOT_FOUND';
  // The day counts as long as the issue is open: a batch may lag behind [EPS-LIFECYCLE 4.2].
  if (isOpen && table.isExpired(one.prescribedAt, at)) return 'PRESCRIPTION_EXPIRED';
  const refusal = (table.REFUSED.release as Readonly<Record<string, string>>)[one.status];
  if (refusal !== undefined)
    return table.IN_HAND.includes(one.status) ? `${refusal} ${one.holder}` : refusal;
  hand(one, pharmacy);
  return 'released';
}

function hand(one: Known, pharmacy: string): void {
  one.status = '0002';
  one.holder = pharmacy;
  one.items = become(one.items, '0007', '0008');
}

/** It is nominated to nobody any more; what was asked for meanwhile happens now [EPS-LIFECYCLE 4.4, 6.4]. */
function giveBack(one: Known): string {
  one.status = '0001';
  one.holder = null;
  one.nominated = null;
  one.items = become(one.items, '0008', '0007');
  applyPending(one);
  return 'accepted';
}

function dispense(one: Known, message: Of<'dispense'>, at: Instant): string {
  const last = one.told.at(-1);
  const replaced = message.replaces === null ? undefined : last;
  if (message.replaces !== null && replaced?.id !== message.replaces) {
    return 'DISPENSE_AMEND_IDENTIFIER_MISMATCH';
  }
  const { status, items } = replaced ?? one;
  const ids = Object.keys(message.items).toSorted();
  if (ids.join() !== Object.keys(items).toSorted().join()) return 'MEDICATIONREQUEST_NOT_FOUND';
  const told = (id: string): string => message.items[id] ?? '';
  if (!ids.every((id) => table.ITEM_NEXT[items[id] ?? '']?.includes(told(id)))) {
    return 'MEDICATIONREQUEST_INVALID_STATE_TRANSITION';
  }
  if (!ids.every((id) => table.ITEMS_UNDER[message.status]?.includes(told(id)))) {
    return 'PRESCRIPTION_INVALID_STATE_TRANSITION';
  }
  const standing = one.told.filter((each) => each !== replaced);
  one.told = [...standing, { id: message.id, on: table.dayOf(at), status, items }];
  one.status = message.status;
  one.items = message.items;
  return 'accepted';
}

function withdraw(one: Known, notification: string): string {
  const last = one.told.at(-1);
  if (last?.id !== notification) return 'DISPENSE_AMEND_IDENTIFIER_MISMATCH';
  one.told = one.told.slice(0, -1);
  one.status = last.status;
  one.items = last.items;
  return 'accepted';
}

function claim(one: Known, { id, replaces }: Of<'claim'>, at: Instant): string {
  if (one.claim === null) {
    one.claim = { id, received: table.dayOf(at) };
    one.status = '0008';
    return 'accepted';
  }
  const { received } = one.claim;
  if (one.claim.id !== replaces) return 'DISPENSE_AMEND_IDENTIFIER_MISMATCH';
  const isTooLate = table.isTooLateToAmend(at, received, one.told.at(-1)?.on ?? received);
  if (isTooLate) return 'CLAIM_AMEND_PERIOD_ISSUE';
  one.claim = { id, received };
  return 'accepted';
}

/** The answer names who has it, or had it last [EPS-LIFECYCLE 6.2]. */
function cancel(spine: Spine, message: Of<'cancel'>): string {
  const one = spine.known.get(message.prescription);
  if (one === undefined) return hold(spine, message);
  if (message.patient !== one.facts.patient) return 'R-5000';
  const code = cancelCode(one, message.item);
  if (code === 'R-0008') return code;
  if (code === 'R-0001') apply(one, message);
  const answer = code === 'R-0002' || code === 'R-0003' ? pend(one, message, code) : code;
  return one.holder === null ? answer : `${answer} ${one.holder}`;
}

function cancelCode(one: Known, item: string | null): string {
  const ofIssue = table.CANCEL_ISSUE[one.status] ?? 'no row';
  if (item === null) return ofIssue;
  const code = one.items[item];
  return code === undefined ? 'R-0008' : (table.CANCEL_ITEM[code] ?? ofIssue);
}

/** Once for each target [EPS-LIFECYCLE 6.4]. */
function pend(one: Known, message: Of<'cancel'>, code: string): string {
  const same = one.pending.find(({ item }) => item === message.item);
  if (same === undefined) one.pending = [...one.pending, message];
  return same === undefined || same.surgery === message.surgery ? code : 'R-0007';
}

/** Kept for the prescription that may still come; the whole outranks an item [EPS-LIFECYCLE 6.5]. */
function hold({ held }: Spine, message: Of<'cancel'>): string {
  const already = held.get(message.prescription) ?? [];
  const isCovered = already.some(({ item }) => item === null || item === message.item);
  if (!isCovered) held.set(message.prescription, [...already, message]);
  return 'R-0008';
}

function applyPending(one: Known): void {
  for (const cancellation of one.pending) apply(one, cancellation);
  one.pending = [];
}

function apply(one: Known, { item }: Cancellation): void {
  if (item !== null && item in one.items) one.items = { ...one.items, [item]: '0005' };
  const isOver = Object.values(one.items).every((code) => table.INACTIVE.includes(code));
  if (item === null || isOver) one.status = '0005';
}

function become(items: Items, from: string, to: string): Items {
  const changed = Object.entries(items).map(([id, code]) => [id, code === from ? to : code]);
  return Object.fromEntries(changed);
}

function view({ known, held }: Spine, id: string): View | null {
  const one = known.get(id);
  const pending = one?.pending ?? held.get(id);
  if (pending === undefined) return null;
  const { status, items, nominated, holder } = one ?? {
    status: '9005',
    items: {},
    nominated: null,
    holder: null,
  };
  const waiting = pending.map(({ item, surgery }) => `${item} ${surgery}`).toSorted();
  return { status, items, nominated, holder, claim: one?.claim?.id ?? null, pending: waiting };
}
