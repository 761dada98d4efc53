import assert from 'node:assert/strict';

import { findPersona } from '../../src/local/personas.ts';

/** User id of a test person, by the name of the persona. */
export function userIdOf(name: string): string {
  const persona = findPersona(name);
  assert.ok(persona !== null && persona.kind !== 'application', name);
  return persona.userId;
}
