import { randomUUID } from 'node:crypto';

import type { Persona } from './personas.ts';
import type { AccessTokenClaims } from '../identity/index.ts';

/** What a persona's token says; `scope` narrows it, never widens it. */
export function claimsOf(persona: Persona, scope: string | null): AccessTokenClaims {
  const scopes =
    scope === null
      ? persona.scopes
      : persona.scopes.filter((one) => scope.split(' ').includes(one));
  return {
    auth_type: persona.kind === 'application' ? 'app' : 'user',
    sub: persona.kind === 'application' ? persona.name : persona.userId,
    scope: scopes.join(' '),
    asid: persona.asid,
    sid: randomUUID(),
    roles: rolesOf(persona),
    organisation: persona.kind === 'application' ? persona.organisation.ods : null,
    client: null,
    sha1: false,
    authentication: null,
  };
}

function rolesOf(persona: Persona): AccessTokenClaims['roles'] {
  if (persona.kind !== 'person') return [];
  return [persona, ...(persona.furtherRoles ?? [])].map((role) => ({
    id: role.roleProfileId,
    organisation: role.organisation.ods,
    job: role.jobRole.code,
    activities: role.activities,
  }));
}
