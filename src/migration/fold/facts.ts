import type { Instant } from '../../kernel/instant.ts';
import { derivedUuid, type Uuid } from '../../kernel/uuid.ts';
import {
  type Cancellation,
  ownInteraction,
  type PrescriptionEvent,
} from '../../prescriptions/rules.ts';
import type { Row } from '../lx1/tables.ts';
import { createdOf } from './created.ts';
import { notificationOf } from './items.ts';
import { idOf, type LegacyRecord, odsOf, stepId, UNKNOWN } from './record.ts';

/** An event as our own Spine has it, and what brought it about. */
export type Fact = {
  readonly event: PrescriptionEvent;
  readonly messageId: Uuid;
  readonly at: Instant;
};

type Step = Row<'STATUS_HIST'>;

/**
 * What happened, in its order: steps of the history by their number, and acts without a step by the time at which
 * they came [MIGRATION 3]. The acts' own tables say what they were, the history only when.
 */
export function factsOf(
  record: LegacyRecord,
  without: ReadonlySet<Row<'CANCELLATION'>> = new Set(),
): Fact[] {
  const { rows } = record;
  const steps = rows.STATUS_HIST.map(({ row }) => row).toSorted(byNumber);
  const told = new Set(steps.map(({ MSG_ID: id }) => id));
  const ordered = steps.flatMap((step) => ofStep(record, step));
  const untold = withoutSteps(record, told, without);
  const all = [createdOf(record)];
  let next = 0;
  for (const fact of ordered) {
    for (let one = untold[next]; one !== undefined && one.at < fact.at; one = untold[next]) {
      all.push(one);
      next += 1;
    }
    all.push(fact);
  }
  return [...all, ...untold.slice(next)];
}

/** By the words that the old store had for what it did itself, and the NHS's names of messages. */
const BY_INTERACTION: Readonly<
  Record<
    string,
    (
      record: LegacyRecord,
      about: { issue: number; message: string; at: Instant },
    ) => PrescriptionEvent[]
  >
> = {
  PORX_IN060102SM30: released,
  PORX_IN132004SM30: released,
  PORX_IN100101SM31: returned,
  'spine-admin-reset': returned,
  PORX_IN080101SM31: dispensed,
  PORX_IN510101SM31: withdrawn,
  PORX_IN090101SM31: claimed,
  PORX_IN030101SM32: cancelled,
};

function ofStep(record: LegacyRecord, step: Step): Fact[] {
  const { MSG_ID: message, ISSUE_NO, TO_STATUS: to } = step;
  const interaction = ownInteraction(step.INTERACTION);
  const issue = Number(ISSUE_NO ?? 1);
  const at = record.instant('STATUS_HIST.RECV_TS', step.RECV_TS);
  record.instant('STATUS_HIST.EVENT_TS', step.EVENT_TS);
  record.party('', step.USER_ID);
  const act = BY_INTERACTION[interaction];
  if (act !== undefined && message !== null) {
    // A cancellation writes a step for each issue that it closes; it is one act.
    const isFirst = record.stepOf(message) === step;
    const events = isFirst ? act(record, { issue, message, at }) : [];
    return events.map((event) => ({ event, messageId: idOf(message), at }));
  }
  const event = byItself(record, step, { issue, to, at });
  const messageId = stepId(step);
  return event === null ? [] : [{ event, messageId, at }];
}

function byItself(
  record: LegacyRecord,
  step: Step,
  { issue, to, at }: { issue: number; to: string; at: Instant },
): PrescriptionEvent | null {
  switch (step.INTERACTION) {
    case 'spine-next-issue': {
      const row = record.rows.ISSUE.find((one) => Number(one.row.ISSUE_NO) === issue)?.row;
      const readyOn = record.day(row?.NOM_DOWNLOAD_DT ?? null);
      if (readyOn === null) return null;
      const status = to === '0000' ? 'AwaitingReleaseReady' : 'ToBeDispensed';
      return { kind: 'NextIssueBegun', issue, status, readyOn, at };
    }
    case 'spine-ready':
      return { kind: 'BecameReady', issue, at };
    case 'spine-expire': {
      const first = record.rows.STATUS_HIST.find(({ row }) => row.INTERACTION === 'spine-expire');
      return first?.row === step ? { kind: 'Expired', fromIssue: issue, at } : null;
    }
    case 'spine-no-claim':
      return { kind: 'NoClaimed', issue, at };
    case 'spine-nomination': {
      const request = derivedUuid('legacy step', step.HIST_ID);
      const by = step.USER_ID ?? UNKNOWN;
      return { kind: 'NominationChanged', to: odsOf(step.ORG ?? ''), by, request, at };
    }
    default:
      return null;
  }
}

