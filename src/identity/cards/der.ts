/** Pieces of DER that the certificate library has no words for. */
export function tagged(tag: number, ...contents: readonly Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthOf(content.length), content]);
}

export function sequence(...contents: readonly Buffer[]): Buffer {
  return tagged(0x30, ...contents);
}

/** A whole number above nought. */
export function integer(value: number): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  const isHigh = (bytes[0] ?? 0) >= 0x80; // would read as below nought
  return tagged(0x02, isHigh ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);
}

export function objectId(text: string): Buffer {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  return tagged(0x06, ...[first * 40 + second, ...rest].map(base128));
}

export function ia5(text: string, tag = 0x16): Buffer {
  return tagged(tag, Buffer.from(text, 'latin1'));
}

/** `20261124173000Z`; the tag says which of several times it is. */
export function generalizedTime(at: Date, tag: number): Buffer {
  return ia5(`${at.toISOString().replaceAll(/\..*|[-:T]/g, '')}Z`, tag);
}

function base128(value: number): Buffer {
  const bytes = [value & 0x7f];
  for (let left = Math.floor(value / 128); left > 0; left = Math.floor(left / 128)) {
    bytes.unshift((left & 0x7f) | 0x80);
  }
  return Buffer.from(bytes);
}

function lengthOf(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.padStart(hex.length + (hex.length % 2), '0'), 'hex');
  return Buffer.concat([Buffer.from([0x80 | bytes.length]), bytes]);
}
