import { X509Certificate } from 'node:crypto';

import { present } from '../../../kernel/bug.ts';
import { newSerial, type Validity } from '../../../platform/certificates.ts';
import type { Clock } from '../../../platform/clock.ts';
import type { Database } from '../../../platform/database.ts';
import type { HttpResponse, HttpRoute } from '../../../platform/http.ts';
import {
  type Authority,
  AUTHORITY_NAMES,
  type AuthorityName,
  listAsked,
  PKI_PATHS,
} from '../authority.ts';
import { authorityValidityFrom, makeAuthority } from '../certificates.ts';
import {
  askedOf,
  type CertificateStatus,
  makeAnswer,
  OCSP_MALFORMED,
  OCSP_UNAUTHORIZED,
  readRequest,
  serialOf,
} from '../ocsp.ts';
import { findCertificate, keepAuthorities, readAuthorities } from '../repository.ts';
import { makeList } from '../revocation-list.ts';
import { listVersions, revokedIn } from './repository.ts';

/** The cards of an installation and its authorities, and the address that certificates name for questions about them. */
export type Cards = { readonly database: Database; readonly pkiUrl: string };

/** The authorities of this installation; the first start makes them, for twenty years if nothing else is said. */
export async function authoritiesOf(
  { database, pkiUrl }: Cards,
  wanted?: Validity,
): Promise<Readonly<Record<AuthorityName, Authority>>> {
  const known = await readAuthorities(database);
  if (known.length > 0) return byName(known);
  const at = new Date();
  const validity = wanted ?? authorityValidityFrom(at);
  const root = await makeAuthority('root', { root: null, serial: newSerial(), validity }, pkiUrl);
  const below = AUTHORITY_NAMES.filter((name) => name !== 'root').map((name) =>
    makeAuthority(name, { root, serial: newSerial(), validity }, pkiUrl),
  );
  await keepAuthorities(database, [root, ...(await Promise.all(below))], at);
  return byName(await readAuthorities(database));
}

function byName(authorities: readonly Authority[]): Readonly<Record<AuthorityName, Authority>> {
  const find = (name: AuthorityName): Authority =>
    present(
      authorities.find((one) => one.name === name),
      name,
    );
  return {
    root: find('root'),
    'login-rsa': find('login-rsa'),
    'login-p256': find('login-p256'),
    'signing-rsa': find('signing-rsa'),
    'signing-p256': find('signing-p256'),
  };
}

const STATEMENT = `Certificates of this installation of OpenSpine. They say who holds a card of this installation,
and nothing to anybody outside it.
`;

/** The public papers of the authorities: certificates, revocation lists, the answers to questions about one certificate. */
export function pkiRoutes(cards: Cards, clock: Clock): HttpRoute[] {
  const lists = listMaker(cards);
  return [
    { method: 'GET', path: PKI_PATHS.statement, handle: () => plain(200, STATEMENT) },
    {
      method: 'POST',
      path: PKI_PATHS.ocsp,
      handle: ({ body }) => ocsp(cards, body, clock.securityNow()),
    },
    {
      method: 'GET',
      path: PKI_PATHS.all,
      handle: ({ path }) => paper(cards, lists, path, clock.securityNow()),
    },
  ];
}

type Lists = (name: AuthorityName, shard: number, now: Date) => Promise<Buffer>;

async function paper(cards: Cards, lists: Lists, path: string, now: Date): Promise<HttpResponse> {
  const certificate = AUTHORITY_NAMES.find((name) => PKI_PATHS.certificate(name) === path);
  if (certificate !== undefined) {
    const authorities = await authoritiesOf(cards);
    return der('application/pkix-cert', authorities[certificate].certificate);
  }
  const list = listAsked(path);
  if (list !== null) return der('application/pkix-crl', await lists(list.name, list.shard, now));
  const question = path.startsWith(`${PKI_PATHS.ocsp}/`)
    ? path.slice(PKI_PATHS.ocsp.length + 1)
    : '';
  if (question === '') return plain(404, 'There is no such paper.\n');
  return ocsp(cards, Buffer.from(decoded(question), 'base64'), now);
}

