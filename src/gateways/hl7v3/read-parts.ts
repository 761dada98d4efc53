import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Element } from '../xml/element.ts';
import { type NameOf, parseXml } from '../xml/parse-xml.ts';
import { type MediaType, type Part, readMediaType, readMultipart } from './multipart.ts';

/** The two parts of a post: the envelope, and the parts that its manifest may name [EPS-HL7V3 2.1]. */
export type Parts = { readonly envelope: Part; readonly others: readonly Part[] };

/** Takes the body of a post apart, by what its Content-Type says. The reason why not, in words. */
export function readParts(contentType: string, body: Buffer): Result<Parts, string> {
  const media = readMediaType(contentType);
  const boundary = media?.parameters['boundary'];
  if (media?.type !== 'multipart/related' || boundary === undefined) {
    return fail('Content-Type must be multipart/related with a boundary');
  }
  const parts = readMultipart(body, boundary);
  if (!parts.ok) return parts;
  const start = idOf(media.parameters['start'] ?? '');
  const envelope =
    start === '' ? parts.value[0] : parts.value.find((part) => contentId(part) === start);
  if (envelope === undefined) return fail('there is no part with the envelope');
  return ok({ envelope, others: parts.value.filter((part) => part !== envelope) });
}

/** The only part of this Content-Id; null when there is none, or several. */
export function partNamed(parts: readonly Part[], id: string): Part | null {
  const [found, ...more] = parts.filter((part) => contentId(part) === id);
  return found === undefined || more.length > 0 ? null : found;
}

function contentId({ headers }: Part): string {
  return idOf(headers['content-id'] ?? '');
}

/** Without angle brackets, with which some write it and some do not. */
function idOf(text: string): string {
  return text.trim().replace(/^</, '').replace(/>$/, '');
}

const UTF_8 = new TextDecoder('utf-8', { fatal: true });
const XML_TYPES = ['text/xml', 'application/xml'];
const ENCODINGS = ['7bit', '8bit', 'binary'];

/** Why a part cannot be XML in UTF-8, by what its headers say; null when it can. */
export function partProblem({ headers }: Part): string | null {
  const { 'content-type': type = 'text/xml', 'content-transfer-encoding': encoding = '8bit' } =
    headers;
  const media = readMediaType(type);
  if (media === null || !XML_TYPES.includes(media.type)) return `a part is ${type}, not XML`;
  if (!isUtf8(media)) return 'the charset of a part must be UTF-8';
  return ENCODINGS.includes(encoding.toLowerCase()) ? null : `a part is encoded as ${encoding}`;
}

function isUtf8({ parameters }: MediaType): boolean {
  return ['utf-8', 'utf8', 'us-ascii'].includes((parameters['charset'] ?? 'utf-8').toLowerCase());
}

/** Reads bytes as XML in UTF-8; the reason why not, in words. */
export function xmlOf(bytes: Buffer, nameOf: NameOf): Result<Element, string> {
  const text = xmlTextOf(bytes);
  return text.ok ? parseXml(text.value, { nameOf }) : text;
}

/** The text of XML in UTF-8, from where it begins: a document that was taken once is read again by the same rule. */
export function xmlTextOf(bytes: Buffer): Result<string, string> {
  const text = decoded(bytes);
  if (text === null) return fail('the bytes are not UTF-8');
  const declared = /^\s*<\?xml[^>]*\sencoding\s*=\s*["']([^"'>]*)["']/.exec(text)?.[1] ?? 'UTF-8';
  if (!/^(utf-8|us-ascii)$/i.test(declared)) return fail(`the encoding ${declared} is declared`);
  // A declaration stands at the very beginning: some leave an empty line before it.
  return ok(text.replace(/^[ \t\r\n]+/, ''));
}

function decoded(bytes: Buffer): string | null {
  try {
    return UTF_8.decode(bytes);
  } catch {
    return null;
  }
}
