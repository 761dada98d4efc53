import { ORGANISATIONS, type Organisation } from './organisations.ts';
import {
  CLINICIAN,
  DEMOGRAPHICS_ONLY,
  DISPENSING,
  NURSE,
  PHARMACIST,
  PHARMACY_ACTIVITIES,
  PRESCRIBING,
  PROBING,
  RECEPTIONIST,
  UNATTENDED,
} from './persona-rights.ts';
import { FURTHER_PERSONAS } from './further-personas.ts';

/** Somebody of the test system who can be signed in as. All are invented; none is a real person. */
export type Persona = Person | PersonWithoutRole | Application;

export type Person = {
  readonly kind: 'person';
  readonly name: string;
  readonly display: string;
  readonly prefix: string;
  readonly given: string;
  readonly family: string;
  readonly userId: string;
  readonly roleProfileId: string;
  readonly jobRole: { readonly code: string; readonly display: string };
  readonly organisation: Organisation;
  /** What was added to the job role [IDENTITY 1.5]. */
  readonly activities: readonly string[];
  /** Roles beside the first. */
  readonly furtherRoles?: readonly FurtherRole[];
  /** The state of the card; in use when nothing is said. */
  readonly card?: 'expired' | 'locked' | 'revoked';
  /** No longer in the service of anybody. */
  readonly isInactive?: boolean;
  /**
   * Only prescribers have one. Never a gmp-number: the rules refuse it on a requester [EPS-FHIR
   * 5.3].
   */
  readonly professional: ProfessionalCode | null;
  readonly scopes: readonly string[];
  readonly asid: string;
};

export type FurtherRole = Pick<
  Person,
  'roleProfileId' | 'organisation' | 'jobRole' | 'activities'
> & { readonly lastDay?: string };

/** Can be signed in as, and may do nothing [IDENTITY 1.5]. */
export type PersonWithoutRole = Pick<
  Person,
  'name' | 'display' | 'prefix' | 'given' | 'family' | 'userId' | 'scopes' | 'asid'
> & { readonly kind: 'without-role'; readonly ended: FurtherRole | null };

export type Prescriber = Person & { readonly professional: ProfessionalCode };

export type Application = {
  readonly kind: 'application';
  readonly name: string;
  readonly display: string;
  readonly organisation: Organisation;
  /**
   * The persona that its messages name as agent: a release needs one even from an unattended
   * system.
   */
  readonly actsFor: string;
  readonly scopes: readonly string[];
  readonly asid: string;
};

export type ProfessionalCode = {
  readonly system: string;
  readonly value: string;
  readonly prescriptionType: { readonly code: string; readonly display: string };
};

const GMC = 'https://fhir.hl7.org.uk/Id/gmc-number';
const NMC = 'https://fhir.hl7.org.uk/Id/nmc-number';
const MEDICAL = { code: '0101', display: 'Primary Care Prescriber - Medical Prescriber' };
const NURSE_PRESCRIBER = {
  code: '0104',
  display: 'Primary Care Prescriber - Nurse Independent/Supplementary prescriber',
};

const prescriber = {
  kind: 'person',
  name: 'prescriber',
  display: 'Dr Asha Synthetic-Moor',
  prefix: 'Dr',
  given: 'Asha',
  family: 'Synthetic-Moor',
  userId: '555900010101',
  roleProfileId: '555900010102',
  jobRole: CLINICIAN,
  organisation: ORGANISATIONS.surgery,
  activities: [],
  professional: { system: GMC, value: 'C9999901', prescriptionType: MEDICAL },
  scopes: PRESCRIBING,
  asid: '999000000101',
} as const satisfies Prescriber;

const otherPrescriber = {
  kind: 'person',
  name: 'other-prescriber',
  display: 'Dr Owen Synthetic-Quay',
  prefix: 'Dr',
  given: 'Owen',
  family: 'Synthetic-Quay',
  userId: '555900020101',
  roleProfileId: '555900020102',
  jobRole: CLINICIAN,
  organisation: ORGANISATIONS.otherSurgery,
  activities: [],
  professional: { system: GMC, value: 'C9999902', prescriptionType: MEDICAL },
  scopes: PRESCRIBING,
  asid: '999000000102',
} as const satisfies Prescriber;

