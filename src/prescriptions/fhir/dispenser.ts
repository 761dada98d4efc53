import type { Organization, PractitionerRole } from 'fhir/r4';

import type { Issue } from '../../gateways/fhir/operation-outcome.ts';
import { fail, type Result } from '../../kernel/result.ts';
import type * as hl7 from '../hl7v3/order-document.ts';
import { addressOf, telecomOf } from './hl7-values.ts';
import { readParty, type ToldParty } from './party.ts';
import { invalidValue } from './rules.ts';
import { Translation } from './translation.ts';

/** Who dispenses, and how to reach them and their organisation [EPS-HL7-MAP 2]. */
export type Dispenser = ToldParty & {
  readonly telecom: hl7.Telecom;
  readonly shared: { readonly telecom: hl7.Telecom; readonly address: hl7.Address | null };
};

/** The author of all that a pharmacy sends but a withdrawal, which has no place for a telephone [EPS-HL7-MAP 2, 8]. */
export function readDispenser(
  role: PractitionerRole,
  organization: Organization,
): Result<Dispenser, Issue> {
  const party = readParty(role, organization);
  if (!party.ok) return party;
  const [own] = role.telecom ?? [];
  if (own === undefined) return fail(NO_TELECOM);
  const [address] = organization.address ?? [];
  const to = new Translation();
  const telecom = telecomOf(to, own, 'PractitionerRole.telecom');
  const shared = {
    telecom: telecomOf(to, organization.telecom?.[0] ?? own, 'Organization.telecom'),
    address: address === undefined ? null : addressOf(to, address, 'Organization.address'),
  };
  return to.whole({ ...party.value, telecom, shared });
}

const NO_TELECOM = invalidValue('Required field missing.', 'PractitionerRole.telecom');
