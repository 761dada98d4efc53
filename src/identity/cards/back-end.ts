import type { Result } from '../../kernel/result.ts';
import type { Purpose } from './authority.ts';

export type Hash = 'sha1' | 'sha256';

/** The private keys of a card, wherever they are: in a file, in a chip behind PKCS#11. */
export type CardKeys = {
  /** Whoever calls this has noted the attempt before: a wrong passcode must count, whatever happens then. */
  open(pin: string): Promise<Result<OpenCard, PinFault>>;
};

/** `Blocked`: a chip itself has counted too many, and takes none any more. */
export type PinFault = 'PinWrong' | 'Blocked';

/** A card whose passcode was right. */
export type OpenCard = {
  /** Signs the hash of data with one of its keys: PKCS#1 1.5, or ECDSA in DER. */
  sign(purpose: Purpose, hash: Hash, data: Buffer): Promise<Buffer>;
  close(): Promise<void>;
};

const PIN = /^\d{6,8}$/; // [IDENTITY 1.4]

export function isPin(text: string): boolean {
  return PIN.test(text);
}
