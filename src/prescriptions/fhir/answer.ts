import type { FhirRequest, FhirResponse } from '../../gateways/fhir/interaction.ts';
import {
  fhirInstant,
  INFORMATIONAL,
  type Issue,
  type OperationOutcome,
  operationOutcome,
  statusOf,
} from '../../gateways/fhir/operation-outcome.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import type { Rejection } from '../rejections.ts';
import { REJECTIONS, textOf } from '../rejections.ts';
import { organizationResource, type Refusal } from './refusal.ts';
import { CODE, EXTENSION } from './systems.ts';

/** The OperationOutcome of a message that was done; dated as the payload is, if it is [EPS-FHIR 5.1]. */
export function acceptedResponse(request: FhirRequest, at: string): FhirResponse {
  const dated = payloadDate(request) ?? fhirInstant(new Date(at));
  return { status: 200, resource: operationOutcome([INFORMATIONAL], dated) };
}

/** The answer to a message whose rules or translation failed, or that Spine's own checks refuse. */
export function refusedResponse(request: FhirRequest, refusal: Refusal): FhirResponse {
  if (refusal.step === 'spine') return rejectedResponse(request, refusal.rejection, request.at);
  const { issues } = refusal;
  const dated = payloadDate(request) ?? fhirInstant(request.at);
  const meta = refusal.step === 'rules' ? dated : null;
  return { status: statusOf(issues), resource: operationOutcome(issues, meta) };
}

/** What the state of the prescription refuses, in the words of its table [EPS-FHIR 5.5]. */
export function rejectedResponse(
  request: FhirRequest,
  rejection: Rejection,
  at: Date,
): FhirResponse {
  const wire = REJECTIONS[rejection.kind];
  const system = wire.system === 'EPS-IssueCode' ? CODE.issue : CODE.spineError;
  const coding = { system, code: wire.code, display: textOf(rejection) };
  const issue: Issue = {
    code: wire.issue,
    severity: wire.severity,
    details: { coding: [coding] },
  };
  const outcome = operationOutcome([issue], payloadDate(request) ?? fhirInstant(at));
  return { status: statusOf([issue]), resource: withHolder(outcome, rejection) };
}

/** Who has it, for the pharmacy to ring up. */
function withHolder(outcome: OperationOutcome, rejection: Rejection): OperationOutcome {
  if (rejection.kind !== 'WithAnotherDispenser') return outcome;
  const id = derivedUuid('holder', rejection.holder.ods);
  return {
    ...outcome,
    contained: [organizationResource(id, rejection.holder)],
    extension: [{ url: EXTENSION.supportingInfo, valueReference: { reference: `#${id}` } }],
  };
}

function payloadDate({ resource }: FhirRequest): string | null {
  const meta = resource['meta'];
  const isDated = typeof meta === 'object' && meta !== null && 'lastUpdated' in meta;
  return isDated && typeof meta.lastUpdated === 'string' ? meta.lastUpdated : null;
}
