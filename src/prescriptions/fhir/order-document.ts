import type { Bundle, MedicationRequest } from 'fhir/r4';

import { decimalText } from '../../gateways/fhir/json.ts';
import type { Issue } from '../../gateways/fhir/operation-outcome.ts';
import { present } from '../../kernel/bug.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Result } from '../../kernel/result.ts';
import type { LineItem, OrderDocument, Repeats } from '../hl7v3/order-document.ts';
import { parseXml } from '../../gateways/xml/parse-xml.ts';
import { courses, prescriptionType } from '../messages/create/rules.ts';
import { agentOf, byPayment, byProfessionalCode, requesterOf } from './agents.ts';
import { hl7Time } from '../hl7v3/time.ts';
import { dosageText, instructionsText, patientText } from './instructions.ts';
import { dayOf, idText, timeOf } from './hl7-values.ts';
import { onlyExtension, onlyIdentifier, onlyMedication } from './only.ts';
import { patientDetails } from './patient-details.ts';
import { extension, resourcesOf } from './r4.ts';
import { invalidValue } from './rules.ts';
import { EXTENSION, ID } from './systems.ts';
import { Translation } from './translation.ts';

/**
 * The order with all that is signed and sent of it; unsigned, its author wrote it `now`
 * [EPS-SIGNATURE 1, 2; EPS-HL7-MAP 3]. The issue is the first thing that cannot be carried over.
 */
export function orderDocument(bundle: Bundle, now: Instant): Result<OrderDocument, Issue> {
  const to = new Translation();
  const requests = resourcesOf(bundle, 'MedicationRequest');
  const first = present(requests[0], 'line item of a checked order');
  const { dispenseRequest: supply, groupIdentifier: group, requester } = first;
  const longForm = onlyExtension(group?.extension, EXTENSION.longFormId, LONG_FORM);
  const author = authorOf(to, bundle, first, now);
  const responsible = extension(first, EXTENSION.responsiblePractitioner)?.valueReference;
  const repeats = repeatsOf(to, bundle, first);
  const start = supply?.validityPeriod?.start;
  return to.whole({
    messageId: idText(bundle.identifier?.value ?? ''),
    effectiveTime: start === undefined ? author.time : timeOf(to, start, START),
    longFormId: idText(to.take(longForm, null)?.valueIdentifier?.value ?? ''),
    shortFormId: idText(group?.value ?? ''),
    patient: patientDetails(to, bundle),
    repeats,
    performer: supply?.performer === undefined ? null : (supply.performer.identifier?.value ?? ''),
    author: { ...author, agent: requesterOf(to, bundle, requester, byProfessionalCode) },
    responsible: agentOf(to, bundle, responsible ?? requester, byPayment),
    daysSupply: treatmentOf(bundle) === TREATMENT.repeatDispensing ? daysSupply(to, first) : null,
    reviewDate: reviewDate(to, first),
    treatment: treatmentOf(bundle),
    site: extension(supply, EXTENSION.siteType)?.valueCoding?.code ?? '',
    type: prescriptionType(bundle),
    items: requests.map((request, index) => {
      const text = index === 0 ? patientText(to, bundle) : '';
      const instructions = instructionsText(request, text);
      return lineItem(to, bundle, request, { repeats, instructions });
    }),
  });
}

const LONG_FORM = 'MedicationRequest.groupIdentifier.extension';
const START = 'MedicationRequest.dispenseRequest.validityPeriod.start';
const END = 'MedicationRequest.dispenseRequest.validityPeriod.end';

/** Codes of the treatment types [EPS-CODES 1]. */
const TREATMENT = { acute: '0001', repeatPrescribing: '0002', repeatDispensing: '0003' } as const;

/** Acute and continuous mixed are acute. */
function treatmentOf(bundle: Bundle): string {
  const codes = courses(bundle);
  if (codes.includes('continuous-repeat-dispensing')) return TREATMENT.repeatDispensing;
  return codes.includes('acute') ? TREATMENT.acute : TREATMENT.repeatPrescribing;
}

