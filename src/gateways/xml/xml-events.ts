import type { Tag } from './kept-tags.ts';

/** What is told of a document, in the order of its text; who is told stops it by throwing. */
export type XmlEvents = {
  /** `start`: of its first bracket. Of what answers true the inside is passed over, unlooked at. */
  readonly startTag: (tag: Tag, start: number) => boolean;
  /** `end`: behind its last bracket. */
  readonly endTag: (end: number) => void;
  /** A tag that is the whole element. */
  readonly shortTag: (tag: Tag, start: number, end: number) => void;
  /** Never outside of the root, nor white space beside an element; one text may come in parts. */
  readonly text: (text: string) => void;
  /** What stands between `<!DOCTYPE` and its bracket; nothing of it is used. */
  readonly doctype: (declared: string) => void;
};

/** Why a text is not XML, or is more than is read of anybody. */
export class XmlFault extends Error {}
