/** A value of DER among others: where it begins, where its content begins, and where it ends. */
export type DerPart = {
  readonly tag: number;
  readonly start: number;
  readonly content: number;
  readonly end: number;
};

/** The value that begins at `start`. Throws RangeError where there is none, or one that is longer than the bytes. */
export function derPart(bytes: Buffer, start: number): DerPart {
  const first = bytes.readUInt8(start + 1);
  const sizeBytes = first < LONG ? 0 : first - LONG; // of the length itself
  const length = sizeBytes === 0 ? first : bytes.readUIntBE(start + 2, sizeBytes);
  const content = start + 2 + sizeBytes;
  if (content + length > bytes.length) throw new RangeError('a value of DER is cut off');
  return { tag: bytes.readUInt8(start), start, content, end: content + length };
}

/** The values that another one is made of. */
export function derParts(bytes: Buffer, { content, end }: DerPart): DerPart[] {
  const parts: DerPart[] = [];
  for (let start = content; start < end; ) {
    const part = derPart(bytes, start);
    parts.push(part);
    start = part.end;
  }
  return parts;
}

/** A sequence of these values, each in DER. */
export function derSequence(...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const head = Buffer.alloc(6);
  head.writeUInt8(SEQUENCE, 0);
  head.writeUInt8(LONG + 4, 1);
  head.writeUInt32BE(content.length, 2);
  return Buffer.concat([head, content]);
}

export const SEQUENCE = 0x30;
const LONG = 0x80;
