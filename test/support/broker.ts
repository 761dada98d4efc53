import { randomBytes } from 'node:crypto';

import type { OpenCard } from '../../src/agent/broker-client.ts';
import {
  type GpObject,
  readGpObject,
  writeGpObject,
  writeSigned,
  writeSmime,
} from '../../src/identity/index.ts';

/** What the broker answered. */
export type Said = {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
  /** Of a gpOBJECT; empty when it is none. */
  readonly parameters: GpObject;
};

export type Parameters = Readonly<Record<string, string | null>>;

const COMMON = { auth_method: '3', app_url: 'NHST', device_id: '1a2b3c4d,ClientIP=10.1.2.3' };

export function newLogin(): string {
  return randomBytes(6).toString('base64');
}

/** Posts parameters as an Identity Agent does; what is null is left out. */
export async function post(address: string, path: string, parameters: Parameters): Promise<Said> {
  const given = Object.entries(parameters).flatMap(([name, text]) =>
    text === null ? [] : [[name, text] as const],
  );
  return postText(address, path, writeGpObject(given));
}

export async function postText(address: string, path: string, body: string): Promise<Said> {
  return said(await fetch(`${address}${path}`, { method: 'POST', body }));
}

async function said(answer: Response): Promise<Said> {
  const text = await answer.text();
  const read = readGpObject(Buffer.from(text));
  const parameters = read.ok ? read.value : new Map();
  return { status: answer.status, text, headers: answer.headers, parameters };
}

export function textIn({ parameters }: Said, name: string): string {
  return parameters.get(name)?.text ?? '';
}

/** The code of a refusal; empty when it was none. */
export function codeOf(answer: Said): string {
  const [, inAssertion = ''] = /<error_code>(\w+)</.exec(answer.text) ?? [];
  return textIn(answer, 'error_code') || inAssertion;
}

export function activate(address: string, login: string, changes: Parameters = {}): Promise<Said> {
  const parameters = { ...COMMON, log_session_id: login, service: 'ACTIVATION' };
  return post(address, '/login/authactivate', { ...parameters, ...changes });
}

/** What a card signs, wrapped as an agent does it. */
export async function responseOf(card: OpenCard, content: Buffer): Promise<string> {
  const { certificate, digest, sign } = card;
  return writeSmime(
    await writeSigned({ content, certificate, digest, hasAttributes: false, sign }),
  );
}

/** All that an agent posts once its card has signed. */
export async function validation(card: OpenCard, login: string, given: Said): Promise<Parameters> {
  const challenge = textIn(given, 'challenge');
  return {
    ...COMMON,
    log_session_id: login,
    service: 'AUTHENTICATION',
    challenge,
    signature: textIn(given, 'signature'),
    uid: card.userId,
    card_type: 'p11',
    response: await responseOf(card, Buffer.from(challenge, 'base64')),
    mobility: '0',
  };
}

export function validate(address: string, parameters: Parameters): Promise<Said> {
  return post(address, '/login/authvalidate', parameters);
}

/** Activates at one datacentre and validates at the other. */
export async function logIn(
  [first, second]: readonly [string, string],
  card: OpenCard,
  changes: Parameters = {},
): Promise<Said> {
  const login = newLogin();
  const given = await activate(first, login);
  return validate(second, { ...(await validation(card, login, given)), ...changes });
}

export async function chooseRole(
  address: string,
  ticket: string,
  role: string,
  ssbMode = '0',
): Promise<Said> {
  const query = new URLSearchParams({
    token: ticket,
    selectedRoleUid: role,
    ssbMode,
    fallbackStatus: '0',
    gacVersion: '10. 0. 0. 1',
  });
  return said(await fetch(`${address}/saml/RoleSelectionGP.jsp?${query.toString()}`));
}

export async function assertion(address: string, ticket: string): Promise<Said> {
  const query = new URLSearchParams({ token: ticket });
  return said(await fetch(`${address}/saml/RoleAssertion?${query.toString()}`));
}

export function logOut(address: string, ticket: string, userId: string): Promise<Said> {
  return post(address, '/login/authlogout', {
    device_id: COMMON.device_id,
    log_session_id: newLogin(),
    service: 'LOGOUT',
    sso_ticket: ticket,
    uid: userId,
  });
}
