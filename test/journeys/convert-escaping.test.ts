import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { parseXml } from '../../src/gateways/xml/parse-xml.ts';
import type { Element } from '../../src/gateways/xml/element.ts';
import { assertRefused, inBatches } from '../bad-input/checks.ts';
import { type Kind, KINDS, newFacts } from '../bad-input/kinds.ts';
import { LEGACY, testSpine } from '../support/server.ts';

// Shows: FHIR, all bases | $convert: any text comes out as well-formed XML that says the same

const spine = testSpine();

const AT_ONCE = 16;
const MARK = 'Marked07';

/** What XML has a meaning for, and what it has a form of its own for. */
const TEXTS: readonly string[] = [
  `${MARK}<&>"'`,
  `${MARK}]]><!--?><![CDATA[&amp;&#x41;&lt;`,
  `${MARK}\u00e9\u6f22\u{1f600}\u00a0\u200f\u007f\u0085\u2028x`,
  `${MARK}\tone\ntwo\r\nthree\rfour`,
];

/** What XML has no form for at all. */
const NO_TEXTS: readonly string[] = [
  `${MARK}\u0001`,
  `${MARK}\u001b[31m`,
  `${MARK}\ufffe`,
  `${MARK}\ud800`,
];

/** Free texts that a message carries, by the member that they stand in. */
const CARRIED: Readonly<Record<string, readonly string[]>> = {
  order: ['display', 'family', 'line', 'name', 'postalCode', 'prefix', 'text', 'unit'],
  cancel: ['display', 'family', 'line', 'name', 'postalCode', 'prefix'],
  'nominated release': ['display', 'line', 'name', 'postalCode'],
  'patient release': ['display', 'line', 'name', 'postalCode'],
  return: ['display', 'line', 'name', 'postalCode'],
  dispense: ['display', 'line', 'name', 'postalCode', 'text', 'unit'],
  amend: ['display', 'line', 'name', 'postalCode', 'text', 'unit'],
  withdraw: ['display'],
  claim: ['display', 'line', 'name', 'postalCode', 'unit'],
  'claim amend': ['display', 'line', 'name', 'postalCode', 'unit'],
};

describe('a text of a message', () => {
  for (const kind of KINDS) {
    test(`reads back from HL7 V3 as it was sent: ${kind.name}`, async () => {
      const carried = new Set<string>();
      const places = placesOf(kind);
      await inBatches(places, AT_ONCE, async ({ at, name }) => {
        if (!(await isCarried(kind, at))) return;
        const answers = await Promise.all(TEXTS.map((text) => convertWith(kind, at, text)));
        for (const [index, answer] of answers.entries()) {
          if (answer.status === 200) {
            carried.add(name);
            const said = readBack(answer.text);
            const isSaid = readingsOf(TEXTS[index] ?? '').some((reading) => said.has(reading));
            assert.ok(isSaid, `${name}: ${answer.text}`);
          } else assertRefused(answer, 400);
        }
      });
      const missing = (CARRIED[kind.name] ?? [kind.name]).filter((name) => !carried.has(name));
      assert.deepEqual(missing, [], [...carried].join(', '));
    });

    test(`that XML cannot hold never comes out: ${kind.name}`, async () => {
      await inBatches(placesOf(kind), AT_ONCE, async ({ at }) => {
        for (const text of NO_TEXTS) {
          const answer = await convertWith(kind, at, text);
          if (answer.status === 200) readBack(answer.text);
          else assertRefused(answer, 400);
        }
      });
    });
  }
});

/** As a text, as an attribute, and as a telephone number, of which white space is no part [EPS-SIGNATURE 2.5, 2.7]. */
function readingsOf(text: string): string[] {
  const lines = text.replaceAll(/\r\n|\r/g, '\n');
  const value = lines.replaceAll(/[\t\n]/g, ' ');
  return [lines, value, `tel:${text.replaceAll(/\s/g, '')}`];
}

type Place = { readonly at: number; readonly name: string };

/** Every text of the message, numbered as it is come by, with its member; a list's is the list's. */
function placesOf(kind: Kind): Place[] {
  return textsOf(kind.build(newFacts())).map(({ name }, at) => ({ at, name }));
}

async function isCarried(kind: Kind, at: number): Promise<boolean> {
  const answer = await convertWith(kind, at, MARK);
  return answer.status === 200 && answer.text.includes(MARK);
}

function convertWith(kind: Kind, at: number, text: string) {
  const message = kind.build(newFacts());
  textsOf(message)[at]?.put(text);
  return spine().call(`${LEGACY}/$convert`, { as: kind.as, body: message });
}

type Text = { readonly name: string; readonly put: (text: string) => void };

function textsOf(node: object, inside = ''): Text[] {
  return Object.entries(node).flatMap(([key, value]: [string, unknown]) => {
    const name = Array.isArray(node) ? inside : key;
    if (typeof value === 'string')
      return [{ name, put: (text) => void Reflect.set(node, key, text) }];
    return typeof value === 'object' && value !== null ? textsOf(value, name) : [];
  });
}

/** All that the document says, in texts and attributes; a text that is mark-up itself also as what that says. */
function readBack(document: string): Set<string> {
  const root = parseXml(document);
  assert.ok(root.ok, root.ok ? '' : `${root.error} in ${document}`);
  const said = valuesOf(root.value);
  const inner = said.flatMap((text) => {
    const fragment = parseXml(`<fragment>${text}</fragment>`);
    return fragment.ok ? valuesOf(fragment.value) : [];
  });
  return new Set([...said, ...inner]);
}

function valuesOf({ attributes, children }: Element): string[] {
  const own = Object.values(attributes).flatMap((value) => value ?? []);
  return typeof children === 'string'
    ? [...own, children]
    : [...own, ...children.flatMap(valuesOf)];
}
