import { X509Certificate } from 'node:crypto';

import { fail, ok, type Result } from '../../../kernel/result.ts';
import { certificatePem } from '../../../platform/certificates.ts';
import { AUTHORITIES, type Purpose } from '../authority.ts';
import { type CardState, stateOf } from '../card.ts';
import { serialOf } from '../ocsp.ts';
import { authoritiesOf, type Cards } from '../pki/handle.ts';
import { findCard, findCertificate, type KeptCertificate } from '../repository.ts';

/** What is wrong with the certificate that somebody wants to sign in or to sign with, apart from who they are [IDENTITY 2.2]. */
export type LoginFault =
  | { readonly kind: 'CertificateUntrusted' }
  | { readonly kind: 'CertificateExpired' }
  | { readonly kind: 'CertificateRevoked' }
  | { readonly kind: 'CardInState'; readonly state: CardState };

export type LoginCard = {
  readonly cardNumber: string;
  readonly serial: string;
  readonly userId: string;
};

/**
 * Whose login certificate it is, if one may sign in with it at that time. The database is asked, not a list: what was
 * revoked a moment ago is revoked. Whoever calls this has proved that the key is there, by a signature or by TLS.
 */
export function checkLogin(
  cards: Cards,
  der: Buffer,
  at: Date,
): Promise<Result<LoginCard, LoginFault>> {
  return check(cards, { der, purpose: 'login' }, at);
}

/** The same of the certificate of the other key: whose it is, if one may sign prescriptions with it at that time. */
export function checkSigner(
  cards: Cards,
  der: Buffer,
  at: Date,
): Promise<Result<LoginCard, LoginFault>> {
  return check(cards, { der, purpose: 'signing' }, at);
}

async function check(
  cards: Cards,
  { der, purpose }: { readonly der: Buffer; readonly purpose: Purpose },
  at: Date,
): Promise<Result<LoginCard, LoginFault>> {
  const serial = serialOrNull(der);
  const known = serial === null ? null : await findCertificate(cards.database, serial);
  // Ours, bit by bit: then its authority need not be proved again.
  if (known === null || !known.der.equals(der) || known.purpose !== purpose) {
    return fail({ kind: 'CertificateUntrusted' });
  }
  const fault = await faultOf(cards, known, at);
  if (fault !== null) return fail(fault);
  const { cardNumber } = known;
  const card = await findCard(cards.database, cardNumber);
  return card === null
    ? fail({ kind: 'CertificateUntrusted' })
    : ok({ cardNumber, serial: known.serial, userId: card.userId });
}

/** Why what was begun with a login certificate cannot go on; null when it can. */
export async function loginFaultSince(
  cards: Cards,
  serial: string,
  at: Date,
): Promise<LoginFault | null> {
  const known = await findCertificate(cards.database, serial);
  return known === null ? { kind: 'CertificateUntrusted' } : faultOf(cards, known, at);
}

async function faultOf(
  { database }: Cards,
  { cardNumber, notBefore, notAfter, revokedAt }: KeptCertificate,
  at: Date,
): Promise<LoginFault | null> {
  const card = await findCard(database, cardNumber);
  if (card === null) return { kind: 'CertificateUntrusted' };
  const state = stateOf(card, at);
  if (state === 'Revoked' || state === 'Replaced') return { kind: 'CertificateRevoked' };
  if (state === 'Blocked') return { kind: 'CardInState', state };
  if (state === 'Expired' || notAfter <= at || at < notBefore) {
    return { kind: 'CertificateExpired' };
  }
  if (state !== 'Active') return { kind: 'CardInState', state };
  // An older one: of a card that had ended, and has others now.
  return revokedAt === null ? null : { kind: 'CertificateRevoked' };
}

function serialOrNull(der: Buffer): string | null {
  try {
    const certificate = new X509Certificate(der);
    return certificate.raw.equals(der) ? serialOf(der) : null;
  } catch {
    return null;
  }
}

/**
 * The certificates in PEM of those who may have issued a card's certificate for that purpose, up to the root: of
 * logins for a TLS server, of signatures for whoever verifies them.
 */
export async function authoritiesPem(cards: Cards, purpose: Purpose): Promise<string> {
  const authorities = Object.values(await authoritiesOf(cards));
  return authorities
    .filter(({ name }) => [null, purpose].includes(AUTHORITIES[name].purpose))
    .map(({ certificate }) => certificatePem(certificate))
    .join('');
}
