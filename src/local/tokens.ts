import { randomUUID } from 'node:crypto';

import type { Persona } from './personas.ts';
import type { AccessTokenClaims } from '../identity/index.ts';

/** What a persona's token says; `scope` narrows it, never widens it. */
export function claimsOf(persona: Persona, scope: string | null): AccessTokenClaims {
  const scopes =
    scope === null
      ? persona.scopes
      : persona.scopes.filter((one) => scope.split(' ').includes(one));
  const isPerson = persona.kind === 'person';
  const { ods } = persona.organisation;
  return {
    auth_type: isPerson ? 'user' : 'app',
    sub: isPerson ? persona.userId : persona.name,
    scope: scopes.join(' '),
    asid: persona.asid,
    sid: randomUUID(),
    roles: isPerson ? [{ id: persona.roleProfileId, organisation: ods }] : [],
    organisation: isPerson ? null : ods,
    client: null,
    sha1: false,
    authentication: null,
  };
}
