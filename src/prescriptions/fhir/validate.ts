import type { FhirInteraction } from '../../gateways/fhir/interaction.ts';
import { INFORMATIONAL, operationOutcome } from '../../gateways/fhir/operation-outcome.ts';

/** `$validate`: the structure check alone, which every body has passed that comes this far [EPS-FHIR 2, 5.2]. */
export const validate: FhirInteraction = {
  method: 'POST',
  path: '/$validate',
  bases: ['legacy', 'prescribing', 'dispensing'],
  handle: () => ({ status: 200, resource: operationOutcome([INFORMATIONAL], null) }),
};
