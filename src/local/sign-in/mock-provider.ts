import { importPKCS8, jwtVerify, SignJWT } from 'jose';

import { displayName, findUser, rolesOn, type User } from '../../identity/index.ts';
import { londonDate } from '../../kernel/london.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database.ts';
import type { HttpRequest, HttpResponse, HttpRoute } from '../../platform/http.ts';
import { findPersona } from '../personas.ts';
import type { SignInKey } from './material.ts';
import { levelOf, MOCK_PATIENTS, type MockPatient } from './mock-users.ts';

/** The mock identity providers of the API platform: who types a name is that user [IDENTITY 3.2]. */
export const REALMS = { cis2: 'Cis2-mock-local', nhsLogin: 'NHS-Login-mock-local' } as const;
export type Realm = keyof typeof REALMS;

export type MockParts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly key: SignInKey;
};

/** The same in both datacentres, whatever their addresses are. */
export function issuerOf(realm: Realm): string {
  return `https://identity.openspine.invalid/realms/${REALMS[realm]}`;
}

export function pathOf(realm: Realm): string {
  return `/realms/${REALMS[realm]}/protocol/openid-connect`;
}

export function mockProviderRoutes(parts: MockParts): HttpRoute[] {
  return (['cis2', 'nhsLogin'] as const).flatMap((realm): HttpRoute[] => {
    const path = pathOf(realm);
    return [
      { method: 'GET', path: `${path}/auth`, handle: (request) => loginForm(request, '') },
      { method: 'POST', path: `${path}/auth`, handle: (request) => login(parts, realm, request) },
      { method: 'POST', path: `${path}/token`, handle: (request) => token(parts, realm, request) },
      { method: 'GET', path: `${path}/userinfo`, handle: (request) => userinfo(parts, request) },
      { method: 'GET', path: `${path}/certs`, handle: () => json(200, { keys: [parts.key.jwk] }) },
    ];
  });
}

