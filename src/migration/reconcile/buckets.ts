import { createHash } from 'node:crypto';

import { canonicalJson, type Json } from '../canonical.ts';
import type { View } from './old-view.ts';

export const BUCKETS = 4096; // by the first 12 bits of the hash of an id [MIGRATION 6]
const MODULUS = 2n ** 256n;
const HASH_DIGITS = 64;

/** Counts and sums of hashes by bucket: sums, as two that are the same would cancel each other in an exclusive or. */
export class Buckets {
  readonly #counts = new Uint32Array(BUCKETS);
  readonly #sums = new Map<number, bigint>();

  add(id: string, view: View): void {
    this.addHash(id, hashOf(id, view));
  }

  /** `hex`: of what an id is, by `hashOf`. */
  addHash(id: string, hex: string): void {
    const bucket = bucketOf(id);
    const hash = BigInt(`0x${hex}`);
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#sums.set(bucket, ((this.#sums.get(bucket) ?? 0n) + hash) % MODULUS);
  }

  /** Of one bucket, `count:sum`. */
  value(bucket: number): string {
    return `${this.#counts[bucket] ?? 0}:${(this.#sums.get(bucket) ?? 0n).toString(16)}`;
  }

  differing(other: Buckets): number[] {
    const all = Array.from({ length: BUCKETS }, (_, bucket) => bucket);
    return all.filter((bucket) => this.value(bucket) !== other.value(bucket));
  }

  /** Of each bucket, `count:sum` with the sum as base64url: what anybody computes once more from the export. */
  values(): string[] {
    return Array.from({ length: BUCKETS }, (_, bucket) => {
      const sum = (this.#sums.get(bucket) ?? 0n).toString(16).padStart(HASH_DIGITS, '0');
      return `${this.#counts[bucket] ?? 0}:${Buffer.from(sum, 'hex').toString('base64url')}`;
    });
  }

  digest(): string {
    const hash = createHash('sha256');
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) hash.update(`${this.value(bucket)}\n`);
    return hash.digest('hex');
  }
}

export function bucketOf(id: string): number {
  return createHash('sha256').update(id).digest().readUInt16BE(0) >> 4;
}

/** SHA-256 of what an id is, as canonical JSON. */
export function hashOf(id: string, view: View): string {
  const row: Json = { id, ...view };
  return createHash('sha256').update(canonicalJson(row)).digest('hex');
}
