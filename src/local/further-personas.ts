import { FURTHER_ORGANISATIONS, ORGANISATIONS } from './organisations.ts';
import {
  CLINICIAN,
  DEMOGRAPHICS_ONLY,
  DISPENSING,
  PHARMACIST,
  PHARMACY_ACTIVITIES,
  RA_AGENT,
  RA_MANAGER,
  SYSTEM_ADMINISTRATOR,
} from './persona-rights.ts';
import type { Person, PersonWithoutRole } from './personas.ts';

/** People of the test system with whom something is the matter, and those who put it right [EXPERIENCE 2]. */
export const FURTHER_PERSONAS: readonly (Person | PersonWithoutRole)[] = [
  withoutRole('no-role', '07', 'Ms', 'Nia', 'Synthetic-Newstart'),
  {
    ...withoutRole('ended-role', '08', 'Mr', 'Otto', 'Synthetic-Formerly'),
    ended: {
      roleProfileId: '555900080102',
      organisation: ORGANISATIONS.pharmacy,
      jobRole: PHARMACIST,
      activities: PHARMACY_ACTIVITIES,
      lastDay: '2020-03-31',
    },
  },
  { ...pharmacist('expired-card', '09', 'Mrs', 'Edna', 'Synthetic-Lapsed'), card: 'expired' },
  { ...pharmacist('locked-card', '10', 'Mr', 'Lloyd', 'Synthetic-Thrice'), card: 'locked' },
  { ...pharmacist('revoked-card', '11', 'Ms', 'Rita', 'Synthetic-Gone'), card: 'revoked' },
  { ...pharmacist('inactive', '12', 'Mr', 'Ivor', 'Synthetic-Left'), isInactive: true },
  {
    ...pharmacist('two-organisations', '13', 'Mrs', 'Tova', 'Synthetic-Bothways'),
    furtherRoles: [
      {
        roleProfileId: '555900130104',
        organisation: ORGANISATIONS.otherPharmacy,
        jobRole: PHARMACIST,
        activities: PHARMACY_ACTIVITIES,
      },
    ],
  },
  {
    ...pharmacist('locum', '14', 'Mr', 'Lucas', 'Synthetic-Wander'),
    organisation: FURTHER_ORGANISATIONS.locum,
  },
  {
    ...pharmacist('ra-manager', '15', 'Mrs', 'Rhona', 'Synthetic-Keeper'),
    organisation: FURTHER_ORGANISATIONS.registration,
    jobRole: RA_MANAGER,
    activities: [],
    scopes: [],
  },
  {
    ...pharmacist('ra-agent', '16', 'Mr', 'Arun', 'Synthetic-Issuer'),
    organisation: FURTHER_ORGANISATIONS.registration,
    jobRole: RA_AGENT,
    activities: [],
    scopes: [],
  },
  {
    ...pharmacist('sponsor', '17', 'Dr', 'Sadia', 'Synthetic-Vouch'),
    organisation: ORGANISATIONS.surgery,
    jobRole: CLINICIAN,
    activities: [],
    scopes: DEMOGRAPHICS_ONLY,
  },
  {
    ...pharmacist('administrator', '18', 'Ms', 'Ada', 'Synthetic-Switch'),
    organisation: FURTHER_ORGANISATIONS.registration,
    jobRole: SYSTEM_ADMINISTRATOR,
    activities: ['B0062'],
    scopes: [],
  },
];

type Words = readonly [prefix: string, given: string, family: string];

function pharmacist(name: string, number: string, ...words: Words): Person {
  return {
    ...facts(name, number, words),
    kind: 'person',
    roleProfileId: `5559${number.padStart(4, '0')}0102`,
    jobRole: PHARMACIST,
    organisation: ORGANISATIONS.pharmacy,
    activities: PHARMACY_ACTIVITIES,
    professional: null,
    scopes: DISPENSING,
  };
}

function withoutRole(name: string, number: string, ...words: Words): PersonWithoutRole {
  return { ...facts(name, number, words), kind: 'without-role', ended: null, scopes: DISPENSING };
}

function facts(name: string, number: string, [prefix, given, family]: Words) {
  return {
    name,
    display: `${prefix} ${given} ${family}`,
    prefix,
    given,
    family,
    userId: `5559${number.padStart(4, '0')}0101`,
    asid: '999000000201',
  };
}