const nurse = {
  kind: 'person',
  name: 'nurse',
  display: 'Ms Grace Synthetic-Fell',
  prefix: 'Ms',
  given: 'Grace',
  family: 'Synthetic-Fell',
  userId: '555900030101',
  roleProfileId: '555900030102',
  jobRole: NURSE,
  organisation: ORGANISATIONS.surgery,
  activities: ['B0420'],
  professional: { system: NMC, value: '99Z9901E', prescriptionType: NURSE_PRESCRIBER },
  scopes: PRESCRIBING,
  asid: '999000000101',
} as const satisfies Prescriber;

const dispenser = {
  kind: 'person',
  name: 'dispenser',
  display: 'Mr Tomasz Synthetic-Station',
  prefix: 'Mr',
  given: 'Tomasz',
  family: 'Synthetic-Station',
  userId: '555900040101',
  roleProfileId: '555900040102',
  jobRole: PHARMACIST,
  organisation: ORGANISATIONS.pharmacy,
  activities: PHARMACY_ACTIVITIES,
  professional: null,
  scopes: DISPENSING,
  asid: '999000000201',
} as const satisfies Person;

const otherDispenser = {
  kind: 'person',
  name: 'other-dispenser',
  display: 'Mrs Leila Synthetic-Market',
  prefix: 'Mrs',
  given: 'Leila',
  family: 'Synthetic-Market',
  userId: '555900050101',
  roleProfileId: '555900050102',
  jobRole: PHARMACIST,
  organisation: ORGANISATIONS.otherPharmacy,
  activities: PHARMACY_ACTIVITIES,
  professional: null,
  scopes: DISPENSING,
  asid: '999000000202',
} as const satisfies Person;

const receptionist = {
  kind: 'person',
  name: 'receptionist',
  display: 'Mr Ben Synthetic-Desk',
  prefix: 'Mr',
  given: 'Ben',
  family: 'Synthetic-Desk',
  userId: '555900060101',
  roleProfileId: '555900060102',
  jobRole: RECEPTIONIST,
  organisation: ORGANISATIONS.surgery,
  activities: ['B0825'],
  professional: null,
  scopes: DEMOGRAPHICS_ONLY,
  asid: '999000000101',
} as const satisfies Person;

/** Of the synthetic journeys, as is the pharmacist below. */
const probePrescriber = {
  kind: 'person',
  name: 'probe-prescriber',
  display: 'Dr Paz Synthetic-Probe',
  prefix: 'Dr',
  given: 'Paz',
  family: 'Synthetic-Probe',
  userId: '555900190101',
  roleProfileId: '555900190102',
  jobRole: CLINICIAN,
  organisation: ORGANISATIONS.probeSurgery,
  activities: [],
  professional: { system: GMC, value: 'C9999919', prescriptionType: MEDICAL },
  scopes: PROBING,
  asid: '999000000901',
} as const satisfies Prescriber;

const probeDispenser = {
  kind: 'person',
  name: 'probe-dispenser',
  display: 'Ms Pim Synthetic-Probe',
  prefix: 'Ms',
  given: 'Pim',
  family: 'Synthetic-Probe',
  userId: '555900200101',
  roleProfileId: '555900200102',
  jobRole: PHARMACIST,
  organisation: ORGANISATIONS.probePharmacy,
  activities: PHARMACY_ACTIVITIES,
  professional: null,
  scopes: DISPENSING,
  asid: '999000000902',
} as const satisfies Person;

const system = {
  kind: 'application',
  name: 'system',
  display: 'Station Road Pharmacy system (synthetic)',
  organisation: ORGANISATIONS.pharmacy,
  actsFor: dispenser.name,
  scopes: UNATTENDED,
  asid: '999000000201',
} as const satisfies Application;

/**
 * Named one by one, so that code asks for `PERSONAS.dispenser` and has a pharmacist, not perhaps
 * one.
 */
export const PERSONAS = {
  prescriber,
  otherPrescriber,
  nurse,
  dispenser,
  otherDispenser,
  receptionist,
  system,
  probePrescriber,
  probeDispenser,
} as const;

/** Of every card of the test system. */
export const TEST_PASSCODE = '123456';

export const ALL_PERSONAS: readonly Persona[] = [...Object.values(PERSONAS), ...FURTHER_PERSONAS];

export function findPersona(name: string): Persona | null {
  return ALL_PERSONAS.find((persona) => persona.name === name) ?? null;
}

export function isPrescriber(persona: Persona): persona is Prescriber {
  return persona.kind === 'person' && persona.professional !== null;
}

/** The person whom a persona's messages name: itself, or the one an application acts for. */
export function personOf(persona: Person | Application): Person {
  if (persona.kind === 'person') return persona;
  const person = findPersona(persona.actsFor);
  return person?.kind === 'person' ? person : dispenser;
}
