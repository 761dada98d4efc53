import type {
  Claim,
  ClaimItem,
  ClaimItemDetail,
  Extension,
  Organization,
  Parameters,
  PractitionerRole,
} from 'fhir/r4';

import { claims, type Entry, releases, tooFew, tooMany, tooManyIfAny, translated } from './rule.ts';

/** What is found in carrying a claim or a release request over to what Spine keeps [EPS-FHIR 5.4]. */
const claimed = claims('[EPS-FHIR 5.4]').rule;
const asked = releases('[EPS-FHIR 5.4]').rule;

const NHS = 'https://fhir.nhs.uk';
const EXTENSION = `${NHS}/StructureDefinition/Extension`;
const MESSAGE_ID = 'https://tools.ietf.org/html/rfc4122';
const CHARGE = `${NHS}/CodeSystem/DM-prescription-charge`;

function invalidValue(text: string, path: string | null) {
  return translated('INVALID_VALUE', text, path);
}

function role({ contained = [] }: Claim): PractitionerRole {
  return contained.find(
    ({ resourceType }) => resourceType === 'PractitionerRole',
  ) as PractitionerRole;
}

function item({ item = [] }: Claim): ClaimItem {
  return item[0] as ClaimItem;
}

function detail(claim: Claim): ClaimItemDetail {
  return item(claim).detail?.[0] as ClaimItemDetail;
}

function without(extensions: Extension[] | undefined, name: string): Extension[] {
  return (extensions ?? []).filter(({ url }) => !url.endsWith(name));
}

const PROVIDER: readonly Entry[] = [
  claimed(
    'its id is in another system',
    (claim) => void (claim.identifier = [{ system: 'urn:x', value: '1' }]),
    tooFew(`system == '${MESSAGE_ID}'`, 'Claim.identifier'),
  ),
  claimed(
    'the provider is not contained',
    (claim) => void (claim.provider = { reference: '#nobody' }),
    invalidValue('Contained resource with reference #nobody not found', null),
  ),
  claimed(
    'the provider is no role',
    (claim) => void (claim.provider = { reference: '#organisation' }),
    invalidValue(
      'Contained resource with reference #organisation is not of type PractitionerRole',
      null,
    ),
  ),
  claimed(
    'the role names its organisation by identifier',
    (claim) => void (role(claim).organization = { identifier: { value: 'FA565' } }),
    invalidValue(
      'practitioner.organization should be a reference',
      'Claim.contained("PractitionerRole").organization',
    ),
  ),
  claimed(
    'the organisation is not contained',
    (claim) => void (role(claim).organization = { reference: '#nowhere' }),
    invalidValue('Contained resource with reference #nowhere not found', null),
  ),
  claimed(
    'nobody is in the role',
    (claim) => void (role(claim).practitioner = { display: 'A pharmacist' }),
    invalidValue(
      'PractitionerRole.practitioner should be an Identifier',
      'PractitionerRole.practitioner',
    ),
  ),
  claimed(
    'the organisation has no code',
    ({ contained = [] }) => {
      for (const one of contained) {
        if (one.resourceType === 'Organization') one.identifier = [{ system: 'urn:x', value: 'A' }];
      }
    },
    tooFew(`system == '${NHS}/Id/ods-organization-code'`, 'Organization.identifier'),
  ),
];

const GROUP = `${EXTENSION}-DM-GroupIdentifier`;

function group(claim: Claim): Extension {
  return claim.prescription?.extension?.find(({ url }) => url === GROUP) as Extension;
}

const ISSUED = { url: 'numberOfRepeatsIssued', valueInteger: 0 };
const REPEATS: Extension = {
  url: `${EXTENSION}-EPS-RepeatInformation`,
  extension: [ISSUED, ISSUED],
};

