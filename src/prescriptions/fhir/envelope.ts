import { createHash } from 'node:crypto';

import type { FhirRequest } from '../../gateways/fhir/interaction.ts';
import { present } from '../../kernel/bug.ts';
import { instantOf } from '../../kernel/instant.ts';
import { parseUuid, type Uuid } from '../../kernel/uuid.ts';
import { type Envelope, NEW_PRESCRIPTION } from '../repository.ts';

/** The HL7 V3 interaction that a message is, whichever door it came through [EPS-CODES 2]. */
export const INTERACTIONS = {
  create: NEW_PRESCRIPTION,
  cancel: 'PORX_IN030101SM32',
  releaseNominated: 'PORX_IN060102SM30',
  releaseById: 'PORX_IN132004SM30',
  dispense: 'PORX_IN080101SM31',
  claim: 'PORX_IN090101SM31',
  return: 'PORX_IN100101SM31',
  withdraw: 'PORX_IN510101SM31',
} as const;

export function envelopeOf(
  request: FhirRequest,
  messageId: Uuid,
  message: keyof typeof INTERACTIONS,
): Envelope {
  const { actor, body, at } = request;
  return {
    messageId,
    actor,
    body,
    at: instantOf(at),
    requestId: present(parseUuid(request.requestId), 'checked X-Request-ID'),
    interaction: INTERACTIONS[message],
    digest: createHash('sha256').update(body).digest(),
  };
}