/** When the requester signed, and the signature itself. */
function authorOf(to: Translation, bundle: Bundle, { requester }: MedicationRequest, now: Instant) {
  const signature = resourcesOf(bundle, 'Provenance')
    .flatMap(({ signature: signatures }) => signatures ?? [])
    .find(({ who }) => who.reference === requester?.reference);
  if (signature === undefined) return { time: hl7Time(now), signature: null };
  const time = timeOf(to, signature.when, 'Provenance.signature.when');
  if (signature.data === undefined) return { time, signature: null };
  const xml = parseXml(Buffer.from(signature.data, 'base64').toString('utf8'));
  if (!xml.ok) to.refuse(MALFORMED);
  return { time, signature: xml.ok ? xml.value : null };
}

const MALFORMED = invalidValue('Invalid signature format.', 'Provenance.signature.data');

/** How many issues there are; the same for each item [EPS-SIGNATURE 2.4]. */
function repeatsOf(to: Translation, bundle: Bundle, first: MedicationRequest): Repeats | null {
  const treatment = treatmentOf(bundle);
  if (treatment === TREATMENT.acute) return null;
  if (treatment === TREATMENT.repeatPrescribing) return { low: '1', high: '1' };
  const allowed = repeatsAllowed(first);
  if (allowed === null) to.refuse(NO_REPEATS);
  return { low: '1', high: String((allowed ?? 0) + 1) };
}

function repeatsAllowed({ basedOn, dispenseRequest }: MedicationRequest): number | null {
  const [based] = (basedOn ?? []).flatMap((one) => {
    const information = extension(one, EXTENSION.epsRepeatInformation) ?? undefined;
    return extension(information, 'numberOfRepeatsAllowed')?.valueInteger ?? [];
  });
  return based ?? dispenseRequest?.numberOfRepeatsAllowed ?? null;
}

const NO_REPEATS = invalidValue(
  'Number of repeats allowed is required.',
  'MedicationRequest.dispenseRequest.numberOfRepeatsAllowed',
);

function daysSupply(to: Translation, { dispenseRequest }: MedicationRequest) {
  const { validityPeriod, expectedSupplyDuration } = dispenseRequest ?? {};
  const { start, end } = validityPeriod ?? {};
  const days = expectedSupplyDuration?.value;
  return {
    low: start === undefined ? null : dayOf(to, start, START),
    high: end === undefined ? null : dayOf(to, end, END),
    days: days === undefined ? null : decimalText(days),
  };
}

function reviewDate(to: Translation, first: MedicationRequest): string | null {
  const information = extension(first, EXTENSION.repeatInformation) ?? undefined;
  const expiry = extension(information, 'authorisationExpiryDate');
  const date = expiry?.valueDateTime ?? expiry?.valueDate;
  return date === undefined ? null : dayOf(to, date, 'MedicationRequest.extension');
}

function lineItem(
  to: Translation,
  bundle: Bundle,
  request: MedicationRequest,
  also: Pick<LineItem, 'repeats' | 'instructions'>,
): LineItem {
  const id = onlyIdentifier(request.identifier, ID.item, 'MedicationRequest.identifier');
  const product = to.take(onlyMedication(bundle, request), null);
  const { value, unit, code } = request.dispenseRequest?.quantity ?? {};
  return {
    ...also,
    id: idText(to.take(id, '')),
    product: { code: product?.code ?? '', display: product?.display ?? null },
    quantity: {
      value: value === undefined ? '' : decimalText(value),
      unit: { code: code ?? '', display: unit ?? null },
    },
    endorsements: (request.extension ?? [])
      .filter(({ url }) => url === EXTENSION.endorsement)
      .map(({ valueCodeableConcept }) => valueCodeableConcept?.coding?.[0]?.code ?? ''),
    dosage: dosageText(request.dosageInstruction ?? []),
  };
}
