/**
 * One pass over the bytes of a JSON text before `JSON.parse` sees them: every limit is checked
 * before anything recurses [RELIABILITY 7.2]. The grammar itself is left to `JSON.parse`: a text that is
 * not JSON may pass here, and is refused there.
 */
import type { Result } from '../../kernel/result.ts';
import { fail, ok } from '../../kernel/result.ts';

export const JSON_SIZE_MAX_BYTES = 2 * 1024 * 1024; // [RELIABILITY 7.2]
export const JSON_DEPTH_MAX = 64; // levels of objects and arrays together [RELIABILITY 7.2]
export const JSON_MEMBERS_MAX = 10_000; // in the whole text [RELIABILITY 7.2]
export const JSON_OBJECT_MEMBERS_MAX = 1_000; // keeps the search for a repeated name short
export const JSON_ARRAY_MAX = 10_000; // [RELIABILITY 7.2]
export const JSON_STRING_MAX_BYTES = 256 * 1024; // [RELIABILITY 7.2]
export const JSON_NUMBER_MAX_BYTES = 64; // no FHIR decimal needs more

export type Scanned = {
  /** A number whose text a JS number would change: 10.0, 1e3, twenty digits. */
  readonly hasLossyNumber: boolean;
  /** A slash or a letter written as an escape: a search of the text may miss what is in it. */
  readonly hasEscape: boolean;
};

type Scan = {
  readonly bytes: Buffer;
  /** Index in `keyHash` of the first key of each open object; -1 for an array. */
  readonly firstKey: Int32Array;
  readonly values: Int32Array;
  readonly mayEscape: boolean;
  depth: number;
  keys: number;
  members: number;
  isKeyNext: boolean;
  hasLossyNumber: boolean;
  hasEscape: boolean;
  problem: string | null;
};

// Scratch space kept between calls: a scan is synchronous, and none reads what another left.
const keyHash = new Int32Array(JSON_MEMBERS_MAX + 1);
const keyStart = new Int32Array(JSON_MEMBERS_MAX + 1);
const keyEnd = new Int32Array(JSON_MEMBERS_MAX + 1);
const firstKey = new Int32Array(JSON_DEPTH_MAX + 1);
const values = new Int32Array(JSON_DEPTH_MAX + 1);

const LONG_STRING_BYTES = 64;
const CONTROL = 'control character in a string';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

export function scanJson(bytes: Buffer): Result<Scanned, string> {
  if (bytes.length > JSON_SIZE_MAX_BYTES) return fail('the text is too long');
  const scan: Scan = {
    bytes,
    firstKey,
    values,
    mayEscape: bytes.includes(BACKSLASH),
    depth: 0,
    keys: 0,
    members: 0,
    isKeyNext: false,
    hasLossyNumber: false,
    hasEscape: false,
    problem: null,
  };
  firstKey[0] = -1;
  values[0] = 0;
  const length = bytes.length;
  let at = 0;
  while (at < length && scan.problem === null) {
    // Blanks are a third of an indented message; they and the colons need no look.
    const byte = bytes[at] ?? 0;
    at = byte <= 0x20 || byte === 0x3a ? at + 1 : step(scan, at, byte);
  }
  return scan.problem === null ? ok(scan) : fail(`${scan.problem} at byte ${at}`);
}

/** Takes one token at `at` and answers where the next one begins. */
function step(scan: Scan, at: number, byte: number): number {
  switch (byte) {
    case QUOTE:
      return scan.isKeyNext ? key(scan, at + 1) : string(scan, at + 1);
    case 0x2c: // ,
      comma(scan);
      return at + 1;
    case 0x7b: // {
      open(scan, scan.keys);
      scan.isKeyNext = true;
      return at + 1;
    case 0x5b: // [
      open(scan, -1);
      scan.isKeyNext = false;
      return at + 1;
    case 0x7d: // }
    case 0x5d: // ]
      close(scan);
      return at + 1;
    default:
      return byte === 0x2d || isDigit(byte) ? number(scan, at) : at + 1;
  }
}

function open(scan: Scan, first: number): void {
  if (scan.depth >= JSON_DEPTH_MAX) {
    scan.problem = `nested deeper than ${JSON_DEPTH_MAX} levels`;
    return;
  }
  scan.depth += 1;
  scan.firstKey[scan.depth] = first;
  scan.values[scan.depth] = 1;
}

function close(scan: Scan): void {
  const first = scan.firstKey[scan.depth] ?? -1;
  if (first >= 0) scan.keys = first;
  scan.depth = Math.max(0, scan.depth - 1);
  scan.isKeyNext = false;
}

function comma(scan: Scan): void {
  const count = (scan.values[scan.depth] ?? 0) + 1;
  scan.values[scan.depth] = count;
  scan.isKeyNext = (scan.firstKey[scan.depth] ?? -1) >= 0;
  const max = scan.isKeyNext ? JSON_OBJECT_MEMBERS_MAX : JSON_ARRAY_MAX;
  if (count > max) scan.problem = `more than ${max} members`;
}

