import type { Organisation } from '../../directory/index.ts';

/** Kinds of organisation that a population goes to, and how many people one serves. */
const KINDS = {
  practice: { letter: 'P', people: 8_000, name: 'SURGERY' },
  pharmacy: { letter: 'F', people: 4_500, name: 'PHARMACY' },
  applianceContractor: { letter: 'A', people: 100_000, name: 'APPLIANCE CONTRACTOR' },
  dispensingDoctor: { letter: 'D', people: 50_000, name: 'DISPENSING SURGERY' },
} as const;
export type OrganisationKind = keyof typeof KINDS;

/** ODS codes of the organisations that `n` people go to, by their kind. No real code begins with XX. */
export function codesFor(n: number): Record<OrganisationKind, readonly [string, ...string[]]> {
  return {
    practice: codesOf('practice', n),
    pharmacy: codesOf('pharmacy', n),
    applianceContractor: codesOf('applianceContractor', n),
    dispensingDoctor: codesOf('dispensingDoctor', n),
  };
}

function codesOf(kind: OrganisationKind, n: number): [string, ...string[]] {
  const { letter, people } = KINDS[kind];
  const code = (place: number): string => `XX${letter}${String(place).padStart(4, '0')}`;
  const others = Array.from({ length: Math.floor(n / people) }, (_, place) => code(place + 1));
  return [code(0), ...others];
}

/** The same organisations as the directory has them. */
export function organisationsFor(n: number): Organisation[] {
  const codes = codesFor(n);
  return kinds().flatMap((kind) =>
    codes[kind].map((ods, place) => ({
      ods,
      name: `EXAMPLE ${KINDS[kind].name} ${place + 1} (SYNTHETIC)`,
      addressLines: [`${place + 1} EXAMPLE STREET`],
      city: 'TESTWICK',
      postcode: 'ZZ99 9AA',
      telephone: null,
      openedOn: null,
      closedOn: null,
    })),
  );
}

function kinds(): OrganisationKind[] {
  return ['practice', 'pharmacy', 'applianceContractor', 'dispensingDoctor'];
}
