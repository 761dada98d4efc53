/** What no XML may hold, also of those that come as a reference: XML 1.0, 2.2. */
const FORBIDDEN = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
/** The same but for halves of characters: a third of the time, and nearly every text has none. */
// oxlint-disable-next-line no-control-regex -- they are what is looked for
const FORBIDDEN_UNIT = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/;

/** Where a text has the first character that XML may not hold; -1: nowhere. */
export function forbiddenAt(text: string): number {
  return text.isWellFormed() && !FORBIDDEN_UNIT.test(text) ? -1 : text.search(FORBIDDEN);
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** What `lt`, `#10` or `#xA` stands for; null when that is no character that XML may hold. */
export function meaningOf(reference: string): string | null {
  return ENTITIES.get(reference) ?? numbered(reference);
}

function numbered(reference: string): string | null {
  const [, decimal, hexadecimal] = /^#(?:(\d+)|x([\dA-Fa-f]+))$/.exec(reference) ?? [];
  if (decimal === undefined && hexadecimal === undefined) return null;
  const number = decimal === undefined ? Number(`0x${hexadecimal}`) : Number(decimal);
  if (number > 0x10ffff) return null;
  const character = String.fromCodePoint(number);
  return FORBIDDEN.test(character) ? null : character;
}

/** Whether the character of this code is white space: XML 1.0, 2.3. */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/** Whether all that stands there is white space. */
export function isBlank(text: string, from: number, end: number): boolean {
  let at = from;
  while (at < end && isSpace(text.charCodeAt(at))) at += 1;
  return at === end;
}

/** Any end of a line is a line feed: XML 1.0, 2.11. */
export function withLineFeeds(text: string): string {
  return text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
}

const LINE_OR_TAB = /[\t\n\r]/;

/** White space in a value is a space, whatever it was written as: XML 1.0, 3.3.3. */
export function withSpaces(value: string): string {
  return LINE_OR_TAB.test(value) ? value.replaceAll(/\r\n|[\t\n\r]/g, ' ') : value;
}

/** Whether a text stands there in another: five times as quick as `startsWith`. */
export function isAt(text: string, from: number, what: string): boolean {
  return text.slice(from, from + what.length) === what;
}