/** The form that test suites fill in: its id and its one field are part of the contract [IDENTITY 3.2]. */
function loginForm({ query, path }: HttpRequest, problem: string): HttpResponse {
  const words = Object.entries(query).map(([name, value]) => [name, String(value ?? '')]);
  const action = `${path}?${new URLSearchParams(words).toString()}`;
  const html = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Mock sign-in</title></head><body>
<h1>Mock sign-in</h1><p>This is a test system. Type the id of a test user.</p><p role="alert">${escaped(problem)}</p>
<form id="kc-form-login" method="post" action="${escaped(action)}">
<label for="username">Username</label> <input id="username" name="username" autocomplete="off">
<button type="submit">Sign in</button></form></body></html>`;
  return {
    status: problem === '' ? 200 : 401,
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
      'Cache-Control': 'no-store',
    },
    body: html,
  };
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

async function login(parts: MockParts, realm: Realm, request: HttpRequest): Promise<HttpResponse> {
  const username = new URLSearchParams(request.body.toString('utf8')).get('username') ?? '';
  const subject = await subjectOf(parts, realm, username.trim());
  if (subject === null) return loginForm(request, 'There is no such user.');
  const field = (name: string): string => String(request.query[name] ?? '');
  const redirectUri = URL.parse(field('redirect_uri'));
  if (redirectUri === null) return loginForm(request, 'The redirect_uri is no address.');
  const code = await sealed(parts, 'mock-code', {
    sub: subject,
    realm,
    client_id: field('client_id'),
    redirect_uri: field('redirect_uri'),
    nonce: field('nonce'),
  });
  redirectUri.searchParams.set('code', code);
  redirectUri.searchParams.set('state', field('state'));
  return { status: 302, headers: { Location: redirectUri.href }, body: '' };
}

/** A user of the directory by id, or a persona by name; in the other realm a patient by NHS number. */
async function subjectOf(
  { database }: MockParts,
  realm: Realm,
  username: string,
): Promise<string | null> {
  if (realm === 'nhsLogin') return patientOf(username)?.nhsNumber ?? null;
  const persona = findPersona(username);
  const userId = persona !== null && 'userId' in persona ? persona.userId : username;
  const user = /^\d{12}$/.test(userId) ? await findUser(database, userId) : null;
  return user?.status === 'active' ? userId : null;
}

function patientOf(nhsNumber: string): MockPatient | null {
  return MOCK_PATIENTS.find((patient) => patient.nhsNumber === nhsNumber) ?? null;
}

async function token(parts: MockParts, realm: Realm, request: HttpRequest): Promise<HttpResponse> {
  const form = new URLSearchParams(request.body.toString('utf8'));
  const code = await opened(parts, 'mock-code', form.get('code') ?? '');
  const isBound =
    code !== null &&
    code['realm'] === realm &&
    code['client_id'] === form.get('client_id') &&
    code['redirect_uri'] === form.get('redirect_uri');
  if (!isBound) return json(400, { error: 'invalid_grant' });
  const sub = String(code['sub']);
  const facts = realm === 'cis2' ? careFacts(sub) : patientFacts(sub);
  const idToken = await signed(parts, 'JWT', {
    ...facts,
    iss: issuerOf(realm),
    sub: idOf(realm, sub),
    aud: String(code['client_id']),
    azp: String(code['client_id']),
    nonce: String(code['nonce']),
    auth_time: seconds(parts),
    sid: crypto.randomUUID(),
  });
  const accessToken = await sealed(parts, 'mock-access', { sub, realm });
  return json(200, {
    access_token: accessToken,
    id_token: idToken,
    token_type: 'Bearer',
    expires_in: LIFE_S,
  });
}

const LIFE_S = 300;

/** NHS login knows a patient by an id of its own, which is no NHS number. */
function idOf(realm: Realm, username: string): string {
  return realm === 'nhsLogin' ? derivedUuid('nhs-login', username) : username;
}

/** What CIS2 says in an id token [IDENTITY 3.1]. */
function careFacts(userId: string): object {
  const level = levelOf(userId);
  return {
    acr: level === '3' ? 'AAL3_ANY' : level === '2' ? 'AAL2_ANY' : 'AAL1_USERPASS',
    amr: level === '3' ? ['N3_SMARTCARD'] : ['TOTP'],
    id_assurance_level: '3',
    authentication_assurance_level: level,
    tokenName: 'id_token',
    tokenType: 'JWTToken',
    realm: '/NHSIdentity/Healthcare',
  };
}

/** What NHS login says [IDENTITY 3.2]. */
function patientFacts(nhsNumber: string): object {
  const patient = patientOf(nhsNumber);
  return {
    nhs_number: nhsNumber,
    identity_proofing_level: patient?.proofingLevel,
    vot: patient?.vectorOfTrust,
    vtm: `${issuerOf('nhsLogin')}/trustmark`,
  };
}

async function userinfo(parts: MockParts, { headers }: HttpRequest): Promise<HttpResponse> {
  const text = (headers['authorization'] ?? '').replace(/^Bearer /, '');
  const claims = await opened(parts, 'mock-access', text);
  if (claims === null) return json(401, { error: 'invalid_token' });
  const sub = String(claims['sub']);
  if (claims['realm'] === 'nhsLogin') {
    return json(200, { sub: idOf('nhsLogin', sub), ...patientFacts(sub) });
  }
  const user = await findUser(parts.database, sub);
  return user === null
    ? json(401, { error: 'invalid_token' })
    : json(200, careUserinfo(user, parts.clock.securityNow()));
}

/** What CIS2 says of a user for `nationalrbacaccess` and the scopes around it [IDENTITY 3.1]. */
function careUserinfo(user: User, at: Date): object {
  const membershipOf = (ods: string): string =>
    user.memberships.find((membership) => membership.ods === ods)?.membershipId ?? '';
  const roles = rolesOn(user, londonDate(at));
  return {
    sub: user.userId,
    uid: user.userId,
    nhsid_useruid: user.userId,
    name: displayName(user),
    given_name: user.given,
    family_name: user.family,
    title: user.title ?? '',
    display_name: displayName(user),
    idassurancelevel: String(user.idAssuranceLevel),
    ...user.professionalIds,
    nhsid_nrbac_roles: roles.map((role) => ({
      person_orgid: membershipOf(role.ods),
      person_roleid: role.roleProfileId,
      org_code: role.ods,
      role_name: role.jobRoleName,
      role_code: role.jobRole,
      activity_codes: role.activities,
    })),
    nhsid_user_orgs: user.memberships.map(({ ods, organisationName }) => ({
      org_name: organisationName,
      org_code: ods,
    })),
  };
}

/** A word that only this provider can read again: so it remembers nothing between two steps. */
function sealed(parts: MockParts, kind: string, claims: Record<string, unknown>): Promise<string> {
  return signed(parts, kind, { ...claims, iss: kind });
}

async function signed(
  parts: MockParts,
  typ: string,
  claims: Record<string, unknown>,
): Promise<string> {
  const { kid, privateKey } = parts.key;
  const iat = seconds(parts);
  return new SignJWT({ ...claims, iat, exp: iat + LIFE_S })
    .setProtectedHeader({ alg: 'RS256', typ, kid })
    .sign(await importPKCS8(privateKey, 'RS256'));
}

async function opened(
  { key, clock }: MockParts,
  kind: string,
  text: string,
): Promise<Readonly<Record<string, unknown>> | null> {
  try {
    const { payload } = await jwtVerify(text, key.jwk, {
      issuer: kind,
      typ: kind,
      algorithms: ['RS256'],
      currentDate: clock.securityNow(),
    });
    return payload;
  } catch {
    return null; // the library throws for every fault of a token
  }
}

function seconds({ clock }: MockParts): number {
  return Math.floor(clock.securityNow().getTime() / 1000);
}

function json(status: number, body: object): HttpResponse {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
  return { status, headers, body: JSON.stringify(body) };
}
