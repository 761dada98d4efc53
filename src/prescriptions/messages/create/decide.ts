import type { Instant } from '../../../kernel/instant.ts';
import { addMonths, type LondonDate, londonDate } from '../../../kernel/london.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import type { Uuid } from '../../../kernel/uuid.ts';
import type { Known } from '../../evolve.ts';
import type { NhsNumber } from '../../nhs-number.ts';
import type { OdsCode } from '../../ods-code.ts';
import type { Cancellation, Created, PrescriptionEvent, Treatment } from '../../prescription.ts';
import type { Rejection } from '../../rejections.ts';

/** A signed prescription that a prescriber sends (PORX_IN020101SM31). */
export type Create = {
  readonly messageId: Uuid;
  readonly longFormId: Uuid;
  readonly treatment: Exclude<Treatment, 'RepeatDispensing'>;
  readonly prescribedAt: Instant;
  readonly patient: NhsNumber;
  readonly prescriber: OdsCode;
  readonly nominated: OdsCode | null;
  readonly items: readonly Uuid[];
  readonly at: Instant;
};

const EXPIRES_AFTER_MONTHS = 6; // [EPS-LIFECYCLE 8]
const POST_DATED_FROM_MS = 86_400_000; // more than a day ahead [EPS-LIFECYCLE 8]

export function decide(
  state: Known | null,
  command: Create,
): Result<PrescriptionEvent[], Rejection> {
  if (state?.kind === 'prescription') return fail({ kind: 'DuplicatePrescription' });
  const held = state?.pending ?? [];
  return ok([created(command), ...held.map((cancellation) => applied(cancellation, command.at))]);
}

function created(command: Create): Created {
  const { messageId, longFormId, treatment, prescribedAt, patient } = command;
  const { prescriber, nominated, items, at } = command;
  const prescribedOn = londonDate(new Date(prescribedAt));
  const isPostDated = Date.parse(prescribedAt) > Date.parse(at) + POST_DATED_FROM_MS;
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
    at,
    readyOn: isPostDated ? prescribedOn : londonDate(new Date(at)),
    status: isPostDated ? 'PrescriptionFuture' : 'ToBeDispensed',
    expiresOn: expiryOf(prescribedOn),
  };
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
