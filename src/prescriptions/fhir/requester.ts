import type { Bundle, Practitioner } from 'fhir/r4';

import type { Issue } from '../../gateways/fhir/operation-outcome.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { type OdsCode, parseOdsCode } from '../ods-code.ts';
import { professionalCodes } from './professional-code.ts';
import { identifierValue, resolve, resourcesOf } from './r4.ts';
import { untranslatable } from './rules.ts';
import { ID } from './systems.ts';

/** The organisations that the requester acts for: the cost centre in secondary care, then the one that it belongs to. */
export function requesterOrganisations(bundle: Bundle): OdsCode[] {
  const [first] = resourcesOf(bundle, 'MedicationRequest');
  const role = resolve(bundle, first?.requester, 'PractitionerRole');
  const acting = [
    resolve(bundle, role?.healthcareService?.[0], 'HealthcareService'),
    resolve(bundle, role?.organization, 'Organization'),
  ];
  return acting.flatMap((one) => {
    const code = parseOdsCode(identifierValue(one?.identifier, ID.ods) ?? '');
    return code === null ? [] : [code];
  });
}

export const NO_TELECOM = untranslatable(
  'TOO_FEW_VALUES_SUBMITTED',
  'ResponsiblePractitioner must have at least one telecom.',
  'PractitionerRole.telecom',
);

export function onlyProfessionalCode({ identifier }: Practitioner): Result<string, Issue> {
  const codes = professionalCodes(identifier);
  const [code] = codes;
  const text = 'Expected exactly one professional code. One of GMC|GMP|NMC|GPhC|HCPC|unknown';
  const path = 'Practitioner.identifier';
  if (code === undefined) return fail(untranslatable('TOO_FEW_VALUES_SUBMITTED', text, path));
  if (codes.length === 1) return ok(code);
  const got = `${text}. But got: ${codes.join(', ')}`;
  return fail(untranslatable('TOO_MANY_VALUES_SUBMITTED', got, path));
}
