import type { Instant } from '../../kernel/instant.ts';
import { londonDate } from '../../kernel/london.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import {
  type Created,
  currentIssue,
  dueOf,
  evolveAll,
  type Prescription,
  type PrescriptionEvent,
  type PrescriptionId,
} from '../../prescriptions/rules.ts';
import type { Row } from '../lx1/tables.ts';
import { asRowsSay } from './as-rows-say.ts';
import { dirtInRows, HOLDING, isPruned, timerDiffers } from './dirt.ts';
import { applied, cancellationOf, type Fact, factsOf } from './facts.ts';
import {
  type ReleaseBefore,
  releasesBefore,
  type Stay,
  staysOf,
  waitingRow,
} from './queue-facts.ts';
import { type LegacyRecord, odsOf } from './record.ts';
import { replay, type Replayed } from './replay.ts';
import { isSame, standingInRows, standingOf } from './standing.ts';

/** A prescription as it comes into the new store. */
export type Folded = {
  readonly state: Prescription;
  readonly facts: readonly Fact[];
  /** Dirty classes that it is of, none when it is clean. */
  readonly classes: readonly string[];
  readonly stays: readonly Stay[];
  readonly releases: readonly ReleaseBefore[];
};

/** The export that the rows are of. */
export type Origin = { readonly exportId: string; readonly asOf: Instant };

/** Dirty classes of which every record is held by the plan. */
export type ByPlan = { readonly holds: readonly string[] };

/** From the rows of one prescription to its events and its state; null when they have no beginning [MIGRATION 3]. */
export function fold(
  record: LegacyRecord,
  id: PrescriptionId,
  origin: Origin & ByPlan,
): Folded | null {
  const undone = cancellationsWithoutEffect(record);
  const facts = factsOf(record, new Set(undone));
  const replayed = replay(id, facts);
  const created = facts[0]?.event;
  if (replayed === null || created?.kind !== 'Created') return null;
  const story = new Story(id, replayed, origin);
  const classes = new Set(dirtInRows(record, id));
  settle(record, { created, story, replayed, classes });
  const timer = timerDiffers(record, dueOf(story.state));
  if (timer !== null && !classes.has('D5')) classes.add('D8');
  const held = [...classes].filter((name) => HOLDING.has(name));
  if (timer?.isSooner === true && classes.has('D8')) held.push('D8');
  if (classes.has('D16') && isPruned(record)) held.push('D16');
  held.push(...cancel(record, undone, { story, classes }));
  if (
    Number(record.prescription.CURRENT_ISSUE) !== story.state.currentIssue &&
    undone.length === 0
  ) {
    if (!classes.has('D1')) classes.add('D2');
  }
  const due = dueOf(story.state);
  if (due?.kind === 'expire' && due.on <= londonDate(new Date(origin.asOf))) classes.add('D30');
  if (isBackAndNamed(record, story.state)) classes.add('D7');
  held.push(...origin.holds.filter((name) => classes.has(name) && !held.includes(name)));
  const waiting = held.length > 0 ? null : waitingRow(record, story.state);
  inQueueOrNot(waiting, {
    story,
    classes,
    isByPlan: held.some((name) => origin.holds.includes(name)),
  });
  if (held.length > 0)
    story.add({ kind: 'MigrationHeld', because: held.toSorted(), at: origin.asOf });
  return {
    state: story.state,
    facts: story.facts,
    classes: [...classes].toSorted(),
    stays: staysOf(record, story.state, waiting),
    releases: releasesBefore(record),
  };
}

/** Facts as they are told so far, and the state that they lead to. */
class Story {
  readonly facts: Fact[];
  state: Prescription;
  readonly #id: PrescriptionId;
  readonly #origin: Origin;

  constructor(id: PrescriptionId, { facts, state }: Replayed, origin: Origin) {
    this.#id = id;
    this.#origin = origin;
    this.facts = [...facts];
    this.state = state;
  }

  get at(): Instant {
    return this.#origin.asOf;
  }

