import type {
  Address,
  Agent,
  Id,
  PatientDetails,
  PersonName,
  PrescribingOrganisation,
  Telecom,
} from './order-document.ts';
import { OID } from './oids.ts';
import type { Reading } from './reading.ts';
import type { Element } from '../../gateways/xml/element.ts';

/** What `agentPerson` writes. */
export function readAgent(from: Reading, agent: Element): Agent {
  const roleProfile = from.maybe(agent, 'id');
  const jobRole = from.maybe(agent, 'code');
  const person = personIn(from, agent);
  return {
    roleProfile: roleProfile === null ? null : from.extension(roleProfile, OID.roleProfile),
    jobRole: jobRole === null ? null : from.attribute(jobRole, 'code'),
    telecoms: from.all(agent, 'telecom').map((one) => readTelecom(from, one)),
    person: person === null ? null : readPerson(from, person),
    organisation: readOrganisation(from, organisationIn(from, agent)),
  };
}

/** In one of two ways [EPS-HL7V3 6.0]. */
export function personIn(from: Reading, agent: Element): Element | null {
  return from.maybe(agent, 'agentPerson') ?? from.maybe(agent, 'agentPersonSDS');
}

export function organisationIn(from: Reading, agent: Element): Element {
  const named = from.maybe(agent, 'representedOrganizationSDS');
  return named ?? from.only(agent, 'representedOrganization');
}

function readPerson(from: Reading, person: Element): Agent['person'] {
  const name = from.maybe(person, 'name');
  return {
    id: readPersonId(from, from.only(person, 'id')),
    name: name === null ? null : readName(from, name),
  };
}

function readOrganisation(from: Reading, organisation: Element): PrescribingOrganisation {
  const licence = from.maybe(organisation, 'healthCareProviderLicense');
  return {
    ods: odsOf(from, organisation),
    name: from.text(from.only(organisation, 'name')),
    telecom: readTelecom(from, from.only(organisation, 'telecom')),
    address: readAddress(from, from.only(organisation, 'addr')),
    licence: licence === null ? null : readBody(from, from.only(licence, 'Organization')),
  };
}

function readBody(from: Reading, body: Element): PrescribingOrganisation['licence'] {
  const name = from.maybe(body, 'name');
  const ods = from.extension(from.only(body, 'id'), OID.ods, OID.licensing);
  return { ods, name: name === null ? null : from.text(name) };
}

/** What `recordTarget` writes. */
export function readPatient(from: Reading, recordTarget: Element): PatientDetails {
  const patient = from.only(recordTarget, 'Patient');
  const person = from.only(patient, 'patientPerson');
  const provision = from.only(
    person,
    'playedProviderPatient',
    'subjectOf',
    'patientCareProvision',
    'responsibleParty',
    'healthCareProvider',
  );
  return {
    nhsNumber: from.extension(from.only(patient, 'id'), OID.nhsNumber),
    addresses: from.all(patient, 'addr').map((one) => readAddress(from, one)),
    telecoms: from.all(patient, 'telecom').map((one) => readTelecom(from, one)),
    names: from.all(person, 'name').map((one) => readName(from, one)),
    gender: from.attribute(from.only(person, 'administrativeGenderCode'), 'code'),
    birthDate: from.attribute(from.only(person, 'birthTime'), 'value'),
    generalPractice: odsOf(from, provision),
  };
}

function readPersonId(from: Reading, id: Element): Id {
  const extension = from.extension(id, OID.professional, OID.user);
  return { root: from.attribute(id, 'root'), extension };
}

/** The code of an organisation, by its only id. */
export function odsOf(from: Reading, element: Element): string {
  return from.extension(from.only(element, 'id'), OID.ods);
}

function readTelecom(from: Reading, telecom: Element): Telecom {
  return { use: telecom.attributes['use'] ?? null, value: from.attribute(telecom, 'value') };
}

export function readAddress(from: Reading, address: Element): Address {
  const postcode = from.maybe(address, 'postalCode');
  return {
    use: address.attributes['use'] ?? null,
    lines: from.all(address, 'streetAddressLine').map((line) => from.text(line)),
    postcode: postcode === null ? null : from.text(postcode),
  };
}

export function readName(from: Reading, name: Element): PersonName {
  const texts = (part: string): string[] => from.all(name, part).map((one) => from.text(one));
  const family = from.maybe(name, 'family');
  return {
    use: name.attributes['use'] ?? null,
    prefixes: texts('prefix'),
    givens: texts('given'),
    family: family === null ? null : from.text(family),
    suffixes: texts('suffix'),
    text: typeof name.children === 'string' ? name.children : null,
  };
}
