import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto';

import { join, type Share, split } from './shares.ts';
import { Trouble } from '../trouble.ts';

/** What opens the backups of a store. The private key is of no use without its passphrase, which nobody has whole. */
export type RecoveryKey = {
  readonly publicPem: string;
  /** Encrypted with the passphrase. */
  readonly privatePem: string;
  /** Of the passphrase, for as many people; one text each. */
  readonly shares: readonly string[];
};

export const SHARES = 5;
const SHARES_NEEDED = 3;
const PASSPHRASE_BYTES = 32;
const RSA_BITS = 3_072;

/** Three of five people open a backup together [RELIABILITY 7.6]. */
export function makeRecoveryKey(): RecoveryKey {
  const passphrase = randomBytes(PASSPHRASE_BYTES);
  const pair = generateKeyPairSync('rsa', {
    modulusLength: RSA_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: {
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: passphrase.toString('base64'),
    },
  });
  const shares = split(passphrase, SHARES, SHARES_NEEDED);
  return { publicPem: pair.publicKey, privatePem: pair.privateKey, shares: shares.map(shareText) };
}

export function publicKeyOf(pem: string): KeyObject {
  return createPublicKey(pem);
}

/** Opens the private key with the shares that people brought; throws when they are too few or of another key. */
export function unlock(privatePem: string, texts: readonly string[]): KeyObject {
  const shares = [...new Map(texts.map(parseShare).map((one) => [one.number, one])).values()];
  if (shares.length < SHARES_NEEDED) {
    throw new Trouble(
      `These backups are encrypted: ${SHARES_NEEDED} shares of the recovery key are needed, ${shares.length} came`,
      'name the files of the shares after the options: spine restore … share-1.txt share-2.txt share-4.txt',
    );
  }
  try {
    return createPrivateKey({ key: privatePem, passphrase: join(shares).toString('base64') });
  } catch {
    throw new Trouble(
      'The shares do not open the recovery key of these backups',
      'bring shares that were made together with it (spine backup key), none of them twice',
    );
  }
}

function shareText({ number, bytes }: Share): string {
  return `openspine recovery share ${number}/${SHARES} ${bytes.toString('base64url')}`;
}

function parseShare(text: string): Share {
  const [, number, bytes] = /^openspine recovery share (\d)\/\d (\S+)\s*$/.exec(text) ?? [];
  if (number === undefined || bytes === undefined) {
    throw new Trouble(
      'A file that was named holds no share of a recovery key',
      'name the files that spine backup key wrote (share-1.txt and so on)',
    );
  }
  return { number: Number(number), bytes: Buffer.from(bytes, 'base64url') };
}