type About = { readonly issue: number; readonly message: string; readonly at: Instant };

function released(record: LegacyRecord, { issue, message, at }: About): PrescriptionEvent[] {
  const row = record.releaseOf(message);
  const step = record.stepOf(message);
  const holder = record.party(row?.ORG ?? step?.ORG ?? '', step?.USER_ID ?? null);
  const isNominated =
    row === undefined
      ? ownInteraction(step?.INTERACTION ?? '') === 'PORX_IN060102SM30'
      : row.KIND === 'NOMINATED';
  const releaseId = derivedUuid('release response', idOf(message));
  return [
    { kind: 'Released', issue, holder, by: isNominated ? 'nomination' : 'id', releaseId, at },
  ];
}

function returned(record: LegacyRecord, { issue, message, at }: About): PrescriptionEvent[] {
  const row = record.endOf(message);
  const reason = row?.END_KIND === 'ADMIN_RESET' ? 'administrative reset' : UNKNOWN;
  const waited = record.rows.CANCELLATION.filter(({ row: one }) => one.STATE === 'APPLIED');
  const pended = waited.filter(
    ({ row: one }) => record.instant('CANCELLATION.CANCEL_TS', one.CANCEL_TS) < at,
  );
  return [
    { kind: 'Returned', issue, reason, at },
    ...pended.map(({ row: one }) => applied(record, one, issue, at)),
  ];
}

function dispensed(record: LegacyRecord, { issue, message }: About): PrescriptionEvent[] {
  const row = record.dispenseOf(message);
  if (row === undefined) return [];
  const notification = notificationOf(record, row, issue);
  const replaces = row.AMENDS_DN_ID === null ? null : idOf(row.AMENDS_DN_ID);
  return [{ kind: 'DispenseNotified', issue, notification, replaces }];
}

/** The rows say which notifications are gone, and not by which message: each took the last that none before it took. */
function withdrawn(record: LegacyRecord, { issue, message, at }: About): PrescriptionEvent[] {
  const gone = record.rows.DISPENSE.map(({ row }) => row)
    .filter((row) => row.WITHDRAWN === 'Y' && Number(row.ISSUE_NO) === issue)
    .map(({ DN_ID, DN_TS }) => ({ id: DN_ID, told: record.instant('DISPENSE.DN_TS', DN_TS) }))
    .toReversed()
    .toSorted((one, other) => (one.told === other.told ? 0 : one.told < other.told ? 1 : -1));
  for (const step of withdrawals(record, issue)) {
    const received = record.instant('STATUS_HIST.RECV_TS', step.RECV_TS);
    const place = gone.findIndex(({ told }) => told < received);
    const [taken] = place === -1 ? [] : gone.splice(place, 1);
    if (step.MSG_ID !== message) continue;
    if (taken === undefined) return [];
    const notification = idOf(taken.id);
    return [{ kind: 'DispenseWithdrawn', issue, notification, reason: UNKNOWN, at }];
  }
  return [];
}

/** The first step of each, in their order. */
function withdrawals(record: LegacyRecord, issue: number): Step[] {
  return record.rows.STATUS_HIST.map(({ row }) => row)
    .filter(
      (step) =>
        ownInteraction(step.INTERACTION) === 'PORX_IN510101SM31' &&
        Number(step.ISSUE_NO ?? 1) === issue &&
        step.MSG_ID !== null &&
        record.stepOf(step.MSG_ID) === step,
    )
    .toSorted(byNumber);
}

function byNumber(one: Step, other: Step): number {
  return Number(one.HIST_ID) - Number(other.HIST_ID);
}

function claimed(record: LegacyRecord, { issue, message, at }: About): PrescriptionEvent[] {
  const row = record.claimOf(message);
  if (row === undefined) return [];
  const common = { issue, claim: idOf(row.CLAIM_ID), authority: UNKNOWN, at };
  return row.AMENDS_CLAIM_ID === null
    ? [{ kind: 'Claimed', ...common }]
    : [{ kind: 'ClaimAmended', ...common, replaces: idOf(row.AMENDS_CLAIM_ID) }];
}

