import type { FhirRequest } from '../../gateways/fhir/interaction.ts';
import type { Issue } from '../../gateways/fhir/operation-outcome.ts';
import type { OdsCode } from '../ods-code.ts';
import type { Settings } from '../settings.ts';

/** In strict mode a message acts for the organisation of its token's role profile and for no other [DESIGN D10]. */
export function organisationIssue(
  request: FhirRequest,
  settings: Settings,
  acting: readonly OdsCode[],
): Issue | null {
  const { organisation } = request.actor;
  const isOwn = organisation !== null && acting.some((ods) => ods === organisation.toUpperCase());
  if (settings.organisationCheck === 'compatible' || isOwn) return null;
  return {
    severity: 'fatal',
    code: 'forbidden',
    diagnostics: 'The organisation in the message is not the organisation of the access token.',
  };
}
