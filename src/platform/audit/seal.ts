import { hash, type KeyObject, sign, verify } from 'node:crypto';

import { LEAF_BYTES, leafOf, rootOf } from './merkle.ts';
import { idOf } from './entry.ts';

/** The head of the tree over some rows, chained to the one before and signed [RELIABILITY 7.5]. */
export type Seal = {
  /** From one, without a gap. */
  readonly number: number;
  /** ISO 8601, by the clock of the database. */
  readonly sealedAt: string;
  /** Rows that earlier seals hold; its own follow them. */
  readonly before: number;
  readonly rows: number;
  /** Every row up to this id is sealed, but those that were not committed yet. */
  readonly lastId: number;
  /** Hash of the seal before it, in hex; noughts for the first. */
  readonly previous: string;
  /** In hex. */
  readonly root: string;
  /** SHA-256 of the public key (SPKI), in hex. */
  readonly keyId: string;
  /** Ed25519 over the statement, in base64. */
  readonly signature: string;
};

/** Which rows a seal is over, in their order, and the leaf of each. */
export type Sealed = { readonly ids: readonly number[]; readonly leaves: Buffer };

export const NO_SEAL = '0'.repeat(LEAF_BYTES * 2);

export type SealKey = { readonly id: string; readonly privateKey: KeyObject };

type Signed = Omit<Seal, 'signature'>;

/** What is signed. */
function statementOf(seal: Signed): Buffer {
  const { number, sealedAt, before, rows, lastId, previous, root, keyId } = seal;
  const parts = [number, sealedAt, before, rows, lastId, previous, root, keyId];
  return Buffer.from(`OpenSpine audit seal\n${parts.join('\n')}\n`);
}

/** As the next seal names it. */
export function hashOf(seal: Signed): string {
  return hash('sha256', statementOf(seal));
}

/** Seals at least one row, given as lines; `last` is the seal before. */
export function sealOf(
  lines: readonly string[],
  last: Seal | null,
  how: { readonly sealedAt: string; readonly lastId: number; readonly key: SealKey },
): { readonly seal: Seal; readonly sealed: Sealed } {
  const leaves = Buffer.concat(lines.map(leafOf));
  const signed = {
    number: (last?.number ?? 0) + 1,
    sealedAt: how.sealedAt,
    before: last === null ? 0 : last.before + last.rows,
    rows: lines.length,
    lastId: how.lastId,
    previous: last === null ? NO_SEAL : hashOf(last),
    root: rootOf(leaves).toString('hex'),
    keyId: how.key.id,
  };
  const signature = sign(null, statementOf(signed), how.key.privateKey).toString('base64');
  const ids = lines.map((line) => idOf(line) ?? 0);
  return { seal: { ...signed, signature }, sealed: { ids, leaves } };
}

export function isSignedBy(seal: Seal, publicKey: KeyObject): boolean {
  return verify(null, statementOf(seal), publicKey, Buffer.from(seal.signature, 'base64'));
}

/** Null when the text is no JSON. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Reads a seal out of JSON; null when it is none. */
export function readSeal(value: unknown): Seal | null {
  if (typeof value !== 'object' || value === null) return null;
  const members: ReadonlyMap<string, unknown> = new Map(Object.entries(value));
  const number = (name: string): number => {
    const one = members.get(name);
    return typeof one === 'number' && Number.isSafeInteger(one) ? one : Number.NaN;
  };
  const text = (name: string): string => {
    const one = members.get(name);
    return typeof one === 'string' ? one : '';
  };
  const seal = {
    number: number('number'),
    sealedAt: text('sealedAt'),
    before: number('before'),
    rows: number('rows'),
    lastId: number('lastId'),
    previous: text('previous'),
    root: text('root'),
    keyId: text('keyId'),
    signature: text('signature'),
  };
  return Object.values(seal).some((one) => one === '' || Number.isNaN(one)) ? null : seal;
}

const ID_BYTES = 8;

/** 40 bytes a row: its id and its leaf. */
export function bytesOf({ ids, leaves }: Sealed): Buffer {
  const idBytes = Buffer.alloc(ids.length * ID_BYTES);
  for (const [place, id] of ids.entries()) idBytes.writeBigUInt64BE(BigInt(id), place * ID_BYTES);
  return Buffer.concat([idBytes, leaves]);
}

export function sealedOf(bytes: Buffer): Sealed {
  const rows = Math.floor(bytes.length / (ID_BYTES + LEAF_BYTES));
  const ids = Array.from({ length: rows }, (_, place) =>
    Number(bytes.readBigUInt64BE(place * ID_BYTES)),
  );
  return { ids, leaves: bytes.subarray(rows * ID_BYTES) };
}
