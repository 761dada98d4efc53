/** What is told of a document, in the order of its text; who is told stops it by throwing. */
export type XmlEvents = {
  /** `start`: of its first bracket. */
  readonly startTag: (name: string, attributes: Attributes, start: number) => void;
  /** `end`: behind its last bracket. An element without an end tag has both at its one tag. */
  readonly endTag: (end: number) => void;
  /** Never outside of the root; one text may come in parts. */
  readonly text: (text: string) => void;
  /** What stands between `<!DOCTYPE` and its bracket; nothing of it is used. */
  readonly doctype: (declared: string) => void;
};

/** Names, each once, and values as they mean, in turn and in their order: `['root', '1', 'extension', '2']`. */
export type Attributes = readonly string[];

/** Why a text is not XML, or is more than is read of anybody. */
export class XmlFault extends Error {}

const DEPTH_MAX = 100; // elements inside each other [RELIABILITY 7.2]
const ATTRIBUTES_MAX = 100; // of one element [RELIABILITY 7.2]
const NAME_MAX = 1_024; // characters [RELIABILITY 7.2]

const SPACE = '[\\t\\n\\r ]';
const LOCAL_START =
  'A-Z_a-z\\xc0-\\xd6\\xd8-\\xf6\\xf8-\\u02ff\\u0370-\\u037d\\u037f-\\u1fff\\u200c\\u200d\\u2070-\\u218f\\u2c00-\\u2fef\\u3001-\\ud7ff\\uf900-\\ufdcf\\ufdf0-\\ufffd\\u{10000}-\\u{effff}';
const NAME_START = `:${LOCAL_START}`;
const NAME = `[${NAME_START}][${NAME_START}\\-.0-9\\xb7\\u0300-\\u036f\\u203f\\u2040]*`;

