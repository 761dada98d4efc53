import { randomUUID } from 'node:crypto';

import { currentKey, signAccessToken } from '../../src/identity/index.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { claimsOf } from '../../src/local/tokens.ts';
import type { Database } from '../../src/platform/database.ts';

const API = 'personal-demographics-service';
const SCOPES = {
  A: `urn:nhsd:apim:app:level3:${API}`,
  P: `urn:nhsd:apim:app:level3:privileged-${API}`,
  H: `urn:nhsd:apim:user-nhs-id:aal3:${API}`,
} as const;

/** What else a caller's token may say. */
export type CallerOptions = {
  readonly vot?: string | null;
  readonly scope?: string;
  readonly asid?: string | null;
  readonly client?: string;
  readonly roles?: readonly string[];
};

/** Tokens of the callers that the corpus names: `H`, `A`, `P`, `C:<NHS number>` [corpus/pds/README]. */
export async function tokenMaker(
  database: Database,
): Promise<(caller: string, options?: CallerOptions) => string> {
  const key = await currentKey(database);
  const person = claimsOf(PERSONAS.prescriber, null);
  return (caller, { vot = 'P9.Cp.Cd', scope, asid = '200000001115', client, roles } = {}) => {
    const [kind = '', patient = null] = caller.split(':');
    const isApplication = kind === 'A' || kind === 'P';
    const [role] = person.roles;
    const ids = roles ?? ['656005750107'];
    const level = vot?.startsWith('P5') === true ? 'P5' : 'P9';
    const own =
      kind === 'C'
        ? `urn:nhsd:apim:user-nhs-login:${level}:${API}`
        : kind === 'A' || kind === 'P'
          ? SCOPES[kind]
          : SCOPES.H;
    const claims = {
      ...person,
      auth_type: isApplication ? ('app' as const) : ('user' as const),
      sub: kind === 'H' ? '656005750107' : caller,
      sid: randomUUID(),
      scope: scope ?? own,
      asid,
      client: client ?? null,
      roles: kind === 'H' && role !== undefined ? ids.map((id) => ({ ...role, id })) : [],
      organisation: isApplication ? 'A83008' : null,
      authentication:
        kind === 'C'
          ? {
              auth_grant_type: 'authorization_code',
              auth_provider: 'nhs-login',
              auth_level: level,
              issuer: 'https://auth.nhs.invalid',
              acr: null,
              amr: [],
              vot,
              nhs_number: patient,
              act: null,
            }
          : null,
    };
    return signAccessToken(key, claims, new Date());
  };
}
