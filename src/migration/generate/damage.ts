import { createHash } from 'node:crypto';

import type { Dice } from './dice.ts';

/** What is wrong with the bytes of an order that is not as it was received, or never was one [MIGRATION 4, D20]. */
export type Damage = keyof typeof DAMAGES;

/** What is kept instead of a message, by what is wrong with it. */
const DAMAGES = {
  'another digest': (text: string) => Buffer.from(text),
  cut: (text: string) => Buffer.from(text.slice(0, text.length / 2)),
  empty: () => Buffer.alloc(0),
  'of another encoding': (text: string) =>
    Buffer.from(text.replace('invented', 'ünvented'), 'latin1'),
  'no XML': () => Buffer.from('%PDF-1.4 invented\n'),
  'no prescription': () => Buffer.from('<note>see the paper form</note>\n'),
  "another's": (text: string, id: string) =>
    Buffer.from(text.replaceAll(id, `${id.slice(0, 7)}Z99${id.slice(10)}`)),
  'changed after it was signed': (text: string) => Buffer.from(text.replace(DOSE, OTHER_DOSE)),
  'with another signature value': (text: string) =>
    Buffer.from(
      text.replace(VALUE, (_, before: string, first: string) =>
        first === 'A' ? `${before}B` : `${before}A`,
      ),
    ),
  'not signed': (text: string) => Buffer.from(text.replace(SIGNATURE, '')),
  // These two are signed so.
  'of an unknown authority': (text: string) => Buffer.from(text),
  'signed too late': (text: string) => Buffer.from(text),
};

const DOSE = 'one a day';
const OTHER_DOSE = 'ten a day';
const VALUE = /(<SignatureValue>)(.)/;
const SIGNATURE = /<signatureText>.*<\/signatureText>/;

/** What is wrong with a signature, and so with nothing that a load looks at. */
export const OF_SIGNATURES: readonly Damage[] = [
  'changed after it was signed',
  'with another signature value',
  'not signed',
  'of an unknown authority',
  'signed too late',
];

export function aDamage(dice: Dice): Damage {
  return dice.of([
    ['another digest', 2],
    ['cut', 2],
    ['empty', 1],
    ['of another encoding', 1],
    ['no XML', 1],
    ['no prescription', 1],
    ["another's", 1],
    ['changed after it was signed', 3],
    ['with another signature value', 3],
    ['not signed', 3],
    ['of an unknown authority', 3],
    ['signed too late', 3],
  ] as const);
}

/** The bytes of a message and their digest, hex, as an export has them. */
export function kept(
  whole: Buffer,
  damage: Damage | null,
  id: string,
): { readonly bytes: Buffer; readonly sha256: string } {
  const bytes = damage === null ? whole : DAMAGES[damage](whole.toString(), id);
  const isSame = damage === 'another digest';
  const sha256 = isSame ? '0'.repeat(64) : createHash('sha256').update(bytes).digest('hex');
  return { bytes, sha256 };
}
