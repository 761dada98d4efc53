import { createHash, randomBytes } from 'node:crypto';
import { hostname, networkInterfaces } from 'node:os';

import type { Element } from '../gateways/xml/element.ts';
import { parseXml } from '../gateways/xml/parse-xml.ts';
import {
  type Digest,
  type GpObject,
  readGpObject,
  writeGpObject,
  writeSigned,
  writeSmime,
} from '../identity/index.ts';
import { fail, ok, type Result } from '../kernel/result.ts';
import { type Answer, type Asking, type Endpoints, openEndpoints } from './endpoints.ts';

/** A card that is open: its passcode was entered. */
export type OpenCard = {
  readonly userId: string;
  /** The log-in certificate in DER. */
  readonly certificate: Buffer;
  readonly digest: Digest;
  /** With the log-in key. */
  readonly sign: (bytes: Buffer) => Buffer | Promise<Buffer>;
};

export type OfferedRole = { readonly id: string; readonly ods: string; readonly name: string };

export type SignedIn = {
  readonly ticket: string;
  readonly userId: string;
  readonly name: string;
  readonly roles: readonly OfferedRole[];
};

/** What went wrong, and what the user can do something about [IDENTITY 2.5]. */
export type AgentFault = {
  readonly code: string;
  readonly concerns: 'request' | 'card' | 'user' | 'session' | 'service';
  readonly text: string;
};

type Done<Value> = Promise<Result<Value, AgentFault>>;

/** What an Identity Agent does at the broker [IDENTITY 2.2, 2.3]. Each step may be done by another datacentre. */
export type BrokerClient = {
  logIn(card: OpenCard): Done<SignedIn>;
  chooseRole(ticket: string, role: string): Done<null>;
  /** What a national application is told: attribute names with their values. */
  assertion(ticket: string): Done<ReadonlyMap<string, readonly string[]>>;
  logOut(ticket: string, userId: string): Done<null>;
};

const VERSION = '10. 0. 0. 1';
const HEADERS = { 'User-Agent': `Mozilla/4.0(compatible;IE;GACv${VERSION})` };
const ATTEMPTS_MAX = 3;

export function openBrokerClient(addresses: readonly string[]): BrokerClient {
  const endpoints = openEndpoints(addresses);
  const login = randomBytes(6).toString('base64');
  const common = [
    ['log_session_id', login],
    ['device_id', deviceId()],
  ] as const;
  return {
    logIn: async (card) => {
      let done = await attempt(endpoints, common, card);
      // An answer that was lost on its way has used up its challenge: the card is open, so it signs another one.
      for (let n = 1; n < ATTEMPTS_MAX && !done.ok && done.error.concerns === 'request'; n += 1) {
        done = await attempt(endpoints, common, card);
      }
      return done;
    },
    chooseRole: async (ticket, role) => {
      const query = new URLSearchParams({
        token: ticket,
        selectedRoleUid: role,
        ssbMode: '0',
        fallbackStatus: '0',
        gacVersion: VERSION,
      });
      return doneOf(await ask(endpoints, `/saml/RoleSelectionGP.jsp?${query.toString()}`));
    },
    assertion: async (ticket) => {
      const query = new URLSearchParams({ token: ticket });
      const answer = await ask(endpoints, `/saml/RoleAssertion?${query.toString()}`);
      return answer.ok ? readAssertion(answer.value.text) : answer;
    },
    logOut: async (ticket, userId) => {
      const body = writeGpObject([
        ['service', 'LOGOUT'],
        ['sso_ticket', ticket],
        ...common,
        ['uid', userId],
      ]);
      return doneOf(await ask(endpoints, '/login/authlogout', { body }));
    },
  };
}

type Common = readonly (readonly [name: string, text: string])[];

