import type { Parameters } from 'fhir/r4';

import { derivedUuid } from '../../kernel/uuid.ts';
import type { Person } from '../personas.ts';
import { identifier } from './parts.ts';
import { agentRole, organizationResource } from './people.ts';
import { ID } from './systems.ts';

export type Release = {
  /** The request has no message id of its own; this is its `id`, and makes those of its parts. */
  readonly requestId: string;
  readonly dispenser: Person;
};

/** Asks for whatever is waiting for this pharmacy [EPS-FHIR 4.4]. */
export function releaseNominated(of: Release): Parameters {
  return {
    resourceType: 'Parameters',
    id: of.requestId,
    parameter: [
      {
        name: 'owner',
        resource: {
          ...organizationResource(of.dispenser.organisation),
          id: derivedUuid(of.requestId, 'owner'),
        },
      },
      { name: 'status', valueCode: 'accepted' },
      {
        name: 'agent',
        resource: { ...agentRole(of.dispenser), id: derivedUuid(of.requestId, 'agent') },
      },
    ],
  };
}

/** Asks for one prescription whose id the patient has brought [EPS-FHIR 4.4]. */
export function releasePatient(of: Release & { readonly shortFormId: string }): Parameters {
  const nominated = releaseNominated(of);
  return {
    ...nominated,
    parameter: [
      { name: 'group-identifier', valueIdentifier: identifier(ID.shortForm, of.shortFormId) },
      ...(nominated.parameter ?? []),
    ],
  };
}
