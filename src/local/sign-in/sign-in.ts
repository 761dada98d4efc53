import { randomUUID } from 'node:crypto';

import { importPKCS8, SignJWT } from 'jose';

import { present } from '../../kernel/bug.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../platform/clock.ts';
import { parseJson, textAt } from '../client/json.ts';
import { served } from '../client/served.ts';
import {
  type Credentials,
  REDIRECT_URI,
  type SignInMaterial,
  UNATTENDED_APPLICATION,
} from './material.ts';
import { APPLICATIONS } from './applications.ts';
import { MOCK_PATIENTS } from './mock-users.ts';
import { PROBE_ORGANISATIONS, SYNTHETIC_HEADER } from '../../operations/probe-organisations.ts';

export type Wanted = {
  /** Name of the application. */
  readonly application: string;
  /** Who signs in; null: nobody, the application works by itself. */
  readonly username: string | null;
  /** Fewer scopes than the application has. */
  readonly scope: string | null;
};

/** As the platform answers. */
export type Tokens = Readonly<Record<string, unknown>>;

export type Place = {
  /** Of the datacentre. */
  readonly url: string;
  readonly material: SignInMaterial;
  readonly clock: Clock;
};

/** Gets a token as a real client does: by the platform's own addresses, step by step; throws `Busy` where they refuse for now. */
export async function signIn(place: Place, wanted: Wanted): Promise<Result<Tokens, string>> {
  const { application, username, scope } = wanted;
  const credentials = place.material.credentials[application];
  if (credentials === undefined) return fail(`there is no application '${application}'`);
  const more = scope === null ? {} : { _scope: scope };
  if (username === null) return unattended(place, application, more);
  const from = { ...place, headers: headersOf(application) };
  const code = await codeFor(from, credentials, username);
  if (!code.ok) return code;
  return post(from, {
    ...more,
    grant_type: 'authorization_code',
    client_id: credentials.key,
    client_secret: credentials.secret,
    redirect_uri: REDIRECT_URI,
    code: code.value,
  });
}

/** Those of the synthetic journeys are marked. */
function headersOf(application: string): Record<string, string> {
  const own = APPLICATIONS.find(({ name }) => name === application)?.organisation ?? '';
  const isSynthetic = Object.values<string>(PROBE_ORGANISATIONS).includes(own);
  return isSynthetic ? { [SYNTHETIC_HEADER]: 'true' } : {};
}

type From = Place & { readonly headers: Readonly<Record<string, string>> };

async function unattended(
  place: Place,
  application: string,
  more: Readonly<Record<string, string>>,
): Promise<Result<Tokens, string>> {
  if (application !== UNATTENDED_APPLICATION) {
    return fail(`the application '${application}' has no key of its own: name a user`);
  }
  return post(
    { ...place, headers: {} },
    {
      ...more,
      grant_type: 'client_credentials',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await assertion(place),
    },
  );
}

const ASSERTION_LIFE_S = 60;

async function assertion({ material, url, clock }: Place): Promise<string> {
  const { key } = present(material.credentials[UNATTENDED_APPLICATION], 'credentials');
  const exp = Math.floor(clock.securityNow().getTime() / 1000) + ASSERTION_LIFE_S;
  return new SignJWT({ iss: key, sub: key, aud: `${url}/oauth2/token`, jti: randomUUID(), exp })
    .setProtectedHeader({ alg: 'RS512', typ: 'JWT', kid: material.system.kid })
    .sign(await importPKCS8(material.system.privateKey, 'RS512'));
}

async function codeFor(
  place: From,
  { key }: Credentials,
  username: string,
): Promise<Result<string, string>> {
  const isPatient = MOCK_PATIENTS.some(({ nhsNumber }) => nhsNumber === username);
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: key,
    redirect_uri: REDIRECT_URI,
    state: randomUUID(),
    ...(isPatient ? { scope: 'nhs-login' } : {}),
  });
  const start = await locationOf(place, `${place.url}/oauth2/authorize?${query.toString()}`);
  if (!start.ok) return start;
  const back = await locationOf(place, start.value, new URLSearchParams({ username }));
  if (!back.ok) return fail(`'${username}' cannot sign in`);
  const end = await locationOf(place, back.value);
  if (!end.ok) return end;
  const code = new URL(end.value).searchParams.get('code');
  return code === null ? fail(`no code came: ${end.value}`) : ok(code);
}

/** Where an answer sends a browser. */
async function locationOf(
  { headers }: From,
  url: string,
  form?: URLSearchParams,
): Promise<Result<string, string>> {
  const request = form === undefined ? { headers } : { method: 'POST', body: form, headers };
  const answer = await served(fetch(url, { ...request, redirect: 'manual' }));
  const text = await answer.text();
  const location = answer.headers.get('location');
  return location === null ? fail(`${answer.status} ${problemOf(text)}`) : ok(location);
}

async function post(
  { url, headers }: From,
  form: Readonly<Record<string, string>>,
): Promise<Result<Tokens, string>> {
  const body = new URLSearchParams(form);
  const answer = await served(fetch(`${url}/oauth2/token`, { method: 'POST', body, headers }));
  const text = await answer.text();
  const tokens = parseJson(text);
  const isAnswer = answer.status === 200 && typeof tokens === 'object' && tokens !== null;
  return isAnswer ? ok({ ...tokens }) : fail(problemOf(text));
}

function problemOf(text: string): string {
  return textAt(parseJson(text), 'error_description') ?? 'it does not answer as it should';
}