const CONTENT: readonly Entry[] = [
  claimed(
    'two prescriptions are claimed',
    (claim) => void claim.item?.push(structuredClone(item(claim))),
    translated(
      'TOO_MANY_VALUES_SUBMITTED',
      'Too many values submitted. Expected 1 element.',
      'Claim.item',
    ),
  ),
  claimed(
    'the status of the prescription is missing',
    (claim) => void (item(claim).extension = [{ url: 'urn:x', valueBoolean: true }]),
    tooFew(`url == '${EXTENSION}-EPS-TaskBusinessStatus'`, 'Claim.item.extension'),
  ),
  claimed(
    'nothing is told of the prescription as a whole',
    (claim) => void delete item(claim).extension,
    invalidValue('Required field missing.', 'Claim.item.extension'),
  ),
  claimed(
    'nothing tells what an item is a claim for',
    (claim) => void delete detail(claim).extension,
    invalidValue('Required field missing.', 'Claim.item.detail.extension'),
  ),
  claimed(
    'an item has no sequence id',
    (claim) =>
      void (detail(claim).extension = without(detail(claim).extension, 'SequenceIdentifier')),
    tooFew(`url == '${EXTENSION}-ClaimSequenceIdentifier'`, 'Claim.item.detail.extension'),
  ),
  claimed(
    'an item does not say which one was prescribed',
    (claim) =>
      void (detail(claim).extension = without(detail(claim).extension, 'RequestReference')),
    tooFew(`url == '${EXTENSION}-ClaimMedicationRequestReference'`, 'Claim.item.detail.extension'),
  ),
  claimed(
    'what came of an item is in another system',
    (claim) => void (detail(claim).modifier = [{ coding: [{ system: 'urn:x', code: '0001' }] }]),
    tooFew(`system == '${NHS}/CodeSystem/medicationdispense-type'`, 'Claim.item.detail.modifier'),
  ),
  claimed(
    'what came of an item is not told',
    (claim) => void delete detail(claim).modifier,
    invalidValue('Required field missing.', 'Claim.item.detail.modifier'),
  ),
  claimed(
    'the charge of what was supplied is not told',
    (claim) => void detail(claim).programCode?.shift(),
    tooFew(`system == '${CHARGE}'`, 'Claim.item.detail.programCode'),
  ),
  claimed(
    'the charge of what was supplied is told twice',
    (claim) => void detail(claim).programCode?.push(...(detail(claim).programCode ?? [])),
    tooMany(`system == '${CHARGE}'`, 'Claim.item.detail.programCode'),
  ),
  claimed(
    'the prescription is not named',
    ({ prescription = {} }) =>
      void (prescription.extension = [{ url: 'urn:x', valueBoolean: true }]),
    tooFew(`url == '${GROUP}'`, 'Claim.prescription.extension'),
  ),
  claimed(
    'the prescription has no short id',
    (claim) => void group(claim).extension?.shift(),
    tooFew("url == 'shortForm'", 'Claim.prescription.extension.extension'),
  ),
  claimed(
    'the prescription has no long id',
    (claim) => void group(claim).extension?.pop(),
    tooFew("url == 'UUID'", 'Claim.prescription.extension.extension'),
  ),
  claimed(
    'two claims are replaced',
    (claim) => {
      const valueIdentifier = { system: MESSAGE_ID, value: crypto.randomUUID() };
      const replaced = { url: `${EXTENSION}-replacementOf`, valueIdentifier };
      claim.extension?.push(replaced, replaced);
    },
    tooManyIfAny(`url == '${EXTENSION}-replacementOf'`, 'Claim.extension'),
  ),
  claimed(
    'the issue is told twice',
    (claim) => void item(claim).extension?.push(REPEATS),
    tooManyIfAny("url == 'numberOfRepeatsIssued'", 'Claim.item.extension.extension'),
  ),
  claimed(
    'the issue is told twice, where older clients tell it',
    (claim) => void detail(claim).extension?.push(REPEATS),
    tooManyIfAny("url == 'numberOfRepeatsIssued'", 'Claim.item.detail.extension.extension'),
  ),
];

function parameter({ parameter = [] }: Parameters, name: string) {
  return parameter.find((one) => one.name === name) ?? { name };
}

function agent(parameters: Parameters): PractitionerRole {
  return parameter(parameters, 'agent').resource as PractitionerRole;
}

const ASKED: readonly Entry[] = [
  ...['owner', 'agent', 'group-identifier'].map((name) =>
    asked(
      `there are two parameters ${name}`,
      (parameters) => void parameters.parameter?.push(parameter(parameters, name)),
      tooMany(`name == '${name}'`, 'Parameters.parameter'),
    ),
  ),
  asked(
    'nobody asks',
    (parameters) => {
      const { parameter = [] } = parameters;
      parameters.parameter = parameter.filter(({ name }) => name !== 'agent');
    },
    invalidValue('Parameter with name agent not found', null),
  ),
  asked(
    'who asks is no role',
    (parameters) =>
      void (parameter(parameters, 'agent').resource = parameter(parameters, 'owner').resource),
    invalidValue('Parameter with name agent has wrong resourceType', null),
  ),
  asked(
    'the owner is no organisation',
    (parameters) =>
      void (parameter(parameters, 'owner').resource = parameter(parameters, 'agent').resource),
    invalidValue('Parameter with name owner has wrong resourceType', null),
  ),
  asked(
    'the owner has no code',
    (parameters) => {
      const owner = parameter(parameters, 'owner').resource as Organization;
      owner.identifier = [{ system: 'urn:x', value: 'A' }];
    },
    tooFew(`system == '${NHS}/Id/ods-organization-code'`, 'Organization.identifier'),
  ),
  asked(
    'the agent has no profile id',
    (parameters) => void (agent(parameters).identifier = [{ system: 'urn:x', value: 'A' }]),
    tooFew(`system == '${NHS}/Id/sds-role-profile-id'`, 'PractitionerRole.identifier'),
  ),
  asked(
    'the agent is nobody',
    (parameters) => void (agent(parameters).practitioner = { display: 'A pharmacist' }),
    invalidValue(
      'PractitionerRole.practitioner should be an Identifier',
      'PractitionerRole.practitioner',
    ),
  ),
];

export const CARRYING_CLAIMS: readonly Entry[] = [...PROVIDER, ...CONTENT, ...ASKED];
