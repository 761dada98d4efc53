import { escapeAttribute, escapeText } from '../../gateways/xml/escape.ts';
import { commonName, type User } from '../people/index.ts';
import { ACTIVITIES } from '../rbac/activities.ts';
import { REFUSALS, type Refused, textOf } from './refusals.ts';
import type { Ticket } from './ticket.ts';

/** What a national application is told of who is signed in [IDENTITY 2.3]. */
export type Told = {
  readonly ticket: Ticket;
  /** As it was sent. */
  readonly ticketText: string;
  readonly user: User;
  /** Role profiles that are open now. */
  readonly roles: User['roleProfiles'];
  readonly chosen: string;
  /** 1 only in training. */
  readonly ssbMode: number;
};

export type Asked = {
  readonly at: Date;
  readonly issuer: string;
  /** Address of the caller. */
  readonly recipient: string;
  readonly assertionId: string;
};

const SAML = 'urn:oasis:names:tc:SAML:1.0:assertion';
const SAMLP = 'urn:oasis:names:tc:SAML:1.0:protocol';
const ATTRIBUTES = 'http://www.syntegra.com';
const SSO_METHOD = 'urn:com:sun:identity';
const LOGIN_METHOD = 'urn:com:sun:identity:ExtendedLoginModule';
const BEFORE_MS = 180_000;
const AFTER_MS = 60_000;
const VERSION_1_1 = { MajorVersion: '1', MinorVersion: '1' };

/** A SAML 1.0 answer, unsigned, of the one shape that the broker has always had. */
export function assertionResponse(told: Told, asked: Asked): string {
  const { at, issuer, assertionId } = asked;
  const conditions = tag('saml:Conditions', {
    NotBefore: instant(new Date(at.getTime() - BEFORE_MS)),
    NotOnOrAfter: instant(new Date(at.getTime() + AFTER_MS)),
  });
  const assertion = tag(
    'saml:Assertion',
    {
      'xmlns:saml': SAML,
      ...VERSION_1_1,
      AssertionID: assertionId,
      Issuer: issuer,
      IssueInstant: instant(at),
    },
    conditions,
    tag(
      'saml:AttributeStatement',
      {},
      subject(told, authentication(told, asked)),
      attributes(told),
    ),
  );
  return response(asked, tag('samlp:StatusCode', { Value: 'samlp:Success' }), assertion);
}

/** The answer about a ticket that is worth nothing, or whose user may do nothing. */
export function deniedResponse(asked: Asked, refused: Refused): string {
  const { code } = refused;
  const denied = tag('samlp:StatusCode', { Value: 'samlp:RequestDenied' });
  const status = [
    tag('samlp:StatusCode', { Value: 'samlp:Sender' }, denied),
    tag('samlp:StatusMessage', {}, escapeText(textOf(refused))),
    tag(
      'samlp:StatusDetail',
      {},
      tag('error_code', {}, code),
      tag('error_concerns', {}, REFUSALS[code].concerns),
    ),
  ];
  return response(asked, status.join(''), '');
}

function response({ at, recipient }: Asked, status: string, assertion: string): string {
  const whole = tag(
    'samlp:Response',
    {
      'xmlns:samlp': SAMLP,
      ResponseID: 'null',
      InResponseTo: 'null',
      ...VERSION_1_1,
      IssueInstant: instant(at),
      Recipient: recipient,
    },
    tag('samlp:Status', {}, status),
    assertion,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n${whole}\n`;
}

/** Inside the subject stands a second assertion: how and when they logged in. */
function authentication({ ticket, ticketText, user }: Told, asked: Asked): string {
  const { at, issuer, recipient, assertionId } = asked;
  return tag(
    'saml:Assertion',
    {
      'xmlns:saml': SAML,
      ...VERSION_1_1,
      AssertionID: `${assertionId}-login`,
      Issuer: issuer,
      IssueInstant: instant(at),
    },
    tag(
      'saml:AuthenticationStatement',
      {
        AuthenticationInstant: instant(ticket.loggedInAt),
        AuthenticationMethod: LOGIN_METHOD,
      },
      subject({ user }, escapeText(ticketText)),
      tag('saml:SubjectLocality', { IPAddress: recipient }),
    ),
  );
}

function subject({ user }: Pick<Told, 'user'>, data: string): string {
  return tag(
    'saml:Subject',
    {},
    tag('saml:NameIdentifier', { NameQualifier: 'o=nhs' }, `uid=${user.userId},ou=People,o=nhs`),
    tag(
      'saml:SubjectConfirmation',
      {},
      tag('saml:ConfirmationMethod', {}, SSO_METHOD),
      tag('saml:SubjectConfirmationData', {}, data),
    ),
  );
}

type Attribute = readonly [name: string, values: readonly (string | null)[]];

/** Flat, in the order of the contract; what is empty is left out. */
function attributes({ user, roles, chosen, ssbMode }: Told): string {
  const all: Attribute[] = [
    ['ssbAssertionVersion', ['1.1']],
    ['cn', [commonName(user)]],
    ['uid', [user.userId]],
    ['nhsOcsPrCode', [user.prescriberCode]],
    ['ssbSessionRoleUid', [chosen]],
    ['ssbMode', [String(ssbMode)]],
    ...roles.flatMap(roleAttributes),
  ];
  return all.map(([name, values]) => attribute(name, values)).join('');
}

function roleAttributes(role: User['roleProfiles'][number]): Attribute[] {
  const { areasOfWork, workgroups, activities } = role;
  return [
    ['nhsIdCode', [role.ods]],
    ['o', [role.organisationName]],
    ['nhsAreaOfWork', areasOfWork.map(({ name }) => name)],
    ['nhsAreaOfWorkCodes', areasOfWork.map(({ code }) => code)],
    ['nhsWorkGroups', workgroups.map(({ name }) => name)],
    ['nhsWorkGroupsCodes', workgroups.map(({ code }) => code)],
    ['nhsBusinessFunctions', activities.map((code) => ACTIVITIES[code]?.name ?? null)],
    ['nhsBusinessFunctionsCodes', activities],
    ['nhsJobRole', [role.jobRoleName]],
    ['uniqueIdentifier', [role.roleProfileId]],
    ['nhsJobRoleCode', [role.jobRole]],
  ];
}

function attribute(name: string, values: readonly (string | null)[]): string {
  const written = values
    .filter((value) => value !== null && value !== '')
    .map((value) => tag('saml:AttributeValue', {}, escapeText(value ?? '')));
  if (written.length === 0) return '';
  return tag('saml:Attribute', { AttributeName: name, AttributeNamespace: ATTRIBUTES }, ...written);
}

/** `inner` is XML already. */
function tag(name: string, of: Readonly<Record<string, string>>, ...inner: string[]): string {
  const written = Object.entries(of).map(([key, value]) => ` ${key}="${escapeAttribute(value)}"`);
  const open = `<${name}${written.join('')}`;
  const text = inner.join('');
  return text === '' ? `${open}/>` : `${open}>${text}</${name}>`;
}

/** To the second: the clients of 2014 read no fractions. */
function instant(at: Date): string {
  return at.toISOString().replace(/\.\d+Z$/, 'Z');
}
