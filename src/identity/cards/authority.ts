import type { KeyType } from '../../platform/certificates.ts';

/** What a key is for: signing in, or committing to what is signed. A card has one of each [IDENTITY 1.4]. */
export type Purpose = 'login' | 'signing';

/** The authorities of an installation: a root, and below it one for each purpose and kind of key. */
export const AUTHORITIES = {
  root: { commonName: 'OpenSpine Root G1', keyType: 'rsa', purpose: null },
  'login-rsa': { commonName: 'OpenSpine Login RSA G1', keyType: 'rsa', purpose: 'login' },
  'login-p256': { commonName: 'OpenSpine Login P256 G1', keyType: 'p256', purpose: 'login' },
  'signing-rsa': { commonName: 'OpenSpine Signing RSA G1', keyType: 'rsa', purpose: 'signing' },
  'signing-p256': { commonName: 'OpenSpine Signing P256 G1', keyType: 'p256', purpose: 'signing' },
} as const satisfies Record<
  string,
  { commonName: string; keyType: KeyType; purpose: Purpose | null }
>;
export type AuthorityName = keyof typeof AUTHORITIES;
export const AUTHORITY_NAMES = [
  'root',
  'login-rsa',
  'login-p256',
  'signing-rsa',
  'signing-p256',
] as const satisfies readonly AuthorityName[];

export function isAuthorityName(text: string): text is AuthorityName {
  return Object.hasOwn(AUTHORITIES, text);
}

/** An authority with its certificate in DER and its private key, PKCS#8 in DER. */
export type Authority = {
  readonly name: AuthorityName;
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
};

export const LIST_ENTRIES_MAX = 1_000; // of one revocation list: larger ones cannot be read by all [IDENTITY 2]

/** In which part of its authority's revocation list a certificate would stand, by its running number. */
export function shardOf(number: number): number {
  return Math.floor(number / LIST_ENTRIES_MAX);
}

const PKI = '/pki';

/** Where the public papers of the authorities are, below the address that certificates name. */
export const PKI_PATHS = {
  certificate: (name: AuthorityName) => `${PKI}/${name}.crt`,
  /** The root's is one list; the others' are in parts. */
  list: (name: AuthorityName, shard: number) =>
    name === 'root' ? `${PKI}/root.crl` : `${PKI}/${name}-c${shard}.crl`,
  ocsp: `${PKI}/ocsp`,
  statement: `${PKI}/cps`,
  all: `${PKI}/*`,
} as const;

/** Which list a path asks for; null when it is none. */
export function listAsked(
  path: string,
): { readonly name: AuthorityName; readonly shard: number } | null {
  const [, name = '', shard = '0'] = /^\/pki\/([a-z0-9-]+?)(?:-c(\d{1,7}))?\.crl$/.exec(path) ?? [];
  const asked = isAuthorityName(name) ? { name, shard: Number(shard) } : null;
  return asked !== null && PKI_PATHS.list(asked.name, asked.shard) === path ? asked : null;
}
