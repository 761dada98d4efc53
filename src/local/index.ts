import { setTimeout as delay } from 'node:timers/promises';

import { json, parsed, textOf } from './http.ts';
import { parseClockSetting } from './movable-clock.ts';
import { ALL_PERSONAS, findPersona, PERSONAS, type Persona } from './personas.ts';
import { seeded, type SeedOf } from './seeding.ts';
import { signingKeyOf } from './signing/card-key.ts';
import { signingRoutes } from './signing/routes.ts';
import { applicationOf, APPLICATIONS } from './sign-in/applications.ts';
import { systemCertificateRoute } from './system-certificates.ts';
import type { Trial } from './sign-in/index.ts';
import { REDIRECT_URI, UNATTENDED_APPLICATION } from './sign-in/material.ts';
import { signIn } from './sign-in/sign-in.ts';
import { travel } from './journey.ts';
import { present } from '../kernel/bug.ts';
import { Busy } from '../platform/admission.ts';
import type { Database } from '../platform/database.ts';
import type { DueDone } from '../prescriptions/index.ts';
import type { HttpRequest, HttpResponse, HttpRoute } from '../platform/http.ts';
import { sql } from '../platform/sql.ts';

export { openTrial, type Trial } from './sign-in/index.ts';

export type LocalParts = Trial & {
  readonly datacentre: 'a' | 'b';
  readonly seedOf: SeedOf;
  /** Party key of this Spine [EPS-HL7V3 2.2]. */
  readonly spineParty: string;
  /** When time does something to a prescription next. */
  readonly nextEvent: (from: Date) => Promise<Date | null>;
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
    {
      method: 'GET',
      path: '/_local/clock/next-event',
      handle: async () => json(200, { instant: await parts.nextEvent(clock.now()) }),
    },
    { method: 'PUT', path: '/_local/clock', handle: (request) => setClock(parts, request) },
    {
      method: 'GET',
      path: '/_local/personas',
      handle: () => json(200, { personas: ALL_PERSONAS }),
    },
    { method: 'POST', path: '/_local/token', handle: (request) => token(parts, request) },
    { method: 'POST', path: '/_local/seed', handle: (request) => seeded(parts.seedOf, request) },
    ...signingRoutes(parts.database),
    systemCertificateRoute(parts.database, parts.spineParty),
    { method: 'GET', path: '/_local/applications', handle: () => applications(parts) },
    ...parts.routes,
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

/** Signs somebody in by the platform's own addresses, as their application would. */
async function token(parts: LocalParts, request: HttpRequest): Promise<HttpResponse> {
  const body = parsed(request.body);
  const name = textOf(body, 'persona') ?? '';
  const persona = findPersona(name);
  if (persona === null && !/^\d{10}(\d\d)?$/.test(name)) {
    const names = ALL_PERSONAS.map((known) => known.name).join(', ');
    return json(400, { error: `There is no persona '${name}'. Known: ${names}.` });
  }
  const isPatient = name.length === 10;
  const usual =
    persona === null ? (isPatient ? 'patient' : 'surgery') : applicationOf(persona).name;
  const wanted = {
    application: textOf(body, 'application') ?? usual,
    username: persona?.kind === 'application' ? null : (persona?.userId ?? name),
    scope: textOf(body, 'scope'),
  };
  const tokens = await signIn(parts, wanted);
  if (!tokens.ok) return json(400, { error: `No token for '${name}': ${tokens.error}.` });
  const scope = scopeOf(textOf(tokens.value, 'access_token') ?? '');
  return json(200, { ...tokens.value, scope });
}

function scopeOf(accessToken: string): string {
  const [, payload = ''] = accessToken.split('.');
  return textOf(parsed(Buffer.from(payload, 'base64url')), 'scope') ?? '';
}

/** What a developer's own client needs to sign people in here. */
function applications({ material }: LocalParts): HttpResponse {
  const known = APPLICATIONS.map(({ scopes, ...application }) => ({
    ...application,
    ...material.credentials[application.name],
    redirectUri: REDIRECT_URI,
    scopes,
    ...(application.name === UNATTENDED_APPLICATION
      ? { kid: material.system.kid, privateKey: material.system.privateKey }
      : {}),
  }));
  return json(200, { applications: known });
}

/** Sends the journey through this datacentre until it passes once, and says so to both; `stopping` breaks it off. */
export async function probe(parts: LocalParts, stopping?: AbortSignal): Promise<void> {
  const { database, datacentre, clock, url } = parts;
  await database.all(sql`delete from local.journey_probe where datacentre = ${datacentre}`);
  const tokenFor = (persona: Persona): Promise<string> => tokenOf(parts, persona);
  const key = await signingKeyOf(database, PERSONAS.prescriber);
  if (!key.ok) throw new Error(`the synthetic journey cannot be signed: ${key.error}`);
  const { value } = key;
  await untilPassed(() => travel({ url, clock, tokenFor, key: value }), stopping);
  await database.all(sql`
    insert into local.journey_probe (datacentre, passed_at) values (${datacentre}, now())
    on conflict (datacentre) do update set passed_at = excluded.passed_at`);
}

const TRIES_MAX = 4;
const AGAIN_MS = 500;

/** Whoever comes at the same moment may be so many that it is refused: that says nothing against this datacentre. */
async function untilPassed(
  journey: () => Promise<unknown>,
  stopping: AbortSignal | undefined,
): Promise<void> {
  for (let tries = 1; ; ) {
    try {
      await journey();
      return;
    } catch (error) {
      if (!(error instanceof Busy)) {
        if (tries === TRIES_MAX) throw error;
        tries += 1;
      }
      await delay(AGAIN_MS, undefined, { signal: stopping });
    }
  }
}

async function tokenOf(parts: LocalParts, { name }: Persona): Promise<string> {
  const persona = present(findPersona(name), name);
  const username = persona.kind === 'application' ? null : persona.userId;
  const application = applicationOf(persona).name;
  const tokens = await signIn(parts, { application, username, scope: null });
  if (!tokens.ok) throw new Error(`the synthetic journey cannot sign in: ${tokens.error}`);
  return present(textOf(tokens.value, 'access_token'), 'access token');
}