async function attempt(endpoints: Endpoints, common: Common, card: OpenCard): Done<SignedIn> {
  const all = [['auth_method', '3'], ['app_url', 'NHST'], ...common] as const;
  const activation = writeGpObject([...all, ['service', 'ACTIVATION']]);
  const given = await post(endpoints, '/login/authactivate', activation);
  if (!given.ok) return given;
  const challenge = textIn(given.value, 'challenge');
  const { userId, certificate, digest, sign } = card;
  const content = Buffer.from(challenge, 'base64');
  const signed = await writeSigned({ content, certificate, digest, hasAttributes: false, sign });
  const validation = writeGpObject([
    ...all,
    ['service', 'AUTHENTICATION'],
    ['challenge', challenge],
    ['signature', textIn(given.value, 'signature')],
    ['uid', userId],
    ['card_type', 'p11'],
    ['response', writeSmime(signed), { encoding: 'base64' }],
    ['mobility', '0'],
  ]);
  const reply = await post(endpoints, '/login/authvalidate', validation);
  if (!reply.ok) return reply;
  const ticket = textIn(reply.value, 'sso_ticket');
  if (ticket === '') return fail(notUnderstood('there is no ticket'));
  return ok({ ticket, userId, name: textIn(reply.value, 'cn'), roles: rolesIn(reply.value) });
}

function rolesIn(reply: GpObject): OfferedRole[] {
  const named = [...reply].filter(([name]) => /^nhsjobrole\d+$/.test(name));
  return named.map(([, { text, attributes }]) => ({
    id: attributes['id'] ?? '',
    ods: attributes['orgcode'] ?? '',
    name: text,
  }));
}

async function ask(
  endpoints: Endpoints,
  path: string,
  request: Asking = {},
): Promise<Result<Answer, AgentFault>> {
  const answer = await endpoints.ask(path, { ...request, headers: HEADERS });
  if (answer === null) return fail(UNREACHABLE);
  return answer.status === 200 ? ok(answer) : fail(faultIn(answer));
}

const UNREACHABLE: AgentFault = {
  code: 'unreachable',
  concerns: 'service',
  text: 'No datacentre can be reached. Card and user are not at fault. Try again',
};

async function post(endpoints: Endpoints, path: string, body: string): Done<GpObject> {
  const answer = await ask(endpoints, path, { body });
  if (!answer.ok) return answer;
  const read = readGpObject(Buffer.from(answer.value.text));
  return read.ok ? read : fail(notUnderstood(read.error));
}

function doneOf(answer: Result<Answer, AgentFault>): Result<null, AgentFault> {
  if (!answer.ok) return answer;
  return answer.value.text.includes('OK') ? ok(null) : fail(notUnderstood('no OK'));
}

function faultIn({ text }: Answer): AgentFault {
  const read = readGpObject(Buffer.from(text));
  if (!read.ok) return notUnderstood(read.error);
  return {
    code: textIn(read.value, 'error_code'),
    concerns: concernOf(textIn(read.value, 'error_concerns')),
    text: textIn(read.value, 'error_text'),
  };
}

const CONCERNS = ['request', 'card', 'user', 'session', 'service'] as const;

function concernOf(name: string): AgentFault['concerns'] {
  return CONCERNS.find((known) => known === name) ?? 'service';
}

function notUnderstood(why: string): AgentFault {
  return { code: 'unreadable', concerns: 'service', text: `The answer cannot be read: ${why}` };
}

function textIn(object: GpObject, name: string): string {
  return object.get(name)?.text ?? '';
}

function readAssertion(text: string): Result<ReadonlyMap<string, readonly string[]>, AgentFault> {
  const root = parseXml(text);
  if (!root.ok) return fail(notUnderstood(root.error));
  const status = all(root.value, 'samlp:StatusCode')[0]?.attributes['Value'];
  if (status !== 'samlp:Success') {
    const named = (name: string): string => textOf(all(root.value, name)[0]);
    return fail({
      code: named('error_code'),
      concerns: concernOf(named('error_concerns')),
      text: named('samlp:StatusMessage'),
    });
  }
  const values = new Map<string, string[]>();
  for (const attribute of all(root.value, 'saml:Attribute')) {
    const name = attribute.attributes['AttributeName'] ?? '';
    const own = all(attribute, 'saml:AttributeValue').map(textOf);
    values.set(name, [...(values.get(name) ?? []), ...own]);
  }
  return ok(values);
}

function all(element: Element, name: string): Element[] {
  const below = typeof element.children === 'string' ? [] : element.children;
  return [
    ...(element.name === name ? [element] : []),
    ...below.flatMap((child) => all(child, name)),
  ];
}

function textOf(element: Element | undefined): string {
  return typeof element?.children === 'string' ? element.children : '';
}

/** Eight characters that stay the same on this machine, and its address. */
function deviceId(): string {
  const name = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  const outer = own.find(({ family, internal }) => family === 'IPv4' && !internal);
  return `${name},ClientIP=${outer?.address ?? '127.0.0.1'}`;
}
