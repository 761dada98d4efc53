import type { Instant } from '../../../kernel/instant.ts';
import { addMonths, type LondonDate, londonDate } from '../../../kernel/london.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Uuid } from '../../../kernel/uuid.ts';
import { type Known, pendingOf } from '../../evolve.ts';
import type { NhsNumber } from '../../../kernel/nhs-number.ts';
import type { OdsCode } from '../../ods-code.ts';
import type {
  Cancellation,
  Created,
  PrescriptionEvent,
  Repeats,
  Treatment,
} from '../../prescription.ts';
import type { Rejection } from '../../rejections.ts';
import type { SignatureCheck } from '../../signature/finding.ts';

/** A signed prescription that a prescriber sends (PORX_IN020101SM31). */
export type Create = {
  readonly messageId: Uuid;
  readonly longFormId: Uuid;
  readonly treatment: Treatment;
  /** Of repeat dispensing; null for the others. */
  readonly repeats: (Repeats & { readonly readyOn: LondonDate }) | null;
  readonly prescribedAt: Instant;
  readonly patient: NhsNumber;
  readonly prescriber: OdsCode;
  readonly nominated: OdsCode | null;
  readonly items: readonly Uuid[];
  readonly signature: SignatureCheck;
  readonly at: Instant;
};

/** What is known of the patient. */
export type Patient = { readonly isDeceased: boolean };

const EXPIRES_AFTER_MONTHS = 6; // [EPS-LIFECYCLE 8]
const LATER_EXPIRE_AFTER_MONTHS = 12; // issues after the first [EPS-LIFECYCLE 8]
const POST_DATED_FROM_MS = 86_400_000; // more than a day ahead [EPS-LIFECYCLE 8]

export function decide(
  state: Known | null,
  command: Create,
  { isDeceased }: Patient = { isDeceased: false },
): Result<PrescriptionEvent[], Rejection> {
  const isTaken = state?.kind === 'tombstone' && state.was === 'prescription';
  if (isTaken || state?.kind === 'prescription') return fail({ kind: 'DuplicatePrescription' });
  if (isDeceased) return fail({ kind: 'PatientDeceased' });
  const held = pendingOf(state);
  return ok([created(command), ...held.map((cancellation) => applied(cancellation, command.at))]);
}

function created(command: Create): Created {
  const { messageId, longFormId, treatment, prescribedAt, patient } = command;
  const { prescriber, nominated, items, signature, at } = command;
  const prescribedOn = londonDate(new Date(prescribedAt));
  const readyOn = postDatedTo(command, prescribedOn);
  return {
    kind: 'Created',
    orderId: messageId,
    longFormId,
    treatment,
    prescribedAt,
    patient,
    prescriber,
    nominated,
    items,
    signature,
    at,
    readyOn: readyOn ?? londonDate(new Date(at)),
    status: readyOn === null ? 'ToBeDispensed' : 'PrescriptionFuture',
    expiresOn: expiryOf(prescribedOn),
    repeats: repeatsOf(command, prescribedOn),
  };
}

/** The day from which it can be had, if that is more than a day ahead: its own date, or the start of its window [EPS-LIFECYCLE 2]. */
function postDatedTo(
  { prescribedAt, repeats, at }: Create,
  prescribedOn: LondonDate,
): LondonDate | null {
  const threshold = new Date(Date.parse(at) + POST_DATED_FROM_MS);
  const windowLow = repeats?.readyOn ?? prescribedOn;
  const isPostDated =
    Date.parse(prescribedAt) > threshold.getTime() || windowLow > londonDate(threshold);
  if (!isPostDated) return null;
  return windowLow > prescribedOn ? windowLow : prescribedOn;
}

function repeatsOf({ repeats }: Create, prescribedOn: LondonDate): Created['repeats'] {
  if (repeats === null) return null;
  const { issues, daysSupply, fewer, site } = repeats;
  return {
    issues,
    daysSupply,
    fewer,
    ...(site === undefined ? {} : { site }),
    expiresOn: lastExpiryOf(prescribedOn),
  };
}

/** As `expiryOf`, for issues after the first. */
export function lastExpiryOf(prescribedOn: LondonDate): LondonDate {
  return addMonths(prescribedOn, LATER_EXPIRE_AFTER_MONTHS);
}

/** First day on which the prescription can no longer be had. */
export function expiryOf(prescribedOn: LondonDate): LondonDate {
  return addMonths(prescribedOn, EXPIRES_AFTER_MONTHS);
}

/** A cancellation that came first is applied before anybody can release [EPS-LIFECYCLE 6.5, RELIABILITY I11]. */
function applied(cancellation: Cancellation, at: Instant): PrescriptionEvent {
  const kind = cancellation.item === null ? 'PrescriptionCancelled' : 'ItemCancelled';
  return { kind, fromIssue: 1, cancellation, at };
}