// Sticky, so that each looks at one place; none can be read in two ways, so that none takes long.
const ANY_NAME = new RegExp(NAME, 'uy');
const START_END = new RegExp(`${SPACE}*(/?)>`, 'uy');
const END = new RegExp(`</(${NAME})${SPACE}*>`, 'uy');
const DOCTYPE = /<!DOCTYPE([^[\]>]*)>/y;
const DECLARATION =
  /<\?xml[\t\n\r ]+version[\t\n\r ]*=[\t\n\r ]*(?:"1\.0"|'1\.0')(?:[\t\n\r ]+encoding[\t\n\r ]*=[\t\n\r ]*(?:"[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*'))?(?:[\t\n\r ]+standalone[\t\n\r ]*=[\t\n\r ]*(?:"(?:yes|no)"|'(?:yes|no)'))?[\t\n\r ]*\?>/y;

/** What no XML may hold, also of those that come as a reference: XML 1.0, 2.2. */
const FORBIDDEN = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
/** What stands in a value otherwise than it means. */
const UNUSUAL = /[<&\t\n\r]/;
const NOT_SPACE = /[^\t\n\r ]/;
const BYTE_ORDER_MARK = 0xfeff;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const ASCII_MAX = 0x7f;

// Nearly all names are of ASCII: whether a character begins a name, or goes on with one.
const FIRST = 2;
const LATER = 1;
const ASCII_NAME = Uint8Array.from({ length: ASCII_MAX + 1 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[:A-Z_a-z]/.test(character)) return FIRST;
  return /[-.\d]/.test(character) ? LATER : 0;
});

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

/**
 * Goes through a text as XML 1.0, well-formed or refused with `XmlFault`. Of a document type nothing is used, there
 * are no entities but the five and characters by number, and no processing instructions. Namespaces are the caller's.
 */
export function scanXml(text: string, events: XmlEvents): void {
  new Scan(text, events).run();
}

const LOCAL_NAME = new RegExp(`^[${LOCAL_START}][^:]*$`, 'u');

/** Whether a part of a name is one by itself: XML Names 1.0, 4. */
export function isLocalName(part: string): boolean {
  return LOCAL_NAME.test(part);
}

class Scan {
  readonly #text: string;
  readonly #events: XmlEvents;
  readonly #open: string[] = [];
  #at = 0;
  #hasRoot = false;
  #hasDoctype = false;

  constructor(text: string, events: XmlEvents) {
    this.#text = text;
    this.#events = events;
  }

  run(): void {
    const text = this.#text;
    const forbidden = text.search(FORBIDDEN);
    this.#at = Math.max(forbidden, 0);
    if (forbidden !== -1) this.#stop('a character that XML may not hold');
    if (text.charCodeAt(0) === BYTE_ORDER_MARK) this.#at = 1;
    const declaration = this.#match(DECLARATION);
    this.#at += declaration?.[0].length ?? 0;
    for (;;) {
      const next = text.indexOf('<', this.#at);
      this.#textUntil(next === -1 ? text.length : next);
      if (next === -1) break;
      this.#markup();
    }
    if (this.#open.length > 0) this.#stop(`${this.#open.at(-1)} has no end`);
    if (!this.#hasRoot) this.#stop('there is no element');
  }

  #textUntil(end: number): void {
    if (end === this.#at) return;
    const part = this.#text.slice(this.#at, end);
    if (this.#open.length === 0) {
      if (NOT_SPACE.test(part)) this.#stop('a text that is in no element');
    } else {
      if (part.includes(']]>')) this.#stop(']]> in a text');
      this.#events.text(this.#resolved(withLineFeeds(part)));
    }
    this.#at = end;
  }

  #markup(): void {
    const text = this.#text;
    const sign = text[this.#at + 1];
    if (sign === '?') this.#stop('a processing instruction is not allowed');
    if (sign === '/') this.#endTag();
    else if (sign !== '!') this.#startTag();
    else if (text.startsWith('<!--', this.#at)) this.#comment();
    else if (text.startsWith('<![CDATA[', this.#at)) this.#cdata();
    else this.#doctype();
  }

  #startTag(): void {
    const start = this.#at;
    this.#at = start + 1;
    const name = this.#name();
    if (name.length > NAME_MAX) this.#stop('a name that is too long');
    if (this.#open.length === DEPTH_MAX) {
      this.#stop(`more than ${DEPTH_MAX} elements inside each other`);
    }
    if (this.#open.length === 0 && this.#hasRoot) this.#stop('a second root');
    this.#hasRoot = true;
    const attributes = this.#attributes();
    const end = this.#match(START_END) ?? this.#stop(`the tag of ${name} is broken`);
    this.#at += end[0].length;
    this.#events.startTag(name, attributes, start);
    if (end[1] === '/') this.#events.endTag(this.#at);
    else this.#open.push(name);
  }

  #attributes(): Attributes {
    const found: string[] = [];
    while (this.#isAttribute()) {
      const name = this.#name();
      const value = this.#value(name);
      if (name.length > NAME_MAX) this.#stop('a name that is too long');
      if (name === '__proto__') this.#stop('a name that no object can hold');
      for (let at = 0; at < found.length; at += 2) {
        if (found[at] === name) this.#stop(`attribute ${name} is there twice`);
      }
      if (found.length === 2 * ATTRIBUTES_MAX) this.#stop(`more than ${ATTRIBUTES_MAX} attributes`);
      found.push(name, value);
    }
    return found;
  }

  /** Whether white space and the name of an attribute come next; goes to the name. */
  #isAttribute(): boolean {
    const text = this.#text;
    let at = this.#at;
    while (isSpace(text.charCodeAt(at))) at += 1;
    const code = text.charCodeAt(at);
    if (at === this.#at || code === SLASH || code === GREATER || at === text.length) return false;
    this.#at = at;
    return true;
  }

  /** Goes behind the name that stands here. */
  #name(): string {
    const text = this.#text;
    const from = this.#at;
    let at = from;
    if (ASCII_NAME[text.charCodeAt(at)] === FIRST) {
      do at += 1;
      while ((ASCII_NAME[text.charCodeAt(at)] ?? 0) >= LATER);
    }
    if (at === from || text.charCodeAt(at) > ASCII_MAX) {
      at = from + (this.#match(ANY_NAME) ?? this.#stop('no name'))[0].length;
    }
    this.#at = at;
    return text.slice(from, at);
  }

  /** Goes behind the value that stands here. */
  #value(name: string): string {
    const text = this.#text;
    let at = this.#at;
    while (isSpace(text.charCodeAt(at))) at += 1;
    if (text.charCodeAt(at) !== EQUALS) this.#stop(`attribute ${name} has no value`);
    do at += 1;
    while (isSpace(text.charCodeAt(at)));
    const quote = text[at];
    const end = quote === '"' || quote === "'" ? text.indexOf(quote, at + 1) : -1;
    if (end === -1) this.#stop(`the value of attribute ${name} is broken`);
    const value = text.slice(at + 1, end);
    this.#at = end + 1;
    if (!UNUSUAL.test(value)) return value;
    if (value.includes('<')) this.#stop(`a bracket in the value of attribute ${name}`);
    return this.#resolved(withSpaces(value));
  }

  #endTag(): void {
    const [whole, name] = this.#match(END) ?? this.#stop('an end tag that is broken');
    const open = this.#open.pop();
    if (open !== name) this.#stop(`the end of ${name}, where ${open ?? 'nothing'} is open`);
    this.#at += whole.length;
    this.#events.endTag(this.#at);
  }

  #comment(): void {
    const end = this.#text.indexOf('--', this.#at + '<!--'.length);
    if (end === -1 || this.#text[end + 2] !== '>') this.#stop('a comment that is broken');
    this.#at = end + '-->'.length;
  }

  #cdata(): void {
    const from = this.#at + '<![CDATA['.length;
    const end = this.#text.indexOf(']]>', from);
    if (end === -1 || this.#open.length === 0) this.#stop('a CDATA section that is broken');
    this.#events.text(withLineFeeds(this.#text.slice(from, end)));
    this.#at = end + ']]>'.length;
  }

  #doctype(): void {
    const found = this.#match(DOCTYPE);
    if (found === null && this.#text.startsWith('<!DOCTYPE', this.#at)) {
      this.#stop('a document type is not allowed');
    }
    const [whole, declared = ''] = found ?? this.#stop('a declaration that is none');
    if (this.#hasRoot || this.#hasDoctype)
      this.#stop('a document type that is not at the beginning');
    this.#events.doctype(declared);
    this.#hasDoctype = true;
    this.#at += whole.length;
  }

  /** A text with what its references stand for; the first that stands for nothing ends it. */
  #resolved(text: string): string {
    let at = text.indexOf('&');
    let resolved = at === -1 ? text : text.slice(0, at);
    while (at !== -1) {
      const end = text.indexOf(';', at);
      const name = text.slice(at + 1, end === -1 ? at + 1 : end);
      resolved += ENTITIES.get(name) ?? numbered(name) ?? this.#stop('a reference to nothing');
      at = text.indexOf('&', end);
      resolved += text.slice(end + 1, at === -1 ? text.length : at);
    }
    return resolved;
  }

  #match(what: RegExp): RegExpExecArray | null {
    what.lastIndex = this.#at;
    return what.exec(this.#text);
  }

  #stop(what: string): never {
    const before = this.#text.slice(0, this.#at).split('\n');
    throw new XmlFault(
      `${what}, in line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`,
    );
  }
}

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['lt', '<'],
  ['gt', '>'],
  ['amp', '&'],
  ['quot', '"'],
  ['apos', "'"],
]);

/** Of `#10` or `#xA`; null when it is no character that XML may hold. */
function numbered(reference: string): string | null {
  const [, decimal, hexadecimal] = /^#(?:(\d+)|x([\dA-Fa-f]+))$/.exec(reference) ?? [];
  if (decimal === undefined && hexadecimal === undefined) return null;
  const number = decimal === undefined ? Number(`0x${hexadecimal}`) : Number(decimal);
  if (number > 0x10ffff) return null;
  const character = String.fromCodePoint(number);
  return FORBIDDEN.test(character) ? null : character;
}

/** Any end of a line is a line feed: XML 1.0, 2.11. */
function withLineFeeds(text: string): string {
  return text.includes('\r') ? text.replaceAll(/\r\n?/g, '\n') : text;
}

const LINE_OR_TAB = /[\t\n\r]/;

/** White space in a value is a space, whatever it was written as: XML 1.0, 3.3.3. */
function withSpaces(value: string): string {
  return LINE_OR_TAB.test(value) ? value.replaceAll(/\r\n|[\t\n\r]/g, ' ') : value;
}
