import { X509Certificate } from 'node:crypto';

import { familyOf } from '../../gateways/hl7v3/directory.ts';
import { present } from '../../kernel/bug.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { newSerial } from '../../platform/certificates.ts';
import type { Database } from '../../platform/database.ts';
import {
  certifyListener,
  certifyParty,
  endpointValidity,
  fingerprintOf,
  makeAuthority,
} from './certificates.ts';
import { fresh } from './fresh.ts';
import { ownHandlers } from './own-handlers.ts';
import {
  addEndpointKey,
  addOwnHandlers,
  type EndpointCertificate,
  type EndpointKey,
  findCertificates,
  handlersOfParty,
  interactionsOfSystem,
  keepCertificate,
  readEndpointKey,
  type Replaced,
  replaceEndpointKey,
  systemsOfParty,
  validCertificates,
} from './repository.ts';
import type { AccreditedSystem, MessageHandler } from './system.ts';

export { fingerprintOf } from './certificates.ts';
export {
  certificatesEnding,
  type EndpointCertificate,
  type EndpointKey,
  endpointKeys,
  findCertificates,
  handlersOfParty,
  keepEndpoints,
  revokeCertificate,
  systemsOfParty,
  systemsWithAsids,
} from './repository.ts';
export {
  type AccreditedSystem,
  ASID,
  type MessageHandler,
  mmInteraction,
  PARTY_KEY,
  USUAL_RELIABILITY,
} from './system.ts';

/** A party that a certificate is of, and the ASIDs for which it speaks. */
export type Party = Pick<EndpointCertificate, 'partyKey' | 'asids'>;

/** A certificate that was given out and does not count any more. */
export type Lapsed = Pick<EndpointCertificate, 'serial' | 'partyKey' | 'asids'> & {
  readonly why: 'ended' | 'revoked';
  readonly since: Date;
};

/** The directory as a listener asks it again and again; what it says is a few seconds old at most. */
export type Parties = {
  /** By the certificate in DER; null when it is not known, over or revoked. */
  readonly admit: (certificate: Buffer) => Promise<Party | null>;
  /** Null: it counts, or is not known. */
  readonly lapsed: (certificate: Buffer) => Promise<Lapsed | null>;
  readonly systemsOf: (partyKey: string) => Promise<readonly AccreditedSystem[]>;
  /** CPA ids of a party, by the family of their interaction. */
  readonly contractsOf: (partyKey: string) => Promise<ReadonlyMap<string, string>>;
  /** Where and how a party takes an interaction; null: nowhere. */
  readonly handlerOf: (partyKey: string, interaction: string) => Promise<MessageHandler | null>;
  /** Fingerprints, in hexadecimal, of the certificates of a party that count. */
  readonly certificatesOf: (partyKey: string) => Promise<ReadonlySet<string>>;
};

const FRESH_MS = 5_000;

export function openParties(database: Database, now: () => Date): Parties {
  const handlersOf = fresh(async (partyKey) => {
    const handlers = await handlersOfParty(database, partyKey);
    return new Map(handlers.map((one) => [familyOf(one.interaction), one]));
  }, FRESH_MS);
  const admit = fresh(async (fingerprint) => {
    const by = { fingerprint: Buffer.from(fingerprint, 'hex') };
    const [found] = await validCertificates(database, by, now());
    return found ?? null;
  }, FRESH_MS);
  const lapsed = fresh(async (fingerprint) => {
    const [found] = await findCertificates(database, {
      fingerprint: Buffer.from(fingerprint, 'hex'),
    });
    return found === undefined ? null : lapsedOf(found, now());
  }, FRESH_MS);
  return {
    admit: (certificate) => admit(fingerprintTextOf(certificate)),
    lapsed: (certificate) => lapsed(fingerprintTextOf(certificate)),
    systemsOf: fresh((partyKey) => systemsOfParty(database, partyKey), FRESH_MS),
    contractsOf: async (partyKey) =>
      new Map([...(await handlersOf(partyKey))].map(([family, { cpaId }]) => [family, cpaId])),
    handlerOf: async (partyKey, interaction) =>
      (await handlersOf(partyKey)).get(familyOf(interaction)) ?? null,
    certificatesOf: fresh(async (partyKey) => {
      const counting = await validCertificates(database, { partyKey }, now());
      return new Set(counting.map(({ fingerprint }) => fingerprint.toString('hex')));
    }, FRESH_MS),
  };
}

/** In hexadecimal. A connection shows the same certificate with each of its requests. */
function fingerprintTextOf(certificate: Buffer): string {
  const known = fingerprints.get(certificate);
  if (known !== undefined) return known;
  const fingerprint = fingerprintOf(certificate).toString('hex');
  fingerprints.set(certificate, fingerprint);
  return fingerprint;
}

const fingerprints = new WeakMap<Buffer, string>();

