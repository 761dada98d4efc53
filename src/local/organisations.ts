import { PROBE_ORGANISATIONS } from '../operations/probe-organisations.ts';

/**
 * An organisation as our messages show it. Every one here is invented, though its code has the
 * right shape.
 */
export type Organisation = {
  readonly ods: string;
  readonly name: string;
  readonly line: readonly string[];
  readonly city: string;
  readonly postcode: string;
  readonly telecom: string;
  readonly role: { readonly code: string; readonly display: string };
  /** The body a surgery answers to: signed as the licensing organisation [EPS-FHIR 4.2]. */
  readonly partOf: { readonly ods: string; readonly name: string } | null;
};

const GP_PRACTICE = { code: '76', display: 'GP PRACTICE' } as const;
const PHARMACY = { code: '182', display: 'PHARMACY' } as const;

/** Telephone numbers are from the range that Ofcom keeps for drama; nobody answers. */
export const ORGANISATIONS = {
  surgery: {
    ods: 'A83008',
    name: 'MOORSIDE SURGERY (SYNTHETIC)',
    line: ['MOORSIDE SURGERY', '1 EXAMPLE STREET'],
    city: 'TESTWICK',
    postcode: 'ZZ99 1AA',
    telecom: '01632 960101',
    role: GP_PRACTICE,
    partOf: { ods: '84H', name: 'NHS TESTSHIRE ICB (SYNTHETIC)' },
  },
  otherSurgery: {
    ods: 'A99968',
    name: 'HARBOUR SURGERY (SYNTHETIC)',
    line: ['HARBOUR SURGERY', '2 EXAMPLE QUAY'],
    city: 'TESTMOUTH',
    postcode: 'ZZ99 2AA',
    telecom: '01632 960102',
    role: GP_PRACTICE,
    partOf: { ods: '15A', name: 'NHS EXAMPLESHIRE ICB (SYNTHETIC)' },
  },
  pharmacy: {
    ods: 'FA565',
    name: 'STATION ROAD PHARMACY (SYNTHETIC)',
    line: ['3 STATION ROAD'],
    city: 'TESTWICK',
    postcode: 'ZZ99 3AA',
    telecom: '01632 960103',
    role: PHARMACY,
    partOf: null,
  },
  otherPharmacy: {
    ods: 'VNE51',
    name: 'MARKET PHARMACY (SYNTHETIC)',
    line: ['4 MARKET PLACE'],
    city: 'TESTWICK',
    postcode: 'ZZ99 4AA',
    telecom: '01632 960104',
    role: PHARMACY,
    partOf: null,
  },
  /** Where the synthetic journeys of the status site are at home; what comes from there is counted nowhere. */
  probeSurgery: {
    ods: PROBE_ORGANISATIONS.surgery,
    name: 'PROBE SURGERY (SYNTHETIC)',
    line: ['PROBE SURGERY', '6 EXAMPLE STREET'],
    city: 'TESTWICK',
    postcode: 'ZZ99 7AA',
    telecom: '01632 960106',
    role: GP_PRACTICE,
    partOf: { ods: '84H', name: 'NHS TESTSHIRE ICB (SYNTHETIC)' },
  },
  probePharmacy: {
    ods: PROBE_ORGANISATIONS.pharmacy,
    name: 'PROBE PHARMACY (SYNTHETIC)',
    line: ['7 EXAMPLE STREET'],
    city: 'TESTWICK',
    postcode: 'ZZ99 7AB',
    telecom: '01632 960107',
    role: PHARMACY,
    partOf: null,
  },
} as const satisfies Record<string, Organisation>;

/** Those that only people belong to; no message names them. */
export const FURTHER_ORGANISATIONS = {
  /** What locums of several pharmacies are registered under [IDENTITY 1.1]. */
  locum: {
    ods: 'FFFFF',
    name: 'NATIONAL LOCUM PHARMACY',
    line: [],
    city: '',
    postcode: '',
    telecom: '',
    role: PHARMACY,
    partOf: null,
  },
  registration: {
    ods: '84H',
    name: 'NHS TESTSHIRE ICB (SYNTHETIC)',
    line: ['5 REGISTRY LANE'],
    city: 'TESTWICK',
    postcode: 'ZZ99 5AA',
    telecom: '01632 960105',
    role: { code: '318', display: 'INTEGRATED CARE BOARD' },
    partOf: null,
  },
} as const satisfies Record<string, Organisation>;

export const ALL_ORGANISATIONS: readonly Organisation[] = [
  ...Object.values(ORGANISATIONS),
  ...Object.values(FURTHER_ORGANISATIONS),
];
