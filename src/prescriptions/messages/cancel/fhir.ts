import type { Bundle, MedicationRequest } from 'fhir/r4';

import type { Issue, OperationOutcome } from '../../../gateways/fhir/operation-outcome.ts';
import { operationOutcome } from '../../../gateways/fhir/operation-outcome.ts';
import { instantOf } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { derivedUuid, parseUuid } from '../../../kernel/uuid.ts';
import { bundleRules } from '../../fhir/bundle-rules.ts';
import { cancelDocument } from '../../fhir/cancel-document.ts';
import { messageHeader } from '../../fhir/message-header.ts';
import {
  type EntryMaker,
  entryMaker,
  inOrder,
  type Shown,
  showParty,
  showRole,
} from '../../fhir/people.ts';
import { extension, identifierValue, resolve, resourcesOf } from '../../fhir/r4.ts';
import { bySpine, inTranslation, type Refusal } from '../../fhir/refusal.ts';
import { requesterOrganisations } from '../../fhir/requester.ts';
import { type Rule, valueIssue } from '../../fhir/rules.ts';
import { CODE, EXTENSION, ID } from '../../fhir/systems.ts';
import { Translation } from '../../fhir/translation.ts';
import type { OdsCode } from '../../ods-code.ts';
import type { Outcome } from '../../outcome.ts';
import type { PrescriptionId } from '../../prescription-id.ts';
import { fhirTime } from '../release/released-prescription.ts';
import { CANCEL_CODES } from './codes.ts';
import type { Cancel } from './decide.ts';
import { receiveCancel } from './receive.ts';

const PATH = 'Bundle.entry.resource.ofType(MedicationRequest)';

/** Rules of a cancel request, in their order [EPS-FHIR 5.3]. */
export const cancelRules: readonly Rule<Bundle>[] = [
  ...bundleRules,
  oneItem,
  isCancelled,
  hasReason,
];

function oneItem(bundle: Bundle): Issue[] {
  return resourcesOf(bundle, 'MedicationRequest').length === 1
    ? []
    : [
        valueIssue(
          "The Bundle must contain exactly one MedicationRequest if MessageHeader.eventCoding.code is 'prescription-order-update'.",
          PATH,
        ),
      ];
}

function isCancelled(bundle: Bundle): Issue[] {
  const isRight = resourcesOf(bundle, 'MedicationRequest').every(
    ({ status }) => status === 'cancelled',
  );
  return isRight
    ? []
    : [valueIssue('MedicationRequest.status must be cancelled.', `${PATH}.status`)];
}

function hasReason(bundle: Bundle): Issue[] {
  const isThere = resourcesOf(bundle, 'MedicationRequest').every(
    ({ statusReason }) => statusReason !== undefined,
  );
  return isThere
    ? []
    : [
        valueIssue(
          'Expected MedicationRequest to have a value for statusReason.',
          `${PATH}.statusReason`,
        ),
      ];
}

/** Null id: no prescription can have it, so none is found. */
export function readCancel(
  bundle: Bundle,
  at: Date,
): Result<{ id: PrescriptionId | null; command: Cancel; organisations: OdsCode[] }, Refusal> {
  const to = new Translation();
  const carried = to.whole(cancelDocument(to, bundle));
  if (!carried.ok) return fail(inTranslation(carried.error));
  const request = carried.value;
  const received = receiveCancel(request, instantOf(at));
  return received.ok
    ? ok({ ...received.value, organisations: requesterOrganisations(bundle) })
    : fail(bySpine(received.error));
}

type Answered = Extract<Outcome, { kind: 'CancelAnswered' }>;

/** R-0001 is a 200; every other answer a 400, most of them with the same Bundle [EPS-LIFECYCLE 7]. */
export function cancelResponse(
  bundle: Bundle,
  outcome: Answered,
): { status: number; resource: Bundle | OperationOutcome } {
  const status = outcome.code === 'R-0001' ? 200 : 400;
  const { issue } = CANCEL_CODES[outcome.code];
  if (issue !== null) return { status, resource: cancelFailure(outcome, issue) };
  return { status, resource: responseBundle(bundle, outcome) };
}

function cancelFailure({ code, detail }: Answered, issueCode: string): OperationOutcome {
  const display = detail ?? CANCEL_CODES[code].text;
  const details = { coding: [{ system: CODE.cancelAnswer, code, display }] };
  return operationOutcome([{ code: issueCode, severity: 'error', details }], null);
}

