import { fail, ok, type Result } from '../../kernel/result.ts';
import { readGpObject } from './gp-object.ts';
import type { Refused } from './refusals.ts';
import { fromBase64, readSmime } from './smime.ts';

/** What the three posts of the protocol have in common; the log-in's id is the same in all of them [IDENTITY 2.2]. */
export type Login = { readonly login: string };

export type Answered = Login & {
  readonly challenge: Buffer;
  readonly signature: Buffer;
  readonly userId: string;
  /** CMS in DER. */
  readonly answer: Buffer;
};

export type LoggingOut = Login & { readonly userId: string; readonly ticket: string };

const COMMON = {
  auth_method: /^3$/,
  app_url: /^NHST$/,
  log_session_id: /^[\w+/=-]{6,40}$/,
  device_id: /^[\w-]{1,32},ClientIP=[\da-fA-F.:]{2,45}$/,
} as const;
const BASE64 = /^[A-Za-z0-9+/\s]{4,200}={0,2}\s*$/;
const USER_ID = /^\d{12}$/;

const ACTIVATION = { ...COMMON, service: /^ACTIVATION$/ } as const;
const AUTHENTICATION = {
  ...COMMON,
  service: /^AUTHENTICATION$/,
  challenge: BASE64,
  signature: BASE64,
  uid: USER_ID,
  card_type: /^p11$/,
  mobility: /^[01]$/,
  response: /^[\s\S]{1,40000}$/,
} as const;
const LOGOUT = {
  log_session_id: COMMON.log_session_id,
  device_id: COMMON.device_id,
  service: /^LOGOUT$/,
  sso_ticket: /^.{1,800}$/,
  uid: USER_ID,
} as const;

export function readActivation(body: Buffer): Result<Login, Refused> {
  const read = readParameters(body, ACTIVATION);
  return read.ok ? ok({ login: read.value.log_session_id }) : read;
}

export function readAnswered(body: Buffer): Result<Answered, Refused> {
  const read = readParameters(body, AUTHENTICATION);
  if (!read.ok) return read;
  const { log_session_id: login, uid: userId, response } = read.value;
  const [challenge, signature] = [
    fromBase64(read.value.challenge),
    fromBase64(read.value.signature),
  ];
  if (challenge === null || signature === null) {
    return bad('challenge and signature must be base64');
  }
  const answer = readSmime(response);
  return answer === null
    ? fail({ code: 'cms_invalid', detail: 'the response is no MIME part in base64' })
    : ok({ login, challenge, signature, userId, answer });
}

export function readLoggingOut(body: Buffer): Result<LoggingOut, Refused> {
  const read = readParameters(body, LOGOUT);
  if (!read.ok) return read;
  const { log_session_id: login, uid: userId, sso_ticket: ticket } = read.value;
  return ok({ login, userId, ticket });
}

type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

export type RoleSelection = {
  readonly ticket: string;
  readonly roleProfile: string;
  readonly ssbMode: number;
};

const SELECTION = {
  token: /^.{1,800}$/,
  selectedRoleUid: /^\d{1,20}$/,
  ssbMode: /^[01]$/,
  fallbackStatus: /^[01]$/,
  gacVersion: /^[\w. -]{0,60}$/,
} as const;

export function readSelection(query: Query): Result<RoleSelection, Refused> {
  const read = matched((name) => textIn(query, name), SELECTION);
  if (!read.ok) return read;
  const { token, selectedRoleUid, ssbMode } = read.value;
  return ok({ ticket: token, roleProfile: selectedRoleUid, ssbMode: Number(ssbMode) });
}

/** The ticket that an assertion is asked for. */
export function readToken(query: Query): Result<string, Refused> {
  const read = matched((name) => textIn(query, name), { token: SELECTION.token });
  return read.ok ? ok(read.value.token) : read;
}

/** A parameter that is there twice is none: which of the two would count? */
function textIn(query: Query, name: string): string | undefined {
  const value = query[name];
  return typeof value === 'string' ? value : undefined;
}

type Shapes = Readonly<Record<string, RegExp>>;
type Texts<Of extends Shapes> = { readonly [Name in keyof Of]: string };

function readParameters<Of extends Shapes>(body: Buffer, shapes: Of): Result<Texts<Of>, Refused> {
  const read = readGpObject(body);
  if (!read.ok) return bad(read.error);
  return matched((name) => read.value.get(name)?.text, shapes);
}

function matched<Of extends Shapes>(
  textOf: (name: string) => string | undefined,
  shapes: Of,
): Result<Texts<Of>, Refused> {
  const entries: [string, string][] = [];
  for (const [name, shape] of Object.entries(shapes)) {
    const text = textOf(name);
    if (text === undefined) return bad(`${name} is missing`);
    if (!shape.test(text)) return bad(`${name} is not as it should be`);
    entries.push([name, text]);
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- one entry was made for each name
  return ok(Object.fromEntries(entries) as Texts<Of>);
}

function bad(detail: string): { readonly ok: false; readonly error: Refused } {
  return fail({ code: 'bad_request', detail });
}
