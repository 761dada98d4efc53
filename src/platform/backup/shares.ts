import { randomBytes } from 'node:crypto';

/** One part of a secret; `number` is where it stands among them, from 1. */
export type Share = { readonly number: number; readonly bytes: Buffer };

/**
 * Splits a secret so that any `needed` of the shares give it back and fewer say nothing about it
 * (A. Shamir, How to share a secret, 1979), byte by byte over the field of AES [RELIABILITY 7.6].
 */
export function split(secret: Buffer, count: number, needed: number): Share[] {
  const shares = Array.from({ length: count }, (_, place) => ({
    number: place + 1,
    bytes: Buffer.alloc(secret.length),
  }));
  for (const [at, byte] of secret.entries()) {
    const polynomial = [byte, ...randomBytes(needed - 1)];
    for (const { number, bytes } of shares) bytes[at] = valueAt(polynomial, number);
  }
  return shares;
}

/** The secret, when there are enough shares and all are of it; else other bytes. */
export function join(shares: readonly Share[]): Buffer {
  const length = shares[0]?.bytes.length ?? 0;
  return Buffer.from(Array.from({ length }, (_, at) => byteOf(shares, at)));
}

/** By Lagrange, at the place 0. */
function byteOf(shares: readonly Share[], at: number): number {
  return shares.reduce((sum, { number, bytes }) => {
    const factor = shares.reduce(
      (product, { number: other }) =>
        other === number ? product : multiply(product, divide(other, other ^ number)),
      1,
    );
    return sum ^ multiply(bytes[at] ?? 0, factor);
  }, 0);
}

function valueAt(polynomial: readonly number[], x: number): number {
  return polynomial.reduceRight((value, factor) => multiply(value, x) ^ factor, 0);
}

const FIELD = 0x11b; // x^8 + x^4 + x^3 + x + 1

function multiply(one: number, other: number): number {
  let product = 0;
  let doubled = one;
  for (let rest = other; rest > 0; rest >>= 1) {
    if (rest & 1) product ^= doubled;
    doubled <<= 1;
    if (doubled & 0x100) doubled ^= FIELD;
  }
  return product;
}

/** a^254 is the inverse of a, as a^255 is 1. */
function divide(one: number, other: number): number {
  let inverse = 1;
  for (let power = 0; power < 254; power += 1) inverse = multiply(inverse, other);
  return multiply(one, inverse);
}