function responseBundle(bundle: Bundle, outcome: Answered): Bundle {
  const messageId = parseUuid(bundle.identifier?.value ?? '') ?? '';
  const responseId = derivedUuid('cancel response', messageId);
  const make = entryMaker(responseId);
  const patient = make('patient', patientOf(bundle));
  const canceller = cancellerOf(bundle, make);
  const original = originalOf(bundle, make) ?? canceller;
  const performer =
    outcome.performer === null ? null : showParty(outcome.performer, make, 'dispenser');
  const item = make(
    'item',
    itemOf(bundle, outcome, {
      patient: patient.fullUrl,
      canceller: canceller.role,
      original: original.role,
      performer: performer?.role ?? null,
    }),
  );
  const header = make(
    'header',
    messageHeader({
      messageId: responseId,
      event: 'prescription-order-response',
      destination: cancellersOrganisation(bundle),
      inAnswerTo: messageId,
      focus: [patient.fullUrl, item.fullUrl],
    }),
  );
  const people = [
    canceller,
    ...(original === canceller ? [] : [original]),
    ...(performer === null ? [] : [performer]),
  ];
  return {
    resourceType: 'Bundle',
    id: derivedUuid(responseId, 'bundle'),
    identifier: { system: ID.message, value: responseId },
    timestamp: fhirTime(outcome.at),
    type: 'message',
    entry: inOrder([header, item, patient, ...people.flatMap(({ entries }) => entries)]),
  };
}

function patientOf(bundle: Bundle) {
  const [request] = resourcesOf(bundle, 'MedicationRequest');
  const patient = resolve(bundle, request?.subject, 'Patient');
  const {
    id: _id,
    extension: _extension,
    ...shown
  } = patient ?? { resourceType: 'Patient' as const };
  return shown;
}

function roleOf(bundle: Bundle) {
  const [request] = resourcesOf(bundle, 'MedicationRequest');
  return resolve(bundle, request?.requester, 'PractitionerRole');
}

function cancellerOf(bundle: Bundle, make: EntryMaker): Shown {
  const role = roleOf(bundle) ?? { resourceType: 'PractitionerRole' as const };
  return showRole(bundle, role, make, 'canceller');
}

/** The prescriber who signed, where another one cancels [EPS-FHIR 4.3]. */
function originalOf(bundle: Bundle, make: EntryMaker): Shown | null {
  const [request] = resourcesOf(bundle, 'MedicationRequest');
  const named = extension(request, EXTENSION.responsiblePractitioner)?.valueReference;
  const role = resolve(bundle, named, 'PractitionerRole');
  const isSame =
    identifierValue(role?.identifier, ID.roleProfile) ===
    identifierValue(roleOf(bundle)?.identifier, ID.roleProfile);
  return role === null || isSame ? null : showRole(bundle, role, make, 'prescriber');
}

function cancellersOrganisation(bundle: Bundle): string | null {
  const organization = resolve(bundle, roleOf(bundle)?.organization, 'Organization');
  return identifierValue(organization?.identifier, ID.ods);
}

type Urls = { patient: string; canceller: string; original: string; performer: string | null };

function itemOf(bundle: Bundle, outcome: Answered, urls: Urls): MedicationRequest {
  const [request] = resourcesOf(bundle, 'MedicationRequest');
  const { text: display, request: status } = CANCEL_CODES[outcome.code];
  const history = [
    { url: 'status', valueCoding: { system: CODE.cancelAnswer, code: outcome.code, display } },
    { url: 'statusDate', valueDateTime: fhirTime(outcome.at) },
  ];
  return {
    resourceType: 'MedicationRequest',
    extension: [
      { url: EXTENSION.statusHistory, extension: history },
      { url: EXTENSION.responsiblePractitioner, valueReference: { reference: urls.canceller } },
    ],
    identifier: [
      {
        system: ID.item,
        value: identifierValue(request?.identifier, ID.item)?.toLowerCase() ?? '',
      },
    ],
    status: status ?? 'unknown',
    intent: 'order',
    medicationCodeableConcept: { coding: [ANY_PRODUCT] },
    subject: { reference: urls.patient },
    requester: { reference: urls.original },
    groupIdentifier: { system: ID.shortForm, value: request?.groupIdentifier?.value ?? '' },
    ...(outcome.performer === null || urls.performer === null
      ? {}
      : {
          dispenseRequest: {
            performer: dispenserReference(outcome.performer.organisation, urls.performer),
          },
        }),
  };
}

const ANY_PRODUCT = { system: CODE.snomed, code: '763158003', display: 'Medicinal product' };

function dispenserReference(organisation: { ods: string; name: string | null }, role: string) {
  return {
    extension: [{ url: EXTENSION.dispensingPerformer, valueReference: { reference: role } }],
    identifier: { system: ID.ods, value: organisation.ods },
    ...(organisation.name === null ? {} : { display: organisation.name }),
  };
}
