import { present } from '../../../kernel/bug.ts';
import { isDispensingSite } from '../../../kernel/dispensing-site.ts';
import type { Instant } from '../../../kernel/instant.ts';
import { type LondonDate, londonDate } from '../../../kernel/london.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { parseUuid, type Uuid } from '../../../kernel/uuid.ts';
import type { OrderDocument } from '../../hl7v3/order-document.ts';
import { readDay, readTime } from '../../hl7v3/time.ts';
import { parseNhsNumber } from '../../../kernel/nhs-number.ts';
import { parseOdsCode } from '../../ods-code.ts';
import type { Treatment } from '../../prescription.ts';
import { parsePrescriptionId, type PrescriptionId } from '../../prescription-id.ts';
import type { Rejection } from '../../rejections.ts';
import type { Create } from './decide.ts';
import { daysOf, REPEAT_DISPENSING } from './repeat-checks.ts';
import { spineFault } from './spine-checks.ts';

export type Unverified = Omit<Create, 'signature'>;

const TREATMENTS: Readonly<Record<string, Treatment>> = {
  '0001': 'Acute',
  '0002': 'RepeatPrescribing',
  [REPEAT_DISPENSING]: 'RepeatDispensing',
};

/** An order as what Spine keeps of it, whichever door it came through [EPS-LIFECYCLE 3]. */
export function receiveOrder(
  order: OrderDocument,
  at: Instant,
): Result<{ id: PrescriptionId; command: Unverified }, Rejection> {
  const detail = spineFault(order, londonDate(new Date(at)));
  if (detail !== null) return fail({ kind: 'Unprocessable', detail });
  if (order.author.signature === null) return fail({ kind: 'SignatureMissing' });
  const ids = order.items.map((item) => guid(item.id));
  if (new Set(ids).size < ids.length) return fail({ kind: 'DuplicateItem' });
  const id = parsePrescriptionId(order.shortFormId);
  const { performer, author, patient } = order;
  const command: Unverified = {
    at,
    messageId: guid(order.messageId),
    longFormId: guid(order.longFormId),
    items: ids,
    prescribedAt: present(readTime(order.effectiveTime), CHECKED),
    treatment: present(TREATMENTS[order.treatment], CHECKED),
    repeats: repeatsOf(order),
    patient: present(parseNhsNumber(patient.nhsNumber), CHECKED),
    prescriber: present(parseOdsCode(author.agent.organisation.ods), CHECKED),
    nominated: performer === null ? null : present(parseOdsCode(performer), CHECKED),
  };
  return ok({ id: present(id.ok ? id.value : null, CHECKED), command });
}

const CHECKED = 'what was checked';

function guid(text: string): Uuid {
  return present(parseUuid(text), CHECKED);
}

/** How often and how far apart; an item may be in the first issues only. */
function repeatsOf({
  treatment,
  repeats,
  daysSupply,
  items,
  site,
}: OrderDocument): Create['repeats'] {
  if (treatment !== REPEAT_DISPENSING || daysSupply === null) return null;
  const issues = Number(repeats?.high);
  const readyOn: LondonDate = present(readDay(daysSupply.low ?? ''), CHECKED);
  const fewer: Record<string, number> = {};
  for (const { id, repeats: own } of items) {
    if (Number(own?.high) < issues) fewer[guid(id)] = Number(own?.high);
  }
  const told = { issues, readyOn, daysSupply: daysOf(daysSupply.days), fewer };
  return isDispensingSite(site) ? { ...told, site } : told;
}
