import { SaxesParser, type SaxesTagPlain } from 'saxes';

import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Element } from './element.ts';

const DEPTH_MAX = 100;

type Open = { readonly tag: SaxesTagPlain; readonly children: Element[]; text: string };

/**
 * Reads XML of somebody else's: no document type but the one that the caller expects, and so no entities
 * of its own, no processing instructions, a limited depth. White space between elements, and comments,
 * are left out; text beside elements is refused, since no message of ours has any.
 */
export function parseXml(
  text: string,
  { doctype }: { readonly doctype?: RegExp } = {},
): Result<Element, string> {
  const parser = new SaxesParser();
  const open: Open[] = [];
  let root: Element | null = null;
  let fault: string | null = null;
  const stop = (what: string): void => {
    fault ??= what;
  };
  parser.on('error', ({ message }) => stop(message));
  parser.on('doctype', (declared) => {
    if (doctype?.test(declared) !== true) stop('a document type is not allowed');
  });
  parser.on('processinginstruction', () => stop('a processing instruction is not allowed'));
  parser.on('opentag', (tag) => {
    if (open.length === DEPTH_MAX) stop(`more than ${DEPTH_MAX} elements inside each other`);
    if (fault === null) open.push({ tag, children: [], text: '' });
  });
  parser.on('text', (part) => {
    const current = open.at(-1);
    if (current !== undefined) current.text += part;
  });
  parser.on('cdata', (part) => {
    const current = open.at(-1);
    if (current !== undefined) current.text += part;
  });
  parser.on('closetag', () => {
    const closed = open.pop();
    if (closed === undefined || fault !== null) return;
    const { tag, children, text: own } = closed;
    if (children.length > 0 && own.trim() !== '') stop(`text beside the elements of ${tag.name}`);
    const element: Element = {
      name: tag.name,
      attributes: tag.attributes,
      children: children.length > 0 ? children : own,
    };
    const parent = open.at(-1);
    if (parent === undefined) root = element;
    else parent.children.push(element);
  });
  parser.write(text).close();
  if (fault !== null) return fail(fault);
  return root === null ? fail('there is no element') : ok(root);
}
