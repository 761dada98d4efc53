import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  type KeyObject,
  randomBytes,
  scrypt,
  sign,
} from 'node:crypto';

import { present } from '../../kernel/bug.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { type KeyType, makeKeyPair } from '../../platform/certificates.ts';
import type { Purpose } from './authority.ts';
import type { CardKeys, Hash, OpenCard } from './back-end.ts';

/**
 * A card as a file: both private keys as encrypted PKCS#8, under a key that opens with the passcode of the holder or
 * with the security officer's. It can lie in the database or with its holder.
 */
export type KeyFile = {
  readonly version: 1;
  readonly cardNumber: string;
  readonly login: string;
  readonly signing: string;
  /** The key of the file, sealed for each who may open it. */
  readonly holder: Sealed;
  readonly officer: Sealed;
};

type Sealed = { readonly salt: string; readonly box: string };

const CIPHER = 'aes-256-cbc'; // of PKCS#8, which every tool reads

export type NewKeyFile = {
  readonly file: KeyFile;
  readonly publicKeys: Readonly<Record<Purpose, Buffer>>;
};

/** Makes the keys of a card. */
export async function makeKeyFile(
  cardNumber: string,
  keyTypes: Readonly<Record<Purpose, KeyType>>,
  { pin, officerPin }: { readonly pin: string; readonly officerPin: string },
): Promise<NewKeyFile> {
  const [login, signing] = await Promise.all([
    makeKeyPair(keyTypes.login),
    makeKeyPair(keyTypes.signing),
  ]);
  const fileKey = randomBytes(32);
  const passphrase = fileKey.toString('base64');
  const encrypted = (der: Buffer): string =>
    createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({
      format: 'pem',
      type: 'pkcs8',
      cipher: CIPHER,
      passphrase,
    });
  return {
    file: {
      version: 1,
      cardNumber,
      login: encrypted(login.privateKey),
      signing: encrypted(signing.privateKey),
      holder: await seal(fileKey, pin),
      officer: await seal(fileKey, officerPin),
    },
    publicKeys: { login: login.publicKey, signing: signing.publicKey },
  };
}

/** The keys of a file, for whoever knows its passcode. */
export function keysOfFile(file: KeyFile): CardKeys {
  return {
    open: async (pin) => {
      const keys = await privateKeysIn(file, pin);
      return keys.ok ? ok(opened(keys.value)) : keys;
    },
  };
}

/** The private keys themselves: a file, unlike a chip, gives them to whoever knows its passcode. */
export async function privateKeysIn(
  file: KeyFile,
  pin: string,
): Promise<Result<PrivateKeys, 'PinWrong'>> {
  const fileKey = await unseal(file.holder, pin);
  if (fileKey === null) return fail('PinWrong');
  const passphrase = fileKey.toString('base64');
  const decrypted = (key: string): KeyObject =>
    createPrivateKey({ key, format: 'pem', passphrase });
  return ok({ login: decrypted(file.login), signing: decrypted(file.signing) });
}

type PrivateKeys = Readonly<Record<Purpose, KeyObject>>;

/** Gives it another passcode; the officer's opens it when the holder's is forgotten. */
export async function withNewPin(
  file: KeyFile,
  known: { readonly pin: string } | { readonly officerPin: string },
  newPin: string,
): Promise<Result<KeyFile, 'PinWrong'>> {
  const fileKey =
    'pin' in known
      ? await unseal(file.holder, known.pin)
      : await unseal(file.officer, known.officerPin);
  if (fileKey === null) return fail('PinWrong');
  return ok({ ...file, holder: await seal(fileKey, newPin) });
}

function opened(keys: PrivateKeys): OpenCard {
  return {
    sign: async (purpose: Purpose, hash: Hash, data: Buffer) => sign(hash, data, keys[purpose]),
    close: async () => undefined,
  };
}

const SALT_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SEAL = 'aes-256-gcm';

async function seal(fileKey: Buffer, pin: string): Promise<Sealed> {
  const salt = randomBytes(SALT_BYTES);
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(SEAL, await stretched(pin, salt), nonce);
  const box = Buffer.concat([nonce, cipher.update(fileKey), cipher.final(), cipher.getAuthTag()]);
  return { salt: salt.toString('base64'), box: box.toString('base64') };
}

/** Null when the passcode is not the right one. */
async function unseal({ salt, box }: Sealed, pin: string): Promise<Buffer | null> {
  const bytes = Buffer.from(box, 'base64');
  const key = await stretched(pin, Buffer.from(salt, 'base64'));
  const decipher = createDecipheriv(SEAL, key, bytes.subarray(0, NONCE_BYTES));
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  const opened = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
  try {
    return Buffer.concat([opened, decipher.final()]);
  } catch {
    return null; // the tag does not fit
  }
}

const KEY_BYTES = 32;

/** A passcode has few digits: each guess is made dear. */
function stretched(pin: string, salt: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(pin, salt, KEY_BYTES, (error, key) => {
      if (error === null) resolve(present(key, 'key'));
      else reject(error);
    });
  });
}
