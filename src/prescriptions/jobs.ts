import { type Actor, NO_APPLICATION } from '../gateways/actor.ts';
import { present } from '../kernel/bug.ts';
import { type Instant, instantOf } from '../kernel/instant.ts';
import { type LondonDate, londonDate } from '../kernel/london.ts';
import { ok, type Result } from '../kernel/result.ts';
import { derivedUuid } from '../kernel/uuid.ts';
import type { Clock } from '../platform/clock.ts';
import { type Job, withLease } from '../platform/jobs.ts';
import { type Due, type DueKind, dueOf } from './due.ts';
import type { Known } from './evolve.ts';
import { decide as expire } from './messages/expire/decide.ts';
import { decide as noClaim } from './messages/no-claim/decide.ts';
import { decide as ready } from './messages/ready/decide.ts';
import { decide as remove } from './messages/delete/decide.ts';
import { changeOf, recordOnce, type Spine } from './perform.ts';
import type { PrescriptionEvent } from './prescription.ts';
import type { PrescriptionId } from './prescription-id.ts';
import type { Rejection } from './rejections.ts';
import * as repository from './repository.ts';
import type { Settings } from './settings.ts';

/** Time needs nothing of what messages do. */
type TimeSpine = Pick<Spine, 'database' | 'settings'>;

/** One thing that time did. */
export type DueDone = Due & { readonly prescription: PrescriptionId };

const LEASE = 'prescriptions: what is due';
const LOOK_EVERY_MS = 1_000;
const BATCH_MAX = 100; // prescriptions in one statement
const ASK_AGAIN_MS = 50;
const KINDS: readonly DueKind[] = ['ready', 'expire', 'noClaim', 'delete'];

/** What falls due is done by whichever process comes first. */
export function dueJob(spine: TimeSpine, clock: Clock): Job {
  return {
    name: LEASE,
    everyMs: LOOK_EVERY_MS,
    hasWork: async () =>
      (await repository.due(spine.database, londonDate(clock.now()), 1, null)).length > 0,
    run: async (isMine) => {
      let after: repository.DuePlace | null = null;
      for (;;) {
        const now = clock.now();
        const batch: Batch = await doBatch(spine, londonDate(now), after, () => instantOf(now));
        if (batch.isLast || !(await isMine())) return;
        after = batch.after;
      }
    },
  };
}

/** Does what falls due between two instants in order of time, each on its day, as if somebody had waited; then what `move` does. */
export async function passTime(
  spine: TimeSpine,
  span: { readonly from: Date; readonly until: Date },
  move: () => Promise<void>,
): Promise<DueDone[]> {
  for (;;) {
    const done = await withLease(spine.database, LEASE, async (isMine) => {
      const all: DueDone[] = [];
      const at = (day: LondonDate): Instant =>
        instantOf(new Date(Math.max(span.from.getTime(), startOf(day))));
      let after: repository.DuePlace | null = null;
      for (;;) {
        const batch: Batch = await doBatch(spine, londonDate(span.until), after, at);
        all.push(...batch.done);
        if (batch.isLast || !(await isMine())) break;
        after = batch.after;
      }
      await move();
      return all;
    });
    if (done !== null) return done;
    await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS));
  }
}

/** When, after an instant, time brings something to a prescription next; null: never. */
async function nextEvent({ database }: TimeSpine, from: Date): Promise<Date | null> {
  const day = await repository.nextDueOn(database, londonDate(from));
  return day === null ? null : new Date(startOf(day));
}

/** For a clock that is moved. */
export function timeOf(spine: TimeSpine) {
  return {
    nextEvent: (from: Date) => nextEvent(spine, from),
    passTime: (span: Parameters<typeof passTime>[1], move: () => Promise<void>) =>
      passTime(spine, span, move),
  };
}

/** The first moment of a day in London. */
function startOf(day: LondonDate): number {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const hour = 3_600_000;
  return londonDate(new Date(midnight - hour)) === day ? midnight - hour : midnight;
}

type Batch = {
  readonly done: readonly DueDone[];
  readonly isLast: boolean;
  /** Where to go on; null: at the front, as what was done may have brought new work. */
  readonly after: repository.DuePlace | null;
};

/** The earliest day's work behind a place, or part of it. A row to which its day brings nothing keeps no other waiting. */
async function doBatch(
  spine: TimeSpine,
  until: LondonDate,
  after: repository.DuePlace | null,
  at: (day: LondonDate) => Instant,
): Promise<Batch> {
  const places = await repository.due(spine.database, until, BATCH_MAX, after);
  const ids = places.map(({ id }) => id);
  const heads = await repository.heads(spine.database, ids);
  const works = ids.flatMap((id) => {
    const head = heads.get(id);
    const due = head?.state == null ? null : dueOf(head.state);
    return head === undefined || due === null || due.on > until ? [] : [{ id, head, due }];
  });
  const done: DueDone[] = [];
  for (const kind of KINDS) {
    const same = works.filter(({ due }) => due.kind === kind);
    const [first] = same;
    if (first !== undefined) done.push(...(await doAll(spine, same, at(first.due.on))));
  }
  const isLast = places.length === 0;
  return { done, isLast, after: done.length > 0 ? null : (places.at(-1) ?? null) };
}

type Work = {
  readonly id: PrescriptionId;
  readonly head: repository.Head;
  readonly due: Due;
};

/** All of one kind and day in one statement; what was changed by somebody meanwhile is left for the next look. */
async function doAll(spine: TimeSpine, works: readonly Work[], at: Instant): Promise<DueDone[]> {
  const act = actOf(works, at);
  const changes = works.flatMap(({ id, head, due }) => {
    const decision = decide(head.state, due, at, spine.settings);
    return decision.ok ? [changeOf(id, head, decision.value, act.messageId)] : [];
  });
  if (changes.length === 0) return [];
  const changed = await recordOnce(spine.database, act, { kind: 'Accepted', at }, changes);
  const done = new Set(changed);
  return works.flatMap(({ id, due }) => (done.has(id) ? [{ ...due, prescription: id }] : []));
}

function decide(
  state: Known | null,
  due: Due,
  at: Instant,
  settings: Settings,
): Result<PrescriptionEvent[], Rejection> {
  const known = present(state, 'prescription that is due');
  if (due.kind === 'delete') return remove(known, at);
  if (known.kind !== 'prescription') return ok([]);
  switch (due.kind) {
    case 'ready':
      return ready(known, at);
    case 'expire':
      return expire(known, at);
    case 'noClaim':
      return noClaim(known, { issue: due.issue, at }, settings);
  }
}

/** What the audit trail calls what no message asked for. */
const INTERACTIONS: Record<DueKind, string> = {
  ready: 'ready',
  expire: 'expire',
  noClaim: 'no-claim',
  delete: 'delete',
};

const NOBODY: Actor = {
  userId: null,
  roleProfile: null,
  organisation: null,
  asid: null,
  ...NO_APPLICATION,
  session: 'jobs',
  scopes: new Set(),
};

/** The same work on the same prescriptions has the same id. */
function actOf(works: readonly Work[], at: Instant): repository.Act {
  const about = works.map(({ id, head, due }) => `${id} ${head.version} ${due.kind}`).join(' ');
  const messageId = derivedUuid('due', about);
  const [first] = works;
  const interaction = INTERACTIONS[present(first, 'work').due.kind];
  return { messageId, requestId: messageId, interaction, actor: NOBODY, at };
}
