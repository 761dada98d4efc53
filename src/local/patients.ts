import { ORGANISATIONS } from './organisations.ts';

/**
 * A patient of the test system. All are invented: the 999 range of NHS numbers is never given to
 * anyone.
 */
export type Patient = {
  readonly nhsNumber: string;
  readonly prefix: string;
  readonly given: readonly string[];
  readonly family: string;
  readonly gender: 'male' | 'female' | 'other' | 'unknown';
  readonly birthDate: string;
  readonly line: readonly string[];
  readonly city: string;
  readonly postcode: string;
  readonly gpOds: string;
  /** ODS code of the pharmacy that the patient nominated (P1). */
  readonly nominated: string | null;
};

const AT_HOME = {
  city: 'TESTWICK',
  gpOds: ORGANISATIONS.surgery.ods,
  nominated: ORGANISATIONS.pharmacy.ods,
} as const;

export const PATIENTS = {
  adult: {
    ...AT_HOME,
    nhsNumber: '9990000018',
    prefix: 'Ms',
    given: ['Rosa'],
    family: 'XXTESTPATIENT-ARCHER',
    gender: 'female',
    birthDate: '1984-05-17',
    line: ['10 Example Lane'],
    postcode: 'ZZ99 5AA',
  },
  older: {
    ...AT_HOME,
    nhsNumber: '9990000026',
    prefix: 'Mr',
    given: ['Harold', 'John'],
    family: 'XXTESTPATIENT-BAKER',
    gender: 'male',
    birthDate: '1941-11-30',
    line: ['Flat 2', '11 Example Lane'],
    postcode: 'ZZ99 5AB',
  },
  child: {
    ...AT_HOME,
    nhsNumber: '9990000034',
    prefix: 'Miss',
    given: ['Ines'],
    family: 'XXTESTPATIENT-CARTER',
    gender: 'female',
    birthDate: '2018-02-28',
    line: ['12 Example Lane'],
    postcode: 'ZZ99 5AC',
    nominated: null,
  },
  apostrophe: {
    ...AT_HOME,
    nhsNumber: '9990000042',
    prefix: 'Mr',
    given: ['Seán'],
    family: "XXTESTPATIENT-O'DAY",
    gender: 'male',
    birthDate: '1970-01-01',
    line: ['13 Example Lane', "St Anne's"],
    postcode: 'ZZ99 5AD',
  },
  unknownGender: {
    ...AT_HOME,
    nhsNumber: '9990000050',
    prefix: 'Mx',
    given: ['Kit'],
    family: 'XXTESTPATIENT-DYER',
    gender: 'unknown',
    birthDate: '1999-12-31',
    line: ['14 Example Lane'],
    postcode: 'ZZ99 5AE',
  },
  elsewhere: {
    ...AT_HOME,
    nhsNumber: '9990000069',
    prefix: 'Mrs',
    given: ['Bronwen'],
    family: 'XXTESTPATIENT-EVANS',
    gender: 'female',
    birthDate: '1958-08-08',
    line: ['15 Example Quay'],
    postcode: 'ZZ99 6AA',
    gpOds: ORGANISATIONS.otherSurgery.ods,
    nominated: null,
  },
  /** Of the synthetic journeys of the status site. */
  probe: {
    ...AT_HOME,
    nhsNumber: '9990000077',
    prefix: 'Mx',
    given: ['Pat'],
    family: 'XXTESTPATIENT-PROBE',
    gender: 'other',
    birthDate: '1980-02-29',
    line: ['16 Example Lane'],
    postcode: 'ZZ99 7AC',
    gpOds: ORGANISATIONS.probeSurgery.ods,
    nominated: ORGANISATIONS.probePharmacy.ods,
  },
} as const satisfies Record<string, Patient>;

export const ALL_PATIENTS: readonly Patient[] = Object.values(PATIENTS);

export function findPatient(nhsNumber: string): Patient | null {
  const digits = nhsNumber.replaceAll(/[\s-]/g, '');
  return ALL_PATIENTS.find((patient) => patient.nhsNumber === digits) ?? null;
}