function key(scan: Scan, start: number): number {
  const { bytes } = scan;
  const length = bytes.length;
  let hash = 0;
  let at = start;
  let byte = bytes[at];
  while (at < length && byte !== QUOTE && byte !== BACKSLASH) {
    hash = (Math.imul(hash, 31) + (byte ?? 0)) | 0;
    at += 1;
    byte = bytes[at];
  }
  scan.isKeyNext = false;
  scan.members += 1;
  // FHIR names are plain letters: an escape in one can only be there to make two readers disagree.
  if (byte === BACKSLASH) scan.problem = 'escape in a member name';
  else if (scan.members > JSON_MEMBERS_MAX) scan.problem = `more than ${JSON_MEMBERS_MAX} members`;
  else if (isRepeated(scan, hash, start, at)) scan.problem = 'repeated member name';
  else if (isForbiddenName(bytes, start, at)) scan.problem = 'forbidden member name';
  keyHash[scan.keys] = hash;
  keyStart[scan.keys] = start;
  keyEnd[scan.keys] = at;
  scan.keys += 1;
  return at + 1;
}

function isRepeated(scan: Scan, hash: number, start: number, end: number): boolean {
  for (let i = scan.firstKey[scan.depth] ?? 0; i < scan.keys; i += 1) {
    if (keyHash[i] !== hash) continue;
    const other = keyStart[i] ?? 0;
    const otherEnd = keyEnd[i] ?? 0;
    if (scan.bytes.compare(scan.bytes, other, otherEnd, start, end) === 0) return true;
  }
  return false;
}

/** Names that reach an object's prototype when some later code copies members without care. */
function isForbiddenName(bytes: Buffer, start: number, end: number): boolean {
  const first = bytes[start];
  if (end - start === 9 && (first === 0x5f || first === 0x70)) {
    const name = bytes.toString('latin1', start, end);
    return name === '__proto__' || name === 'prototype';
  }
  return (
    end - start === 11 && first === 0x63 && bytes.toString('latin1', start, end) === 'constructor'
  );
}

function string(scan: Scan, start: number): number {
  const { bytes } = scan;
  const length = bytes.length;
  let at = start;
  let byte = bytes[at];
  while (at < length && byte !== QUOTE) {
    if (byte === BACKSLASH) at = escape(scan, at);
    else if (at - start === LONG_STRING_BYTES && !scan.mayEscape) at = endOfString(bytes, at);
    else at += 1;
    byte = bytes[at];
  }
  if (at - start > JSON_STRING_MAX_BYTES) scan.problem = 'string too long';
  return at + 1;
}

/** A native search is worth its call only on a long string, such as a signature. */
function endOfString(bytes: Buffer, from: number): number {
  const at = bytes.indexOf(QUOTE, from);
  return at === -1 ? bytes.length : at;
}

/** Refuses half a surrogate pair and what XML cannot hold; answers where the escape ends. */
function escape(scan: Scan, at: number): number {
  const kind = scan.bytes[at + 1];
  // \b and \f: a prescription is turned into XML, which has no such characters.
  if (kind === 0x62 || kind === 0x66) scan.problem = CONTROL;
  if (kind === 0x2f || kind === 0x75) scan.hasEscape = true;
  if (kind !== 0x75) return at + 2;
  const unit = codeUnit(scan.bytes, at);
  const isBlank = unit === 0x09 || unit === 0x0a || unit === 0x0d;
  if (unit >= 0 && unit < 0x20 && !isBlank) scan.problem = CONTROL;
  if (unit < 0xd800 || unit > 0xdfff) return at + 6;
  const low = unit < 0xdc00 ? codeUnit(scan.bytes, at + 6) : -1;
  if (low < 0xdc00 || low > 0xdfff) scan.problem = 'half a surrogate pair in a string';
  return at + 12;
}

/** The value of the `\uXXXX` at `at`; -1 when there is none. */
function codeUnit(bytes: Buffer, at: number): number {
  const text = bytes.toString('latin1', at, at + 6);
  return /^\\u[0-9A-Fa-f]{4}$/.test(text) ? Number.parseInt(text.slice(2), 16) : -1;
}

function number(scan: Scan, start: number): number {
  const { bytes } = scan;
  let at = start + 1;
  while (isDigit(bytes[at])) at += 1;
  const isPlain = !isNumberByte(bytes[at]);
  // Up to fifteen digits and no point or sign: a JS number writes it back as it was.
  if (isPlain && at - start <= 15 && bytes[start] !== 0x2d) return at;
  while (isNumberByte(bytes[at])) at += 1;
  if (at - start > JSON_NUMBER_MAX_BYTES) {
    scan.problem = 'number too long';
    return at;
  }
  const text = bytes.toString('latin1', start, at);
  const value = Number(text);
  if (!Number.isFinite(value)) scan.problem = 'number out of range';
  else if (value === 0 && /^[^eE]*[1-9]/.test(text)) scan.problem = 'number out of range';
  else if (String(value) !== text) scan.hasLossyNumber = true;
  return at;
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** A digit, or one of `+ - . e E`. */
function isNumberByte(byte: number | undefined): boolean {
  return (
    isDigit(byte) ||
    byte === 0x2e ||
    byte === 0x65 ||
    byte === 0x45 ||
    byte === 0x2b ||
    byte === 0x2d
  );
}
