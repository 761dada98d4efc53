import type { Bundle, MedicationRequest } from 'fhir/r4';

import type { Issue } from '../../../gateways/fhir/operation-outcome.ts';
import type { Instant } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { onlyExtension, onlyExtensionIfAny, onlyMedication } from '../../fhir/only.ts';
import { orderDocument } from '../../fhir/order-document.ts';
import { resourcesOf } from '../../fhir/r4.ts';
import { inTranslation, type Refusal } from '../../fhir/refusal.ts';
import { atMostOne, invalidValue, onlyOne } from '../../fhir/rules.ts';
import { EXTENSION } from '../../fhir/systems.ts';
import type { OrderDocument } from '../../hl7v3/order-document.ts';
import { courses } from './rules.ts';

/** An order whose rules are kept, in the form in which it is signed and sent; or the first thing that cannot be carried over [EPS-FHIR 5.4]. */
export function readOrder(bundle: Bundle, now: Instant): Result<OrderDocument, Refusal> {
  const fault = contentFault(bundle) ?? signatureFault(bundle) ?? courseFault(bundle);
  const order = fault === null ? orderDocument(bundle, now) : fail(fault);
  return order.ok ? order : fail(inTranslation(order.error));
}

/** Each item says its product once, has one note at most, and what kind of prescription it is on [EPS-FHIR 4.2]. */
function contentFault(bundle: Bundle): Issue | null {
  for (const request of resourcesOf(bundle, 'MedicationRequest')) {
    const { dispenseRequest, note = [] } = request;
    const found = [
      onlyExtension(request.extension, EXTENSION.prescriptionType, EXTENSIONS),
      onlyExtension(dispenseRequest?.extension, EXTENSION.siteType, SITE_TYPES),
      ...AT_MOST_ONE.map((url) => onlyExtensionIfAny(request.extension, url, EXTENSIONS)),
      onlyMedication(bundle, request),
      atMostOne(note, 'MedicationRequest.note'),
      supplyIsInDays(request),
    ].find(({ ok: isRight }) => !isRight);
    if (found?.ok === false) return found.error;
  }
  return null;
}

const EXTENSIONS = 'MedicationRequest.extension';
const SITE_TYPES = 'MedicationRequest.dispenseRequest.extension';
const AT_MOST_ONE = [
  EXTENSION.responsiblePractitioner,
  EXTENSION.repeatInformation,
  EXTENSION.controlledDrug,
];

function supplyIsInDays({ dispenseRequest }: MedicationRequest): Result<null, Issue> {
  const duration = dispenseRequest?.expectedSupplyDuration;
  return duration === undefined || duration.code === 'd' ? ok(null) : fail(NO_DAYS);
}

const NO_DAYS = invalidValue(
  'Expected supply duration must be specified in days.',
  'MedicationRequest.dispenseRequest.expectedSupplyDuration.code',
);

/** One signature, and it is the requester's; that there is none at all is Spine's to say [EPS-FHIR 5.4]. */
function signatureFault(bundle: Bundle): Issue | null {
  const signatures = resourcesOf(bundle, 'Provenance').flatMap(({ signature }) => signature ?? []);
  if (signatures.length === 0) return null;
  const [first] = resourcesOf(bundle, 'MedicationRequest');
  const requester = first?.requester?.reference ?? '';
  const condition = `who.reference == '${requester}'`;
  const path = 'Provenance.signature';
  const only = onlyOne(signatures, path, condition, ({ who }) => who.reference === requester);
  return only.ok ? null : only.error;
}

/** One course on all, or acute and continuous mixed, which counts as acute [EPS-FHIR 4.2]. */
function courseFault(bundle: Bundle): Issue | null {
  const codes = new Set(courses(bundle));
  const isAcute = codes.size === 2 && codes.has('acute') && codes.has('continuous');
  if (codes.size > 1 && !isAcute) return MIXED;
  const unknown = [...codes].find((code) => !COURSES.includes(code));
  if (unknown === undefined) return null;
  const text = `Unhandled course of therapy type code '${unknown}'.`;
  return invalidValue(text, 'MedicationRequest.courseOfTherapyType.coding.code');
}

const COURSES: readonly string[] = ['acute', 'continuous', 'continuous-repeat-dispensing'];
const MIXED = invalidValue(
  "Course of therapy type must either match for all MedicationRequests or be a mixture of 'acute' and 'continuous'.",
  'MedicationRequest.courseOfTherapyType.coding',
);
