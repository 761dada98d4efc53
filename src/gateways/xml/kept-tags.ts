import type { Meaning } from './scopes.ts';
import { isAt } from './xml-characters.ts';

/** Names, each once, and values as they mean, in turn and in their order: `['root', '1', 'extension', '2']`. */
export type Attributes = readonly string[];

/** A start tag: what it says, and whether it is the whole element. */
export type Tag = {
  readonly name: string;
  readonly attributes: Attributes;
  readonly isShort: boolean;
  /** The same one is met again, by the next document too: what it was seen to mean. Null: it is not kept. */
  readonly meanings: Meaning[] | null;
};

/** A tag with its text, from bracket to bracket. */
type Kept = { readonly text: string; readonly tag: Tag };

// Most tags of a message stand letter for letter in those before it. Of each place the last that came twice is kept.
const PLACES = 8_192;
const LENGTH_MAX = 256; // characters of one that is kept
const kept: (Kept | null)[] = Array.from({ length: PLACES }, () => null);
const lastRead = new Int32Array(PLACES); // marks

/** The tag that begins with the bracket here, when it is kept. */
export function keptTag(text: string, start: number): Kept | null {
  const one = kept[markOf(text, start) & (PLACES - 1)] ?? null;
  // A text that begins as one that was a whole tag is that tag: it ends with its own bracket.
  return one !== null && isAt(text, start, one.text) ? one : null;
}

/** What was read of a text; kept when it is for the second time, so that what is of one message alone is not. */
export function readTag(
  text: string,
  start: number,
  end: number,
  read: Omit<Tag, 'meanings'>,
): Tag {
  const mark = markOf(text, start);
  const place = mark & (PLACES - 1);
  const isKept = lastRead[place] === mark && end - start <= LENGTH_MAX;
  const tag = { ...read, meanings: isKept ? [] : null };
  if (isKept) kept[place] = { text: ownText(text.slice(start, end)), tag };
  lastRead[place] = mark;
  return tag;
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

/** A slice keeps all that it is of. */
function ownText(slice: string): string {
  return Buffer.from(slice).toString();
}
