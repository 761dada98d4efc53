import { ORGANISATIONS } from '../organisations.ts';
import {
  DEMOGRAPHICS_ONLY,
  DISPENSING,
  PRESCRIBING,
  PROBING,
  UNATTENDED,
} from '../persona-rights.ts';
import type { Persona } from '../personas.ts';

/** An application of the test system, through which its people sign in. */
export type TestApplication = {
  readonly name: string;
  readonly applicationId: string;
  readonly organisation: string;
  readonly asid: string;
  readonly scopes: readonly string[];
};

const LOGIN = 'urn:nhsd:apim:user-nhs-login';

const RECEPTION: TestApplication = {
  name: 'reception',
  applicationId: '0a90c5b0-0000-4000-8000-000000000103',
  organisation: ORGANISATIONS.surgery.ods,
  asid: '999000000101',
  scopes: DEMOGRAPHICS_ONLY,
};

/** Ids are fixed, so that they can be written down; keys and secrets are made at first start. */
export const APPLICATIONS: readonly TestApplication[] = [
  {
    name: 'surgery',
    applicationId: '0a90c5b0-0000-4000-8000-000000000101',
    organisation: ORGANISATIONS.surgery.ods,
    asid: '999000000101',
    scopes: PRESCRIBING,
  },
  {
    name: 'other-surgery',
    applicationId: '0a90c5b0-0000-4000-8000-000000000102',
    organisation: ORGANISATIONS.otherSurgery.ods,
    asid: '999000000102',
    scopes: PRESCRIBING,
  },
  RECEPTION,
  {
    name: 'pharmacy',
    applicationId: '0a90c5b0-0000-4000-8000-000000000201',
    organisation: ORGANISATIONS.pharmacy.ods,
    asid: '999000000201',
    scopes: DISPENSING,
  },
  {
    name: 'other-pharmacy',
    applicationId: '0a90c5b0-0000-4000-8000-000000000202',
    organisation: ORGANISATIONS.otherPharmacy.ods,
    asid: '999000000202',
    scopes: DISPENSING,
  },
  {
    name: 'system',
    applicationId: '0a90c5b0-0000-4000-8000-000000000203',
    organisation: ORGANISATIONS.pharmacy.ods,
    asid: '999000000201',
    scopes: UNATTENDED,
  },
  {
    name: 'probe-surgery',
    applicationId: '0a90c5b0-0000-4000-8000-000000000901',
    organisation: ORGANISATIONS.probeSurgery.ods,
    asid: '999000000901',
    scopes: PROBING,
  },
  {
    name: 'probe-pharmacy',
    applicationId: '0a90c5b0-0000-4000-8000-000000000902',
    organisation: ORGANISATIONS.probePharmacy.ods,
    asid: '999000000902',
    scopes: DISPENSING,
  },
  {
    name: 'patient',
    applicationId: '0a90c5b0-0000-4000-8000-000000000301',
    organisation: ORGANISATIONS.surgery.ods,
    asid: '999000000301',
    scopes: ['P0', 'P5', 'P9'].map((level) => `${LOGIN}:${level}:personal-demographics-service`),
  },
];

/** The application that a persona works with. */
export function applicationOf({ asid, scopes }: Persona): TestApplication {
  const own = APPLICATIONS.find((one) => one.asid === asid && one.scopes === scopes);
  return own ?? RECEPTION;
}
