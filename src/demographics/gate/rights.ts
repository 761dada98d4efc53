import type { Refusal } from '../outcome.ts';
import type { Route } from './path.ts';

/** What a healthcare worker's role must allow; a change of a nomination is one of a patient [IDENTITY 1.5]. */
export type PdsAct =
  | 'pds-trace'
  | 'pds-read'
  | 'pds-read-related'
  | 'pds-amend'
  | 'pds-create'
  | 'pds-birth';

const ACTS: Readonly<Partial<Record<Route['kind'], PdsAct>>> = {
  search: 'pds-trace',
  retrieve: 'pds-read',
  related: 'pds-read-related',
  update: 'pds-amend',
  create: 'pds-create',
  birth: 'pds-birth',
};

/** Null: whoever is signed in may. */
export function actOfRoute({ kind }: Route): PdsAct | null {
  return ACTS[kind] ?? null;
}

/** `missing`: activities of which one would do. */
export function rightsRefusal(missing: readonly string[]): Refusal {
  return {
    code: 'ACCESS_DENIED',
    status: 403,
    diagnostics: `The role profile has none of the activities ${missing.join(', ')}.`,
  };
}
