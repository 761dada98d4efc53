import type { Bundle, Parameters } from 'fhir/r4';

import type {
  FhirInteraction,
  FhirRequest,
  FhirResponse,
} from '../../gateways/fhir/interaction.ts';
import { instantOf } from '../../kernel/instant.ts';
import { fail, type Result } from '../../kernel/result.ts';
import type { OrderDocument } from '../hl7v3/order-document.ts';
import { fragmentsSignedInfo, type SignatureAlgorithm } from '../hl7v3/signed-info.ts';
import { readOrder } from '../messages/create/fhir.ts';
import { signedFragments } from '../messages/create/hl7v3.ts';
import type { Spine } from '../perform.ts';
import { refusedResponse } from './answer.ts';
import { isoTime } from './hl7-values.ts';
import { eventOf } from './event.ts';
import { check, MESSAGES, wrongResource } from './process-message.ts';
import { asMessage } from './r4.ts';
import { inTranslation, type Refusal } from './refusal.ts';
import { invalidValue } from './rules.ts';

/** `$prepare`: what a prescriber signs, of an order that could be sent [EPS-SIGNATURE 1]. */
export function prepare(spine: Spine): FhirInteraction {
  return {
    method: 'POST',
    path: '/$prepare',
    bases: ['legacy', 'prescribing'],
    handle: (request) => {
      const bundle = asMessage(request.resource);
      if (bundle?.resourceType !== 'Bundle') return wrongResource(request, 'Bundle');
      const order = readPrepared(spine, request, bundle);
      if (!order.ok) return refusedResponse(request, order.error);
      return prepared(order.value, request.actor.application.prepareAlgorithm);
    },
  };
}

function readPrepared(
  spine: Spine,
  request: FhirRequest,
  bundle: Bundle,
): Result<OrderDocument, Refusal> {
  const event = eventOf(bundle);
  if (!event.ok) return event;
  const needs = { ...MESSAGES[event.value], acts: PREPARES };
  const problem = check(spine, request, needs, bundle);
  if (problem !== null) return fail(problem);
  return event.value === 'prescription-order'
    ? readOrder(bundle, instantOf(request.at))
    : fail(inTranslation(NO_ORDER));
}

const PREPARES = ['eps-prepare', 'eps-create'] as const;

const NO_ORDER = invalidValue(
  "MessageHeader.eventCoding.code must be 'prescription-order'.",
  'MessageHeader.eventCoding.code',
);

function prepared(order: OrderDocument, algorithm: SignatureAlgorithm): FhirResponse {
  const timestamp = isoTime(order.author.time);
  const toSign = orderSignedInfo(order, algorithm);
  const resource: Parameters = {
    resourceType: 'Parameters',
    parameter: [
      { name: 'digest', valueString: Buffer.from(toSign).toString('base64') },
      { name: 'timestamp', valueString: timestamp },
      { name: 'algorithm', valueString: algorithm },
    ],
  };
  return { status: 200, resource };
}

/** What the signature of this order is over; recomputed, it is what a signature must be over. */
export function orderSignedInfo(order: OrderDocument, algorithm: SignatureAlgorithm): string {
  return fragmentsSignedInfo(signedFragments(order), algorithm);
}
