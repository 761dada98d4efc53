import { randomInt } from 'node:crypto';

type Entry = Record<string, unknown>;

/** For tests: an id that nobody else of the run has. */
export function anId(): string {
  return `554${String(randomInt(1_000_000_000)).padStart(9, '0')}`;
}

/** For tests: entries of a file of people. A test changes only what it is about. */
export function anOrganisation(
  changes: Entry = {},
): { readonly ods: string; readonly name: string } & Entry {
  const ods = `Z${randomInt(0x1000_0000).toString(16).toUpperCase().padStart(7, '0')}`;
  return { ods, name: `PLACE ${ods} (SYNTHETIC)`, ...changes };
}

export function aPerson(changes: Entry = {}): Entry {
  return {
    userId: anId(),
    title: 'Dr',
    given: 'Tess',
    family: 'Synthetic-Test',
    synthetic: true,
    ...changes,
  };
}

export function aRoleProfile(organisation: string, changes: Entry = {}): Entry {
  return { id: anId(), organisation, jobRole: 'S8000:G8000:R8001', ...changes };
}
