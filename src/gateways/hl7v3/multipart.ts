import { fail, ok, type Result } from '../../kernel/result.ts';

/** One part of a MIME body. Names of headers are in lower case. */
export type Part = {
  readonly headers: Readonly<Record<string, string>>;
  readonly content: Buffer;
};

/** A media type with its parameters, their names in lower case; null when it is none. */
export type MediaType = {
  readonly type: string;
  readonly parameters: Readonly<Record<string, string>>;
};

const PARTS_MAX = 10;
const PART_HEADERS_MAX_BYTES = 8_192;
const BOUNDARY = /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/; // RFC 2046 5.1.1
const CR = 13;
const LF = 10;

// A system writes the same with every message.
const KEPT_MAX = 1_000;
const KEPT_MAX_CHARACTERS = 256;
const kept = new Map<string, MediaType | null>();

/** Reads `multipart/related; boundary="…"; type=text/xml`, values quoted or not. */
export function readMediaType(text: string): MediaType | null {
  const known = kept.get(text);
  if (known !== undefined) return known;
  const read = mediaTypeIn(text);
  if (kept.size === KEPT_MAX) kept.clear(); // strangers may fill it
  if (text.length <= KEPT_MAX_CHARACTERS) kept.set(text, read);
  return read;
}

function mediaTypeIn(text: string): MediaType | null {
  const [, type = '', rest = ''] = /^\s*([\w!#$&^.+-]+\/[\w!#$&^.+-]+)\s*(.*)$/s.exec(text) ?? [];
  if (type === '') return null;
  const parameters: Record<string, string> = {};
  const shape = /\s*;\s*([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))\s*/gy;
  let end = 0;
  for (const [whole, name = '', quoted, bare = ''] of rest.matchAll(shape)) {
    end += whole.length;
    parameters[name.toLowerCase()] = quoted?.replaceAll(/\\(.)/g, '$1') ?? bare;
  }
  const isWhole = rest.slice(end).replaceAll(/[\s;]/g, '') === '';
  return isWhole ? { type: type.toLowerCase(), parameters } : null;
}

/**
 * Takes a body apart at the lines of its boundary; lines end with CRLF or LF, also mixed, and an empty line
 * before a boundary belongs to the content [EPS-HL7V3 2.1]. The reason why not, in words.
 */
export function readMultipart(body: Buffer, boundary: string): Result<Part[], string> {
  if (!BOUNDARY.test(boundary)) return fail('the boundary is no MIME boundary');
  const delimiter = Buffer.from(`--${boundary}`);
  const parts: Part[] = [];
  let from = nextDelimiter(body, delimiter, 0);
  if (from === null) return fail('no line is the boundary that Content-Type names');
  while (!from.isLast) {
    const next = nextDelimiter(body, delimiter, from.after);
    if (next === null) return fail('the last boundary is missing');
    if (parts.length === PARTS_MAX) return fail(`there are more than ${PARTS_MAX} parts`);
    const part = readPart(body.subarray(from.after, next.before));
    if (part === null) return fail('a part has no end of its headers');
    parts.push(part);
    from = next;
  }
  return ok(parts);
}

type Delimiter = {
  /** Where the content before it ends. */
  readonly before: number;
  /** Where the line behind it begins. */
  readonly after: number;
  readonly isLast: boolean;
};

/** The next line that is the boundary, and nothing but white space behind it. */
function nextDelimiter(body: Buffer, delimiter: Buffer, from: number): Delimiter | null {
  for (let at = body.indexOf(delimiter, from); at !== -1; at = body.indexOf(delimiter, at + 1)) {
    const isLineStart = at === 0 || at === from || body[at - 1] === LF;
    let end = at + delimiter.length;
    const isLast = body[end] === HYPHEN && body[end + 1] === HYPHEN;
    if (isLast) end += 2;
    while (body[end] === SPACE || body[end] === TAB) end += 1;
    if (body[end] === CR) end += 1;
    if (isLineStart && (body[end] === LF || end >= body.length)) {
      const lineBreak = body[at - 1] === LF ? (body[at - 2] === CR ? 2 : 1) : 0;
      return { before: Math.max(at - lineBreak, from), after: end + 1, isLast };
    }
  }
  return null;
}

const HYPHEN = 45;
const SPACE = 32;
const TAB = 9;

/** Headers, an empty line, content; null without the empty line. */
function readPart(bytes: Buffer): Part | null {
  const head = bytes.subarray(0, PART_HEADERS_MAX_BYTES).toString('latin1');
  const gap = /^\r?\n|\r?\n\r?\n/.exec(head);
  if (gap === null) return null;
  const headers: Record<string, string> = {};
  const unfolded = head.slice(0, gap.index).replaceAll(/\r?\n[ \t]+/g, ' ');
  for (const line of unfolded.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0)
      headers[line.slice(0, colon).trim().toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { headers, content: bytes.subarray(gap.index + gap[0].length) };
}
