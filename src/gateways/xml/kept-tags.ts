import type { Element } from './element.ts';
import type { Scope } from './scopes.ts';
import { isAt } from './xml-characters.ts';

/** Names, each once, and values as they mean, in turn and in their order: `['root', '1', 'extension', '2']`. */
export type Attributes = readonly string[];

/** A start tag, as it is written. */
export type Written = {
  readonly name: string;
  readonly attributes: Attributes;
  /** It is the whole element. */
  readonly isShort: boolean;
};

/** What a tag says in the scope that it stands in. */
export type Meaning = {
  readonly name: string;
  readonly attributes: Element['attributes'];
  /** Inside of its element. */
  readonly scope: Scope;
  /** Of a tag that is one: the whole element, which nobody changes. */
  readonly element: Element | null;
};

/** One object, so that little memory is looked at: of a message most tags are known. */
export type Tag = {
  /** From bracket to bracket, where the same one is met again, by the next document too; null: it is not kept. */
  readonly text: string | null;
  readonly written: Written;
  /** The scope that it was met in the last time, and what it says there. */
  around: Scope | null;
  meaning: Meaning | null;
  /** Place of the kept tag that stood behind it the last time. */
  next: number;
};

const PLACES = 8_192;
const LENGTH_MAX = 256; // characters of one that is kept

/** Most tags of a message stand letter for letter in those before it. Of each place the last that two have is kept. */
export class KeptTags {
  readonly #kept: (Tag | null)[] = Array.from({ length: PLACES }, () => null);
  readonly #lastRead = new Int32Array(PLACES); // marks
  readonly #lastReadIn = new Int32Array(PLACES); // documents

  /** The kept tag that was met last: behind it most often comes the one that came before. */
  #before: Tag | null = null;
  #document = 0;
  /** Of the tag that was looked for last, and is not kept. */
  #mark = 0;

  /** What is read from now on is of another document. */
  nextDocument(): void {
    this.#document = (this.#document + 1) | 0;
  }

  /** The tag that begins with the bracket here, when it is kept. */
  find(text: string, start: number): Tag | null {
    const before = this.#before;
    const likely = before === null ? null : (this.#kept[before.next] ?? null);
    if (isThere(text, start, likely)) {
      this.#before = likely;
      return likely;
    }
    this.#mark = markOf(text, start);
    const place = this.#mark & (PLACES - 1);
    const found = this.#kept[place] ?? null;
    if (!isThere(text, start, found)) return null;
    if (before !== null) before.next = place;
    this.#before = found;
    return found;
  }

  /**
   * What was read of the text where none was found; kept when an earlier document had it, too: what one says twice is
   * most often of that one alone.
   */
  read(text: string, start: number, end: number, written: Written): Tag {
    const mark = this.#mark;
    const place = mark & (PLACES - 1);
    const isKnown = this.#lastRead[place] === mark && this.#lastReadIn[place] !== this.#document;
    const isKept = isKnown && end - start <= LENGTH_MAX;
    this.#lastRead[place] = mark;
    this.#lastReadIn[place] = this.#document;
    const tag = isKept
      ? tagOf(ownText(text.slice(start, end)), ownWritten(written))
      : tagOf(null, written);
    if (isKept) this.#kept[place] = tag;
    return tag;
  }
}

function tagOf(text: string | null, written: Written): Tag {
  return { text, written, around: null, meaning: null, next: 0 };
}

/** A text that begins as one that was a whole tag is that tag: it ends with its own bracket. */
function isThere(text: string, start: number, tag: Tag | null): boolean {
  return tag !== null && tag.text !== null && isAt(text, start, tag.text);
}

const EVERY = 4;

/** Told by its length and some of its characters; those that look alike take each other's place. */
function markOf(text: string, start: number): number {
  const end = Math.min(text.indexOf('>', start), start + LENGTH_MAX);
  let mark = end - start;
  for (let at = start + 1; at < end; at += EVERY) {
    mark = (Math.imul(mark, 31) + text.charCodeAt(at)) | 0;
  }
  return mark;
}

function ownWritten({ name, attributes, isShort }: Written): Written {
  return { name: ownText(name), attributes: attributes.map(ownText), isShort };
}

/** A slice keeps all that it is of. */
function ownText(slice: string): string {
  return Buffer.from(slice).toString();
}