function cancelled(record: LegacyRecord, { issue, message, at }: About): PrescriptionEvent[] {
  const row = record.cancellationOf(message);
  if (row === undefined) return [];
  const step = record.stepOf(message);
  const isWaiting =
    step === undefined ? row.STATE === 'PENDING' : step.TO_STATUS === step.FROM_STATUS;
  return isWaiting
    ? [{ kind: 'CancellationPended', cancellation: cancellationOf(record, row) }]
    : [applied(record, row, issue, at)];
}

/** The event of a cancellation that takes effect on an issue and all that follow. */
export function applied(
  record: LegacyRecord,
  row: Row<'CANCELLATION'>,
  fromIssue: number,
  at: Instant,
): PrescriptionEvent {
  const cancellation = cancellationOf(record, row);
  const kind = cancellation.item === null ? 'PrescriptionCancelled' : 'ItemCancelled';
  return { kind, fromIssue, cancellation, at };
}

export function cancellationOf(record: LegacyRecord, row: Row<'CANCELLATION'>): Cancellation {
  return {
    id: idOf(row.MSG_ID),
    item: row.ITEM_ID === null ? null : idOf(row.ITEM_ID),
    organisation: odsOf(row.ORG),
    reason: row.REASON_TXT ?? row.REASON_CD,
    at: record.instant('CANCELLATION.CANCEL_TS', row.CANCEL_TS),
  };
}

/** Acts whose steps were pruned from the history, by when they came. */
function withoutSteps(
  record: LegacyRecord,
  told: ReadonlySet<string | null>,
  without: ReadonlySet<Row<'CANCELLATION'>>,
): Fact[] {
  const untold = actsOf(record, without).filter(({ message }) => !told.has(message));
  untold.sort((one, other) =>
    one.at === other.at ? one.rank - other.rank : one.at < other.at ? -1 : 1,
  );
  return untold.flatMap(({ of, issue, message, at }) =>
    (BY_INTERACTION[of]?.(record, { issue, message, at }) ?? []).map((event) => ({
      event,
      messageId: idOf(message),
      at,
    })),
  );
}

/** An act by its own table; `rank` is its turn among those of one moment [MIGRATION 3]. */
type Act = About & { readonly rank: number; readonly of: string };

function actsOf(record: LegacyRecord, without: ReadonlySet<Row<'CANCELLATION'>>): Act[] {
  const { rows, prescription } = record;
  const acts: Act[] = [];
  const add = (
    rank: number,
    of: string,
    about: Omit<About, 'message'> & { message: string | null },
  ): void => {
    const { message, ...rest } = about;
    if (message !== null) acts.push({ rank, of, message, ...rest });
  };
  for (const { row } of rows.RELEASE) {
    const issue = Number(row.ISSUE_NO);
    const at = record.instant('RELEASE.REL_TS', row.REL_TS);
    add(1, 'PORX_IN060102SM30', { message: row.REQ_MSG_ID, issue, at });
    if (row.END_KIND !== 'RETURN' && row.END_KIND !== 'ADMIN_RESET') continue;
    const ended = record.instant('RELEASE.END_TS', row.END_TS);
    add(5, 'PORX_IN100101SM31', { message: row.END_MSG_ID, issue, at: ended });
  }
  for (const { row } of rows.DISPENSE) {
    const at = record.instant('DISPENSE.DN_TS', row.DN_TS);
    add(2, 'PORX_IN080101SM31', { message: row.MSG_ID, issue: Number(row.ISSUE_NO), at });
  }
  for (const { row } of rows.CLAIM) {
    const at = record.instant('CLAIM.RECV_TS', row.RECV_TS);
    add(6, 'PORX_IN090101SM31', { message: row.MSG_ID, issue: Number(row.ISSUE_NO), at });
  }
  for (const { row } of rows.CANCELLATION) {
    if (without.has(row)) continue;
    const at = record.instant('CANCELLATION.CANCEL_TS', row.CANCEL_TS);
    const issue = Number(row.ISSUE_NO ?? prescription.CURRENT_ISSUE);
    add(7, 'PORX_IN030101SM32', { message: row.MSG_ID, issue, at });
  }
  return acts;
}
