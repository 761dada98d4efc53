import { json, parsed, textOf } from './http.ts';
import { type MovableClock, parseClockSetting } from './movable-clock.ts';
import { ALL_PERSONAS, findPersona, PERSONAS, type Persona } from './personas.ts';
import { signingMaterial } from './signing/index.ts';
import { type SigningParts, signingRoutes } from './signing/routes.ts';
import { claimsOf } from './tokens.ts';
import { travel } from './journey.ts';
import { ACCESS_TOKEN_SECONDS, type KeyRing, signAccessToken } from '../identity/index.ts';
import { present } from '../kernel/bug.ts';
import type { Database } from '../platform/database.ts';
import type { DueDone } from '../prescriptions/index.ts';
import type { HttpRequest, HttpResponse, HttpRoute } from '../platform/http.ts';
import { sql } from '../platform/sql.ts';

export { type MovableClock, openMovableClock } from './movable-clock.ts';
export { seedPeople } from './people-file.ts';

export type LocalParts = SigningParts & {
  readonly datacentre: 'a' | 'b';
  readonly clock: MovableClock;
  readonly keys: KeyRing;
  /** Does what falls due on the way to another time, then moves there. */
  readonly passTime: (
    span: { readonly from: Date; readonly until: Date },
    move: () => Promise<void>,
  ) => Promise<DueDone[]>;
};

/** What only a test installation answers; `mode=live` does not load this. */
export function localRoutes(parts: LocalParts): HttpRoute[] {
  const { clock } = parts;
  return [
    { method: 'GET', path: '/_local/ready', handle: () => ready(parts.database) },
    { method: 'GET', path: '/_local/clock', handle: () => json(200, clock.read()) },
    { method: 'PUT', path: '/_local/clock', handle: (request) => setClock(parts, request) },
    {
      method: 'GET',
      path: '/_local/personas',
      handle: () => json(200, { personas: ALL_PERSONAS }),
    },
    { method: 'POST', path: '/_local/token', handle: (request) => token(parts, request) },
    ...signingRoutes(parts),
  ];
}

async function ready(database: Database): Promise<HttpResponse> {
  const rows = await database.all<{ datacentre: string }>(sql`
    select datacentre from local.journey_probe order by datacentre`);
  const passed = rows.map(({ datacentre }) => datacentre);
  const isReady = passed.includes('a') && passed.includes('b');
  return json(
    isReady ? 200 : 503,
    { ready: isReady, passed },
    isReady ? {} : { 'Retry-After': '1' },
  );
}

/** The answer tells what fell due on the way; back in time nothing does. */
async function setClock(parts: LocalParts, request: HttpRequest): Promise<HttpResponse> {
  const { clock } = parts;
  const setting = parseClockSetting(parsed(request.body));
  if (!setting.ok) return json(400, { error: setting.error });
  const from = clock.now();
  const until = 'real' in setting.value ? new Date() : setting.value.instant;
  const done = await parts.passTime({ from, until }, () => clock.set(setting.value));
  return json(200, { ...clock.read(), done });
}

function token(parts: LocalParts, request: HttpRequest): HttpResponse {
  const body = parsed(request.body);
  const name = textOf(body, 'persona');
  const persona = findPersona(name ?? '');
  if (persona === null) {
    const names = ALL_PERSONAS.map((known) => known.name).join(', ');
    return json(400, { error: `There is no persona '${name ?? ''}'. Known: ${names}.` });
  }
  const claims = claimsOf(persona, textOf(body, 'scope'));
  const key = parts.keys.current();
  return json(200, {
    access_token: signAccessToken(key, claims, parts.clock.securityNow()),
    expires_in: String(ACCESS_TOKEN_SECONDS), // a text, as the platform's own are [IDENTITY 3.2]
    token_type: 'Bearer',
    scope: claims.scope,
  });
}

/** Sends the journey through this datacentre until it passes once, and says so to both. */
export async function probe(parts: LocalParts, url: string): Promise<void> {
  const { database, datacentre, clock, keys } = parts;
  await database.all(sql`delete from local.journey_probe where datacentre = ${datacentre}`);
  const tokenFor = (persona: Persona): string =>
    signAccessToken(keys.current(), claimsOf(persona, null), clock.securityNow());
  const { signers } = await signingMaterial(database);
  const signer = present(signers[PERSONAS.prescriber.name], 'key of the prescriber');
  await travel({ url, clock, tokenFor, key: signer });
  await database.all(sql`
    insert into local.journey_probe (datacentre, passed_at) values (${datacentre}, now())
    on conflict (datacentre) do update set passed_at = excluded.passed_at`);
}
