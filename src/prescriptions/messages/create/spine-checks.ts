import type { LondonDate } from '../../../kernel/london.ts';
import { parseUuid } from '../../../kernel/uuid.ts';
import type { Agent, OrderDocument, PatientDetails } from '../../hl7v3/order-document.ts';
import { readDay, readTime } from '../../hl7v3/time.ts';
import { parseNhsNumber } from '../../../kernel/nhs-number.ts';
import { parseOdsCode } from '../../ods-code.ts';
import { parsePrescriptionId } from '../../prescription-id.ts';
import { itemRepeatsFault, repeatsFault, supplyFault } from './repeat-checks.ts';

type Check = (order: OrderDocument, today: LondonDate) => string | null;

const ITEMS_MAX = 4; // [EPS-LIFECYCLE 3]
const NOBODY = '0004'; // site preference "None" [EPS-CODES 1]

/** What Spine itself looks at in an order, in the order in which it is written down: the first that fails is the answer [EPS-LIFECYCLE 3]. */
const CHECKS: readonly Check[] = [
  told(({ messageId }) => messageId, 'A single hl7:ID/@root must be provided'),
  ({ author }) => licenceMissing(author.agent),
  ({ patient }) => nhsNumberFault(patient),
  told(({ author }) => author.time, 'Signed time must be provided'),
  told(({ treatment }) => treatment, 'pertinentPrescriptionTreatmentType missing'),
  told(({ effectiveTime }) => effectiveTime, 'Prescription Timestamp must be provided'),
  told(({ shortFormId }) => shortFormId, 'PrescriptionID missing'),
  ({ patient }) => patientFault(patient),
  told(({ patient }) => patient.generalPractice, 'Health Care Provider (RegisteredGP) ID missing'),
  nominationFault,
  ({ author }) => mandatoryFault(author.agent),
  ({ author }) => personFault(author.agent),
  ({ author }) => organisationFault(author.agent),
  ({ effectiveTime }) => (isReckonable(effectiveTime) ? null : noTime('prescriptionTime')),
  ({ author }) => (readTime(author.time) === null ? noTime('signedTime') : null),
  treatmentFault,
  repeatsFault,
  birthFault,
  ({ messageId }) => messageIdFault(messageId),
  itemsFault,
  itemRepeatsFault,
  performerFault,
  prescriptionIdFault,
  supplyFault,
];

export function spineFault(order: OrderDocument, today: LondonDate): string | null {
  for (const check of CHECKS) {
    const fault = check(order, today);
    if (fault !== null) return fault;
  }
  return null;
}

function told(read: (order: OrderDocument) => string, otherwise: string): Check {
  return (order) => (read(order) === '' ? otherwise : null);
}

export function nhsNumberFault({ nhsNumber }: PatientDetails): string | null {
  if (nhsNumber === '') return 'NHSNumber missing';
  return parseNhsNumber(nhsNumber) === null ? 'nhsNumber is not valid' : null;
}

/** Exactly one of each [EPS-LIFECYCLE 3]. */
export function patientFault(patient: PatientDetails): string | null {
  if (patient.addresses.length !== 1) return 'Patient address is missing';
  if (patient.names.length !== 1) return 'Patient name is missing';
  if (patient.gender === '') return 'Patient gender code is missing';
  return patient.birthDate === '' ? 'Patient birthtime is missing' : null;
}

function licenceMissing({ organisation }: Agent): string | null {
  return (organisation.licence?.ods ?? '') === ''
    ? 'Health Care Provider Licensed Organization (PCT) ID is missing'
    : null;
}

// "Dispensiong" is how Spine spells it [EPS-LIFECYCLE 3].
function nominationFault({ site, performer }: OrderDocument): string | null {
  if (site === NOBODY && performer !== null) {
    return 'Nomination Site Code must not be provided when DispensiongSitePreference code 0004 is set';
  }
  return site === 'P1' && performer === null
    ? 'Nomination Site Code must be provided when DispensiongSitePreference code P1 is set'
    : null;
}

/** Of Spine's mandatory fields those that no other check asks for. */
function mandatoryFault({ roleProfile, jobRole, organisation }: Agent): string | null {
  const fields = {
    agentOrganization: organisation.ods,
    agentRoleProfileCodeId: roleProfile ?? '',
    agentSdsRole: jobRole ?? '',
  };
  const missing = Object.entries(fields).find(([, value]) => value === '');
  return missing === undefined ? null : `Mandatory field ${missing[0]} missing`;
}

function personFault({ person }: Agent): string | null {
  if (person === null) return 'hl7:agentPerson root not found';
  return /^[A-Za-z0-9-]{1,12}$/.test(person.id.extension)
    ? null
    : 'agentPersonSDSPerson has invalid format';
}

export function organisationFault({ organisation }: Agent): string | null {
  const { ods, licence } = organisation;
  if (parseOdsCode(ods) === null) return 'agentOrganization has invalid format';
  return licence !== null && parseOdsCode(licence.ods) === null
    ? 'hcplOrgCode has invalid format'
    : null;
}

// In other years no expiry can be reckoned: Date.UTC takes 26 for 1926, and 10000 has a digit too many.
const PRESCRIBED_FROM = '1900';
const PRESCRIBED_BEFORE = '9999';

function isReckonable(time: string): boolean {
  const at = readTime(time);
  return at !== null && at >= PRESCRIBED_FROM && at < PRESCRIBED_BEFORE;
}

function noTime(what: string): string {
  return `${what} is not a valid time or in the valid format; expected format %Y%m%d%H%M%S`;
}

function treatmentFault({ treatment }: OrderDocument): string | null {
  const isKnown = ['0001', '0002', '0003'].includes(treatment);
  return isKnown ? null : 'prescriptionTreatmentType is not of expected type';
}

function birthFault({ patient }: OrderDocument, today: LondonDate): string | null {
  const born = readDay(patient.birthDate);
  if (born === null)
    return 'birthTime is not a valid time or in the valid format; expected format %Y%m%d';
  return born > today ? 'birthTime is in the future' : null;
}

export function messageIdFault(messageId: string): string | null {
  return parseUuid(messageId) === null ? 'hl7EventID has invalid format' : null;
}

function itemsFault({ items, longFormId }: OrderDocument): string | null {
  if (items.length === 0) return 'No valid line items found';
  if (items.length > ITEMS_MAX) return `lineItems over expected max count of ${ITEMS_MAX}`;
  const wrong = [longFormId, ...items.map(({ id }) => id)].find((id) => parseUuid(id) === null);
  return wrong === undefined ? null : noGuid(wrong);
}

export function noGuid(id: string): string {
  return `${id} is not a valid GUID format`;
}

function performerFault({ performer, site }: OrderDocument): string | null {
  if (performer === '') return 'nominatedPerformer is present but empty';
  if (performer !== null && parseOdsCode(performer) === null)
    return 'nominatedPerformer has invalid format';
  const isKnown = ['P1', 'P2', 'P3', NOBODY].includes(site);
  return isKnown ? null : 'nominatedPerformer has invalid type';
}

function prescriptionIdFault({ shortFormId }: OrderDocument): string | null {
  const id = parsePrescriptionId(shortFormId);
  if (id.ok) return null;
  const isChecksum = id.error.kind === 'PrescriptionIdCheckDigitWrong';
  return `prescriptionID has invalid ${isChecksum ? 'checksum' : 'format'}`;
}
