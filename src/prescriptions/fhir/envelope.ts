import { hash } from 'node:crypto';

import type { FhirRequest } from '../../gateways/fhir/interaction.ts';
import { present } from '../../kernel/bug.ts';
import { instantOf } from '../../kernel/instant.ts';
import { parseUuid, type Uuid } from '../../kernel/uuid.ts';
import { INTERACTIONS } from '../interactions.ts';
import type { Envelope } from '../repository.ts';

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
    digest: hash('sha256', body, 'buffer'),
  };
}
