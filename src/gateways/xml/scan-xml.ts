import type { Attributes, KeptTags, Tag } from './kept-tags.ts';
import { type XmlEvents, XmlFault } from './xml-events.ts';
import {
  forbiddenAt,
  isAt,
  isBlank,
  isSpace,
  meaningOf,
  withLineFeeds,
  withSpaces,
} from './xml-characters.ts';
import { nameAt } from './xml-names.ts';

const DEPTH_MAX = 100; // elements inside each other [RELIABILITY 7.2]
const ATTRIBUTES_MAX = 100; // of one element [RELIABILITY 7.2]
const NAME_MAX = 1_024; // characters [RELIABILITY 7.2]

// Sticky, so that each looks at one place; none can be read in two ways, so that none takes long.
const ANY_TAG = /<[^"'>]*(?:"[^"]*"[^"'>]*|'[^']*'[^"'>]*)*>/y;
const DOCTYPE = /<!DOCTYPE([^[\]>]*)>/y;
const DECLARATION =
  /<\?xml[\t\n\r ]+version[\t\n\r ]*=[\t\n\r ]*(?:"1\.0"|'1\.0')(?:[\t\n\r ]+encoding[\t\n\r ]*=[\t\n\r ]*(?:"[A-Za-z][\w.-]*"|'[A-Za-z][\w.-]*'))?(?:[\t\n\r ]+standalone[\t\n\r ]*=[\t\n\r ]*(?:"(?:yes|no)"|'(?:yes|no)'))?[\t\n\r ]*\?>/y;

/** What stands in a value otherwise than it means. */
const UNUSUAL = /[<&\t\n\r]/;
const BYTE_ORDER_MARK = 0xfeff;
const EXCLAMATION = 0x21;
const QUOTE = 0x22;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const GREATER = 0x3e;
const QUESTION = 0x3f;

/**
 * Goes through a text as XML 1.0, well-formed or refused with `XmlFault`. Of a document type nothing is used, there
 * are no entities but the five and characters by number, and no processing instructions. Namespaces are the caller's.
 */
export function scanXml(text: string, events: XmlEvents, tags: KeptTags): void {
  new Scan(text, events, tags).run();
}

const WRONG_END = 'an end tag that is not that of the element that is open';
const NO_ATTRIBUTES: Attributes = [];

class Scan {
  readonly #text: string;
  readonly #events: XmlEvents;
  readonly #tags: KeptTags;
  readonly #open: string[] = [];
  #at = 0;
  #isBehindElement = false;
  #hasRoot = false;
  #hasDoctype = false;

  constructor(text: string, events: XmlEvents, tags: KeptTags) {
    this.#text = text;
    this.#events = events;
    this.#tags = tags;
  }

  run(): void {
    const text = this.#text;
    this.#tags.nextDocument();
    const forbidden = forbiddenAt(text);
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
    const isEmpty = isBlank(this.#text, this.#at, end);
    if (this.#open.length === 0) {
      if (!isEmpty) this.#stop('a text that is in no element');
    } else if (!isEmpty || !this.#isBetweenElements(end)) {
      const part = this.#text.slice(this.#at, end);
      if (part.includes(']]>')) this.#stop(']]> in a text');
      this.#events.text(this.#resolved(withLineFeeds(part)));
    }
    this.#at = end;
  }

  /** Whether what stands until there has an element before or behind it, in the element that is open. */
  #isBetweenElements(end: number): boolean {
    if (this.#isBehindElement) return true;
    const sign = this.#text.charCodeAt(end + 1);
    return sign !== SLASH && sign !== EXCLAMATION;
  }

  #markup(): void {
    const text = this.#text;
    const sign = text.charCodeAt(this.#at + 1);
    if (sign === SLASH) this.#endTag();
    else if (sign === QUESTION) this.#stop('a processing instruction is not allowed');
    else if (sign !== EXCLAMATION) this.#startTag();
    else if (text.startsWith('<!--', this.#at)) this.#comment();
    else if (text.startsWith('<![CDATA[', this.#at)) this.#cdata();
    else this.#doctype();
  }

  #startTag(): void {
    const start = this.#at;
    if (this.#open.length === DEPTH_MAX) {
      this.#stop(`more than ${DEPTH_MAX} elements inside each other`);
    }
    if (this.#open.length === 0 && this.#hasRoot) this.#stop('a second root');
    this.#hasRoot = true;
    const tag = this.#tag();
    this.#isBehindElement = tag.written.isShort;
    if (this.#isBehindElement) this.#events.shortTag(tag, start, this.#at);
    else if (this.#events.startTag(tag, start)) this.#passOver();
    else this.#open.push(tag.written.name);
  }

  /** Goes behind the start tag that stands here. */
  #tag(): Tag {
    const text = this.#text;
    const start = this.#at;
    const kept = this.#tags.find(text, start);
    if (kept !== null) {
      this.#at = start + (kept.text ?? '').length;
      return kept;
    }
    this.#at = start + 1;
    const name = this.#name();
    const attributes = this.#isAttribute() ? this.#attributes() : NO_ATTRIBUTES;
    const isShort = text.charCodeAt(this.#at) === SLASH;
    if (isShort) this.#at += 1;
    if (text.charCodeAt(this.#at) !== GREATER) this.#stop(`the tag of ${name} is broken`);
    this.#at += 1;
    return this.#tags.read(text, start, this.#at, { name, attributes, isShort });
  }

  /** Goes behind the end of the element that has begun. */
  #passOver(): void {
    for (let depth = 1; depth > 0; ) {
      const next = this.#text.indexOf('<', this.#at);
      if (next === -1) this.#stop('an element has no end');
      this.#at = next;
      if (this.#text.startsWith('<!--', next)) this.#comment();
      else if (this.#text.startsWith('<![CDATA[', next)) this.#at = this.#cdataEnd();
      else {
        ANY_TAG.lastIndex = next;
        if (!ANY_TAG.test(this.#text)) this.#stop('a tag that is broken');
        this.#at = ANY_TAG.lastIndex;
        if (this.#text.charCodeAt(next + 1) === SLASH) depth -= 1;
        else if (this.#text.charCodeAt(this.#at - 2) !== SLASH) depth += 1;
      }
    }
    this.#isBehindElement = true;
    this.#events.endTag(this.#at);
  }

  /** From the first name on. */
  #attributes(): Attributes {
    const found: string[] = [];
    do {
      const name = this.#name();
      const value = this.#value(name);
      if (name === '__proto__') this.#stop('a name that no object can hold');
      for (let at = 0; at < found.length; at += 2) {
        if (found[at] === name) this.#stop(`attribute ${name} is there twice`);
      }
      if (found.length === 2 * ATTRIBUTES_MAX) this.#stop(`more than ${ATTRIBUTES_MAX} attributes`);
      found.push(name, value);
    } while (this.#isAttribute());
    return found;
  }

  /** Goes to the end of the tag, or to the name of an attribute that comes next. */
  #isAttribute(): boolean {
    const from = this.#at;
    const code = this.#skipSpace();
    return this.#at > from && code !== SLASH && code !== GREATER && this.#at < this.#text.length;
  }

  /** Answers what stands behind the white space here; goes there. */
  #skipSpace(): number {
    const text = this.#text;
    let code = text.charCodeAt(this.#at);
    while (isSpace(code)) {
      this.#at += 1;
      code = text.charCodeAt(this.#at);
    }
    return code;
  }

  /** Goes behind the name that stands here. */
  #name(): string {
    const name = nameAt(this.#text, this.#at);
    if (name === '') this.#stop('no name');
    if (name.length > NAME_MAX) this.#stop('a name that is too long');
    this.#at += name.length;
    return name;
  }

  /** Goes behind the value that stands here. */
  #value(name: string): string {
    const text = this.#text;
    if (this.#skipSpace() !== EQUALS) this.#stop(`attribute ${name} has no value`);
    this.#at += 1;
    const quote = this.#skipSpace() === QUOTE ? '"' : "'";
    const from = this.#at + 1;
    const end = text[this.#at] === quote ? text.indexOf(quote, from) : -1;
    if (end === -1) this.#stop(`the value of attribute ${name} is broken`);
    this.#at = end + 1;
    const value = text.slice(from, end);
    if (!UNUSUAL.test(value)) return value;
    if (value.includes('<')) this.#stop(`a bracket in the value of attribute ${name}`);
    return this.#resolved(withSpaces(value));
  }

  #endTag(): void {
    const open = this.#open.pop();
    const from = this.#at + '</'.length;
    if (open === undefined || !isAt(this.#text, from, open)) this.#stop(WRONG_END);
    this.#at = from + open.length;
    if (this.#skipSpace() !== GREATER) this.#stop(WRONG_END);
    this.#at += 1;
    this.#isBehindElement = true;
    this.#events.endTag(this.#at);
  }

  #comment(): void {
    const end = this.#text.indexOf('--', this.#at + '<!--'.length);
    if (end === -1 || this.#text[end + 2] !== '>') this.#stop('a comment that is broken');
    this.#at = end + '-->'.length;
  }

  #cdata(): void {
    const from = this.#at + '<![CDATA['.length;
    if (this.#open.length === 0) this.#stop('a CDATA section that is in no element');
    this.#at = this.#cdataEnd();
    this.#events.text(withLineFeeds(this.#text.slice(from, this.#at - ']]>'.length)));
  }

  #cdataEnd(): number {
    const end = this.#text.indexOf(']]>', this.#at);
    return end === -1 ? this.#stop('a CDATA section that has no end') : end + ']]>'.length;
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
      resolved += meaningOf(name) ?? this.#stop('a reference to nothing');
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