/** In a GET the request is part of the path (RFC 6960 A.1). */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return '';
  }
}

const REMADE_AFTER_MS = 600_000;

/** Lists are dear to sign: one that says the same is given again for ten minutes. */
function listMaker(cards: Cards): Lists {
  const made = new Map<string, { readonly entries: string; at: number; list: Buffer }>();
  return async (name, shard, now) => {
    const revoked = await revokedIn(cards.database, name, shard);
    const entries = JSON.stringify(revoked);
    const known = made.get(`${name} ${shard}`);
    const ageMs = now.getTime() - (known?.at ?? 0);
    const isFresh = ageMs >= 0 && ageMs < REMADE_AFTER_MS;
    if (known !== undefined && known.entries === entries && isFresh) return known.list;
    const authority = (await authoritiesOf(cards))[name];
    const list = await makeList(authority, shard, revoked, { now, pkiUrl: cards.pkiUrl });
    if (made.size >= LISTS_KEPT_MAX) made.clear();
    made.set(`${name} ${shard}`, { entries, at: now.getTime(), list });
    return list;
  };
}

const LISTS_KEPT_MAX = 200;

/** A revocation list of this installation, by its distribution point and the SHA-256 of who signs it. */
export type OwnList = {
  readonly uri: string;
  readonly authority: string;
  /** Another one when it says something else. */
  readonly version: string;
};

/** The lists that say which signing certificates of cards are revoked, for whoever verifies prescriptions in this installation. */
export function signingLists(cards: Cards): {
  /** As they are now. */
  readonly all: () => Promise<OwnList[]>;
  /** The list of a distribution point, in DER; null: it is not one of this installation. */
  readonly read: (uri: string, now: Date) => Promise<Buffer | null>;
} {
  const lists = listMaker(cards);
  const { database, pkiUrl } = cards;
  return {
    all: async () => {
      const authorities = await authoritiesOf(cards);
      const parts = await listVersions(database, ['root', 'signing-rsa', 'signing-p256']);
      return parts.map(({ authority, shard, version }) => ({
        uri: `${pkiUrl}${PKI_PATHS.list(authority, shard)}`,
        authority: new X509Certificate(authorities[authority].certificate).fingerprint256,
        version,
      }));
    },
    read: async (uri, now) => {
      const asked = uri.startsWith(pkiUrl) ? listAsked(uri.slice(pkiUrl.length)) : null;
      return asked === null ? null : lists(asked.name, asked.shard, now);
    },
  };
}

async function ocsp(cards: Cards, body: Buffer, now: Date): Promise<HttpResponse> {
  const request = readRequest(body);
  if (request === null) return der('application/ocsp-response', OCSP_MALFORMED);
  const authorities = Object.values(await authoritiesOf(cards));
  const asked = askedOf(request, authorities);
  if (asked === null) return der('application/ocsp-response', OCSP_UNAUTHORIZED);
  const own = new Set(authorities.map(({ certificate }) => serialOf(certificate)));
  const statuses = await Promise.all(
    asked.certificates.map(async ({ serial }) =>
      asked.authority.name === 'root' && own.has(serial)
        ? ({ kind: 'good' } as const)
        : statusOf(cards, asked.authority, serial),
    ),
  );
  return der('application/ocsp-response', await makeAnswer(asked, statuses, now));
}

async function statusOf(
  { database }: Cards,
  { name }: Authority,
  serial: string,
): Promise<CertificateStatus> {
  const certificate = await findCertificate(database, serial);
  if (certificate?.authority !== name) return { kind: 'unknown' };
  const { revokedAt, revocationReason } = certificate;
  return revokedAt === null
    ? { kind: 'good' }
    : { kind: 'revoked', at: revokedAt, reason: revocationReason ?? 0 };
}

function der(type: string, body: Buffer): HttpResponse {
  return { status: 200, headers: { 'Content-Type': type }, body };
}

function plain(status: number, body: string): HttpResponse {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body };
}