function lapsedOf({ revokedAt, expiresAt, ...of }: EndpointCertificate, at: Date): Lapsed | null {
  const { serial, partyKey, asids } = of;
  if (revokedAt !== null) return { serial, partyKey, asids, why: 'revoked', since: revokedAt };
  if (expiresAt > at) return null;
  return { serial, partyKey, asids, why: 'ended', since: expiresAt };
}

/**
 * Whether the system with this ASID was accredited for an interaction; so is one that the directory does not know, for
 * which its application answers. As old as `Parties`.
 */
export function openAccreditation(
  database: Database,
): (asid: string, interaction: string) => Promise<boolean> {
  const interactionsOf = fresh((asid) => interactionsOfSystem(database, asid), FRESH_MS);
  return async (asid, interaction) => (await interactionsOf(asid))?.includes(interaction) ?? true;
}

/** What certifies endpoints here; the first who asks makes it. */
export async function endpointAuthority(database: Database, at: Date): Promise<EndpointKey> {
  const known = await readEndpointKey(database, 'authority');
  if (known !== null) return known;
  await addEndpointKey(database, 'authority', await makeAuthority(newSerial(), at), at);
  return present(await readEndpointKey(database, 'authority'), 'endpoint authority');
}

const RENEW_BEFORE_DAYS = 90;
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2'; // RFC 5280 4.2.1.12

/** What the listener of a datacentre shows; made anew when its names changed or its time is nearly over. */
export async function listenerKey(
  database: Database,
  { datacentre, names }: { readonly datacentre: 'a' | 'b'; readonly names: readonly string[] },
  at: Date,
): Promise<EndpointKey> {
  const name = `listener-${datacentre}` as const;
  const authority = await endpointAuthority(database, at);
  const known = await readEndpointKey(database, name);
  if (known !== null && isListenerGood(known, names, at)) return known;
  const wanted = { serial: newSerial(), validity: endpointValidity(at) };
  const made = await certifyListener(authority, names, wanted);
  if (known === null) await addEndpointKey(database, name, made, at);
  else await replaceEndpointKey(database, name, made, at);
  return present(await readEndpointKey(database, name), 'key of the listener');
}

function isListenerGood({ certificate }: EndpointKey, names: readonly string[], at: Date): boolean {
  const { validToDate, subjectAltName = '', keyUsage } = new X509Certificate(certificate);
  const renewAt = validToDate.getTime() - RENEW_BEFORE_DAYS * 86_400_000;
  const known = subjectAltName.split(', ').map((one) => one.replace(/^(DNS|IP Address):/, ''));
  const isClientToo = keyUsage.includes(CLIENT_AUTH);
  return isClientToo && at.getTime() < renewAt && known.join() === names.join();
}

export type Issued = EndpointKey & { readonly serial: string; readonly expiresAt: Date };

/** Certifies a party for systems of its own; the private key is given out once and not kept. */
export function issueCertificate(
  database: Database,
  party: Party,
  at: Date,
): Promise<Result<Issued, string>> {
  return certifyAnew(database, party, { at, replaced: null });
}

async function certifyAnew(
  database: Database,
  { partyKey, asids }: Party,
  { at, replaced }: { readonly at: Date; readonly replaced: Replaced | null },
): Promise<Result<Issued, string>> {
  const systems = await systemsOfParty(database, partyKey);
  const strange = asids.find((asid) => systems.every((system) => system.asid !== asid));
  if (strange !== undefined) {
    return fail(`the directory has no accredited system ${strange} of party ${partyKey}`);
  }
  const serial = newSerial();
  const validity = endpointValidity(at);
  const authority = await endpointAuthority(database, at);
  const made = await certifyParty(authority, partyKey, { serial, validity });
  const kept = {
    fingerprint: fingerprintOf(made.certificate),
    serial,
    partyKey,
    asids,
    certificate: made.certificate,
    issuedAt: at,
    expiresAt: validity.until,
    revokedAt: null,
  };
  await keepCertificate(database, kept, replaced);
  return ok({ ...made, serial, expiresAt: validity.until });
}

const OVERLAP_DAYS = 7;

/** Certifies the same party anew; the old certificate counts some days on, so that nothing stands still. */
export async function rotateCertificate(
  database: Database,
  old: string,
  at: Date,
): Promise<Result<Issued & Party, string>> {
  const [known] = await findCertificates(database, { serial: old });
  if (known === undefined) return fail(`there is no certificate ${old}`);
  if (known.revokedAt !== null) return fail(`certificate ${old} is revoked`);
  const { partyKey, asids } = known;
  const until = new Date(at.getTime() + OVERLAP_DAYS * 86_400_000);
  const replaced = { serial: old, until };
  const issued = await certifyAnew(database, known, { at, replaced });
  return issued.ok ? ok({ ...issued.value, partyKey, asids }) : issued;
}

/** Says in the directory where this Spine takes messages. */
export async function tellOwnHandlers(
  database: Database,
  own: Parameters<typeof ownHandlers>[0],
  at: Date,
): Promise<void> {
  await addOwnHandlers(database, ownHandlers(own), at);
}
