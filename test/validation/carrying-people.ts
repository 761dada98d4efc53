import type { Claim, Parameters, PractitionerRole, Task } from 'fhir/r4';

import type { Issue } from '../../src/gateways/fhir/operation-outcome.ts';
import { role as performer } from './carrying.ts';
import { claims, dispenses, type Entry, releases, returns, tooFew, tooMany } from './rule.ts';
import { translated, withdrawals } from './rule.ts';

/** Who sends a pharmacy's message: told so that they can be carried over to what Spine keeps [EPS-FHIR 5.4]. */
const dispensed = dispenses('[EPS-FHIR 5.4]').rule;
const returned = returns('[EPS-FHIR 5.4]').rule;
const withdrawn = withdrawals('[EPS-FHIR 5.4]').rule;
const claimed = claims('[EPS-FHIR 5.4]').rule;
const asked = releases('[EPS-FHIR 5.4]').rule;

const NHS = 'https://fhir.nhs.uk';
const PROFILE = `${NHS}/Id/sds-role-profile-id`;

function contained({ contained: all = [] }: Task | Claim): PractitionerRole {
  return all.find(({ resourceType }) => resourceType === 'PractitionerRole') as PractitionerRole;
}

function agent({ parameter = [] }: Parameters): PractitionerRole {
  return parameter.find(({ name }) => name === 'agent')?.resource as PractitionerRole;
}

type Wrong = readonly [when: string, change: (role: PractitionerRole) => void, issue: Issue];

const NO_VALUE: Wrong = [
  'the profile id of the role has no value',
  (role) => void (role.identifier = [{ system: PROFILE }]),
  tooFew(`system == '${PROFILE}'`, 'PractitionerRole.identifier'),
];

const NO_TELEPHONE: Wrong = [
  'the role has no telephone',
  (role) => void delete role.telecom,
  translated('INVALID_VALUE', 'Required field missing.', 'PractitionerRole.telecom'),
];

const OLD_TELEPHONE: Wrong = [
  'the telephone of the role is an old one',
  (role) => void (role.telecom = [{ use: 'old', value: '0123' }]),
  translated('INVALID_VALUE', "Unhandled telecom use 'old'.", 'PractitionerRole.telecom.use'),
];

/** What was looked at in the other messages already. */
const OF_CLAIMS: readonly Wrong[] = [
  [
    'the role has no profile id',
    (role) => void (role.identifier = [{ system: 'urn:x', value: 'A' }]),
    tooFew(`system == '${PROFILE}'`, 'PractitionerRole.identifier'),
  ],
  [
    'the role has two profile ids',
    (role) => void role.identifier?.push(...role.identifier),
    tooMany(`system == '${PROFILE}'`, 'PractitionerRole.identifier'),
  ],
  [
    'the role has no identifier',
    (role) => void delete role.identifier,
    translated('INVALID_VALUE', 'Required field missing.', 'PractitionerRole.identifier'),
  ],
  [
    'the role has no job role',
    (role) => void delete role.code,
    translated(
      'TOO_FEW_VALUES_SUBMITTED',
      `Too few values submitted. Expected at least 1 element where system in [${NHS}/CodeSystem/NHSDigital-SDS-JobRoleCode, https://fhir.hl7.org.uk/CodeSystem/UKCore-SDSJobRoleName].`,
      null,
    ),
  ],
  [
    'who is in the role has an identifier without a value',
    (role) => void (role.practitioner = { identifier: { system: `${NHS}/Id/sds-user-id` } }),
    translated(
      'INVALID_VALUE',
      'PractitionerRole.practitioner should be an Identifier',
      'PractitionerRole.practitioner',
    ),
  ],
];

const WHOLE = [NO_VALUE, NO_TELEPHONE, OLD_TELEPHONE];

export const CARRYING_PEOPLE: readonly Entry[] = [
  // That there is a telephone is a rule of a release [EPS-FHIR 5.3].
  ...[NO_VALUE, OLD_TELEPHONE].map(([when, change, issue]) =>
    asked(when, (parameters) => change(agent(parameters)), issue),
  ),
  ...WHOLE.map(([when, change, issue]) => returned(when, (task) => change(contained(task)), issue)),
  // A withdrawal tells no telephone [EPS-HL7-MAP 8].
  ...[NO_VALUE].map(([when, change, issue]) =>
    withdrawn(when, (task) => change(contained(task)), issue),
  ),
  ...WHOLE.map(([when, change, issue]) =>
    dispensed(when, (bundle) => change(performer(bundle)), issue),
  ),
  ...[...OF_CLAIMS, ...WHOLE].map(([when, change, issue]) =>
    claimed(when, (claim) => change(contained(claim)), issue),
  ),
];
