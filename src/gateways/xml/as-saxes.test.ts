import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';
import { SaxesParser, type SaxesTagNS } from 'saxes';

import type { Element } from './element.ts';
import { type NameOf, parseXml } from './parse-xml.ts';

const nameOf: NameOf = (namespace, local) => `{${namespace}}${local}`;

type Open = { name: string; attributes: Record<string, string>; children: Element[]; text: string };

/** The same reading by a parser of somebody else's; null when it says that the text is no XML. */
function bySaxes(text: string): Element | null {
  const open: Open[] = [];
  const roots: Element[] = [];
  const stop = (): never => {
    throw new Error('refused');
  };
  const parser = new SaxesParser({ xmlns: true });
  parser.on('error', stop);
  parser.on('doctype', stop);
  parser.on('processinginstruction', stop);
  parser.on('opentag', ({ uri, local, attributes }: SaxesTagNS) => {
    const told = Object.values(attributes).filter(
      ({ prefix, name }) => prefix !== 'xmlns' && name !== 'xmlns',
    );
    const named = told.map((one) => [
      one.uri === '' ? one.name : nameOf(one.uri, one.local),
      one.value,
    ]);
    const own = Object.fromEntries(named);
    open.push({ name: nameOf(uri, local), attributes: own, children: [], text: '' });
  });
  const add = (part: string): void => {
    const current = open.at(-1);
    if (current !== undefined) current.text += part;
  };
  parser.on('text', add);
  parser.on('cdata', add);
  parser.on('closetag', () => {
    const { name, attributes, children, text: own } = open.pop() ?? stop();
    if (children.length > 0 && own.trim() !== '') stop();
    const element = { name, attributes, children: children.length > 0 ? children : own };
    (open.at(-1)?.children ?? roots).push(element);
  });
  try {
    parser.write(text).close();
    return roots[0] ?? null;
  } catch {
    return null;
  }
}

function assertAlike(text: string): boolean {
  const ours = parseXml(text, { nameOf });
  const theirs = bySaxes(text);
  assert.deepEqual(ours.ok ? ours.value : null, theirs, ours.ok ? text : `${text}\n${ours.error}`);
  return ours.ok;
}

// Pieces that make XML, almost make it, or break it.
const NAMES = ['a', 'b', 'x:a', 'y:b', 'é', 'a-1', ':a', 'x:', '-a', 'a:b:c', 'xml:a'];
const VALUES = ['1', '', ' 2\t3\r\n4 ', '&lt;&#x41;&#10;&apos;', '<', '&b;', '&', '&#0;', '𝒳', '>'];
const TEXTS = [
  't',
  ' ',
  '\r\n',
  '&amp;',
  '&#xD;\r',
  ']]>',
  '&#xD800;',
  '\u0001',
  '&amp',
  '&constructor;',
  '𝒳',
  '>',
];
const DECLARED = [' xmlns="u"', ' xmlns=""', ' xmlns:x="u"', ' xmlns:y="u"', ' xmlns:x=""'];
const RESERVED = [' xmlns:xml="u"', ' xmlns:y="http://www.w3.org/2000/xmlns/"', ' xmlns:xmlns="u"'];
const BESIDE = [
  '<!-- c -->',
  '<!-- -- -->',
  '<!---->',
  '<!-->',
  '<![CDATA[<&]]]>',
  '<?p ?>',
  '<!D>',
];

/** saxes takes white space from around the name of a namespace, and lets halves of characters pass. */
const PADDED = /xmlns(:\w*)?\s*=\s*("[^"]*\s[^"]*"|'[^']*\s[^']*')/;

const oneOf = (...lists: readonly (readonly string[])[]) => fc.constantFrom(...lists.flat());
const rare = (usual: fc.Arbitrary<string>, other: fc.Arbitrary<string>, weight = 8) =>
  fc.oneof({ weight, arbitrary: usual }, { weight: 1, arbitrary: other });

const attribute = fc
  .tuple(
    rare(oneOf(NAMES.slice(0, 6)), oneOf(NAMES)),
    rare(oneOf(VALUES.slice(0, 4)), oneOf(VALUES)),
    oneOf(['"', "'"]),
  )
  .map(([name, value, quote]) => ` ${name}=${quote}${value}${quote}`);
const declared = rare(oneOf(DECLARED.slice(0, 4)), oneOf(DECLARED, RESERVED));
const attributes = fc
  .array(rare(attribute, declared, 2), { maxLength: 3 })
  .map((all) => all.join(''));
const content = rare(oneOf(TEXTS.slice(0, 5)), oneOf(TEXTS, BESIDE), 4);

const { element } = fc.letrec<{ element: string }>((tie) => ({
  element: fc
    .tuple(
      rare(oneOf(NAMES.slice(0, 6)), oneOf(NAMES), 20),
      attributes,
      fc.array(fc.oneof({ depthSize: 'small' }, content, tie('element')), { maxLength: 3 }),
      fc.boolean(),
    )
    .map(([name, own, inside, isShort]) =>
      isShort && inside.length === 0
        ? `<${name}${own} />`
        : `<${name}${own}>${inside.join('')}</${name} >`,
    ),
}));
const around = rare(fc.constant(''), oneOf(['\n', '<!-- c -->', ' t', '<a/>', '\ufeff']), 4);
const declaration = rare(
  fc.constant(''),
  oneOf([
    '<?xml version="1.0"?>',
    "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>",
    '<?xml ?>',
  ]),
  4,
);

/** Everything that it may need is declared around. */
const documents = fc
  .tuple(declaration, around, element, around)
  .map(
    ([first, before, root, behind]) =>
      `${first}${before}<r xmlns:x="v" xmlns:y="w">${root}</r>${behind}`,
  );

describe('a text is XML for us when it is for saxes, and says the same', () => {
  test('made of pieces that are right, or wrong', () => {
    let right = 0;
    fc.assert(
      fc.property(documents, (text) => {
        if (assertAlike(text)) right += 1;
      }),
      { numRuns: 4_000 },
    );
    assert.ok(right > 800 && right < 3_600, `${right} of 4,000 are right`);
  });

  test('with any characters taken out, put in, or doubled', () => {
    const broken = fc
      .tuple(
        documents,
        fc.nat(),
        fc.nat({ max: 3 }),
        oneOf(['', '<', '>', '/', '"', '&', ';', ' ', '=', 'a', ':']),
      )
      .map(([text, place, length, instead]) => {
        const at = place % text.length;
        return text.slice(0, at) + instead + text.slice(at + length);
      })
      .filter((text) => text.isWellFormed() && !PADDED.test(text));
    fc.assert(
      fc.property(broken, (text) => void assertAlike(text)),
      { numRuns: 4_000 },
    );
  });
});
