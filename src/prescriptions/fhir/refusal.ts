import type { Organization } from 'fhir/r4';

import type { Issue } from '../../gateways/fhir/operation-outcome.ts';
import type { Organisation } from '../prescription.ts';
import type { Rejection } from '../rejections.ts';

/** Why a message is not taken: `rules` carries `meta`, `translation` does not [EPS-FHIR 5.1]; `spine` is Spine's own answer to what the message holds. */
export type Refusal =
  | { readonly step: 'rules' | 'translation'; readonly issues: readonly Issue[] }
  | { readonly step: 'spine'; readonly rejection: Rejection };

export function byRules(issues: readonly Issue[]): Refusal {
  return { step: 'rules', issues };
}

export function inTranslation(issue: Issue): Refusal {
  return { step: 'translation', issues: [issue] };
}

/** Spine's "Information missing or invalid" [EPS-LIFECYCLE 3]. */
export function bySpine(detail: string): Refusal {
  return { step: 'spine', rejection: { kind: 'Unprocessable', detail } };
}

/** An organisation as answers show it [EPS-FHIR 5.5]. */
export function organizationResource(id: string, organisation: Organisation): Organization {
  return {
    resourceType: 'Organization',
    id,
    identifier: [
      { system: 'https://fhir.nhs.uk/Id/ods-organization-code', value: organisation.ods },
    ],
    ...(organisation.name === null ? {} : { name: organisation.name }),
    ...(organisation.telecom === null
      ? {}
      : { telecom: [{ system: 'phone', use: 'work', value: organisation.telecom }] }),
    ...(organisation.addressLines.length === 0 && organisation.postcode === null
      ? {}
      : { address: [addressOf(organisation)] }),
  };
}

function addressOf({ addressLines, postcode }: Organisation) {
  const line = [...addressLines];
  return { use: 'work' as const, line, ...(postcode === null ? {} : { postalCode: postcode }) };
}