  /** Something that no message of the old store tells. */
  add(event: PrescriptionEvent): void {
    const after = evolveAll(this.#id, this.state, [event]);
    if (after.kind !== 'prescription') return;
    this.state = after;
    const place = String(this.facts.length);
    const messageId = derivedUuid('migration', this.#origin.exportId, this.#id, place);
    this.facts.push({ event, messageId, at: this.#origin.asOf });
  }

  gap(because: string, to: Prescription): void {
    this.add({ kind: 'MigrationGap', because, to, at: this.at });
  }
}

type Work = { readonly story: Story; readonly classes: Set<string> };

/**
 * History and rows that say the same are clean. Where they differ, a whole history is believed, and the rows where
 * it is known to be cut; where neither can be believed a person decides [MIGRATION 4, D1, D10, D16, D29].
 */
function settle(
  record: LegacyRecord,
  {
    created,
    story,
    replayed,
    classes,
  }: Work & { readonly created: Created; readonly replayed: Replayed },
): void {
  const rows = standingInRows(record);
  // Of a cut history the step to the current issue may be lost.
  const isCurrent = Number(record.prescription.CURRENT_ISSUE) === replayed.state.currentIssue;
  const isClean = isSame(standingOf(replayed.state), rows) && (isCurrent || !classes.has('D29'));
  if (classes.has('D13') || isClean) return;
  const because = ['D1', 'D10', 'D29'].find((one) => classes.has(one)) ?? null;
  if (because === 'D29' && !isLastStepThere(record)) classes.add('D16');
  if (because === null) {
    classes.add('D16');
    return;
  }
  story.gap(because, asRowsSay(record, replayed.state.id, created, replayed.state.pending));
}

/** Whether the end of a cut history says of each issue what its row says. */
function isLastStepThere({ rows }: LegacyRecord): boolean {
  return rows.ISSUE.every(({ row }) => {
    const last = rows.STATUS_HIST.findLast((one) => one.row.ISSUE_NO === row.ISSUE_NO)?.row;
    return last === undefined || last.TO_STATUS === row.STATUS;
  });
}

/** Cancellations that were taken, and did nothing [MIGRATION 4, D6]. */
function cancellationsWithoutEffect({ rows, prescription }: LegacyRecord): Row<'CANCELLATION'>[] {
  const issue = rows.ISSUE.find(({ row }) => row.ISSUE_NO === prescription.CURRENT_ISSUE)?.row;
  const isHere = issue !== undefined && ['0000', '0001', '9000', '9001'].includes(issue.STATUS);
  const isWith = issue !== undefined && ['0002', '0003'].includes(issue.STATUS);
  return rows.CANCELLATION.flatMap(({ row }) => {
    const isUndone =
      (row.STATE === 'PENDING' && isHere) || (row.STATE === 'APPLIED' && (isHere || isWith));
    return isUndone ? [row] : [];
  });
}

/** They are done now where they can be; answers why a person must decide, if one must. */
function cancel(
  record: LegacyRecord,
  undone: readonly Row<'CANCELLATION'>[],
  { story, classes }: Work,
): string[] {
  if (undone.length === 0) return [];
  classes.add('D6');
  for (const row of undone) {
    const issue = currentIssue(story.state);
    const isWith = 'holding' in issue;
    if (isWith)
      story.add({ kind: 'CancellationPended', cancellation: cancellationOf(record, row) });
    else story.add(applied(record, row, issue.number, story.at));
  }
  return 'holding' in currentIssue(story.state) ? ['D6'] : [];
}

/** The state says what the queue facts say, and nothing else brings an issue into a queue [MIGRATION 5, M5]. */
function inQueueOrNot(
  waiting: Row<'NOM_RELEASE'> | null,
  { story, classes, isByPlan }: Work & { readonly isByPlan: boolean },
): void {
  const { state } = story;
  const issue = currentIssue(state);
  const isBack = 'isReturned' in issue;
  const others = state.issues.filter((one) => one !== issue);
  if (waiting !== null) {
    const nominated = odsOf(waiting.ORG);
    if (state.nominated === nominated && !isBack) return;
    if (issue.status !== 'ToBeDispensed') return;
    const { isReturned: _, ...free } = issue;
    const issues = [...others, free].toSorted((one, other) => one.number - other.number);
    story.gap('re-nominated', { ...state, nominated, issues });
    return;
  }
  const isHeldAnyway = isByPlan || [...classes].some((name) => HOLDING.has(name));
  if (issue.status !== 'ToBeDispensed' || state.nominated === null || isBack || isHeldAnyway)
    return;
  if (classes.has('D8')) return;
  const issues = [...others, { ...issue, isReturned: true as const }];
  story.gap('not queued', {
    ...state,
    issues: issues.toSorted((one, other) => one.number - other.number),
  });
}

/** Returned, in no queue, and still nominated [MIGRATION 4, D7]. */
function isBackAndNamed({ rows, prescription }: LegacyRecord, state: Prescription): boolean {
  const issue = currentIssue(state);
  const last = rows.RELEASE.findLast(({ row }) => Number(row.ISSUE_NO) === issue.number)?.row;
  const isPending = rows.NOM_RELEASE.some(({ row }) => row.STATE === 'PENDING');
  const isOnShelf = issue.status === 'ToBeDispensed' && !isPending;
  return isOnShelf && last?.END_KIND === 'RETURN' && (prescription.NOM_ORG ?? '') !== '';
}
