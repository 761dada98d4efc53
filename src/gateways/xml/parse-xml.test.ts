import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

import type { Element } from './element.ts';
import { type NameOf, parseXml, type Span } from './parse-xml.ts';

const OURS = 'urn:ours';
const nameOf: NameOf = (namespace, local) =>
  namespace === OURS ? local : `{${namespace}}${local}`;

describe('names read by their namespaces', () => {
  test('are the same with any prefix, and with none', () => {
    const texts = [
      `<a xmlns="${OURS}"><b c="1"/></a>`,
      `<x:a xmlns:x="${OURS}"><x:b c="1"/></x:a>`,
      `<x:a xmlns:x="${OURS}"><b xmlns="${OURS}" c="1"/></x:a>`,
    ];
    for (const text of texts) {
      const read = parseXml(text, { nameOf });
      assert.ok(read.ok && typeof read.value.children !== 'string');
      assert.equal(read.value.name, 'a');
      assert.deepEqual(
        read.value.children.map(({ name, attributes }) => [name, attributes['c']]),
        [['b', '1']],
      );
    }
  });

  test('of another namespace are told apart, of elements and of attributes', () => {
    const read = parseXml(`<a xmlns="${OURS}" xmlns:y="urn:y" y:c="2" c="1"><b xmlns=""/></a>`, {
      nameOf,
    });
    assert.ok(read.ok && typeof read.value.children !== 'string');
    assert.equal(read.value.attributes['c'], '1');
    assert.equal(read.value.attributes['{urn:y}c'], '2');
    assert.equal(read.value.children[0]?.name, '{}b');
  });

  test('are of the declarations around them, however often the same tag was read elsewhere', () => {
    const inside = '<x:b x:c="1" d="2"/>';
    const told = (namespace: string) => {
      const read = parseXml(`<a xmlns="${OURS}" xmlns:x="${namespace}">${inside}</a>`, { nameOf });
      assert.ok(read.ok);
      return read.value.children;
    };
    for (let time = 0; time < 4; time += 1) {
      const [ours, theirs] = [told(OURS), told('urn:y')];
      const children = '';
      assert.deepEqual(ours, [{ name: 'b', attributes: { c: '1', d: '2' }, children }]);
      const named = { '{urn:y}c': '1', d: '2' };
      assert.deepEqual(theirs, [{ name: '{urn:y}b', attributes: named, children }]);
      assert.equal(parseXml(inside, { nameOf }).ok, false);
    }
  });

  test('need a prefix that stands for something', () => {
    assert.equal(parseXml('<x:a/>', { nameOf }).ok, false);
    assert.equal(parseXml(`<a xmlns="${OURS}" x:b=""/>`, { nameOf }).ok, false);
  });

  test('of two attributes that are one under two prefixes are refused', () => {
    const text = `<a xmlns:x="${OURS}" xmlns:y="${OURS}" x:b="1" y:b="2"/>`;
    assert.equal(parseXml(text, { nameOf }).ok, false);
  });
});

describe('an element that is passed over', () => {
  const INSIDE = [
    '',
    'text',
    '<over><over/></over>',
    '<c d="/over>" e=\'>\'>&lt;</c >',
    '<!-- </over> --><![CDATA[</over>]]>',
    '<x:over xmlns:x="urn:x"></x:over>',
  ];
  const spansOf = (text: string, passedOver?: ReadonlySet<string>): unknown[] => {
    const spans = new Map<Element, Span>();
    const read = parseXml(text, { nameOf, spans, ...(passedOver ? { passedOver } : {}) });
    assert.ok(read.ok, text);
    return [...spans].filter(([{ name }]) => /^(a|b|over)$/.test(name)).map(([, span]) => span);
  };

  test('ends where it does when it is read, and so does all around it', () => {
    for (const inside of INSIDE) {
      const text = `<a xmlns="${OURS}"><b/><over f="1">${inside}</over><b>t</b></a>`;
      const ends = spansOf(text, new Set(['over']));
      const nested = inside.startsWith('<over>') ? 2 : 0;
      assert.equal(ends.length, 4);
      assert.deepEqual(ends, spansOf(text).toSpliced(1, nested));
    }
  });

  test('is empty, and one of another namespace is read', () => {
    const text = `<a xmlns="${OURS}"><over><b/></over><over xmlns="urn:x"><b/></over></a>`;
    const read = parseXml(text, { nameOf, passedOver: new Set(['over']) });
    assert.ok(read.ok && typeof read.value.children !== 'string');
    assert.deepEqual(
      read.value.children.map(({ children }) => children.length),
      [0, 1],
    );
  });

  test('that has no end is refused', () => {
    const passedOver = new Set(['over']);
    for (const text of ['<over>', '<over><a></over>', '<over><a b="></over>', '<over><!--']) {
      assert.equal(parseXml(text, { nameOf: (_, name) => name, passedOver }).ok, false);
    }
  });
});

test('nothing of a document is held once it was read, though some of it stands in it twice', () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const filling = 'a'.repeat(50_000);
  const read = (from: number, to: number): number => {
    for (let n = from; n < to; n += 1) {
      const id = `<b id="${randomUUID()}"/>`;
      assert.ok(parseXml(`<a xmlns="${OURS}"><c d="${filling}"/>${id}${id}</a>`, { nameOf }).ok);
    }
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = read(0, 500);
  const grownBytes = read(500, 2_000) - before;
  assert.ok(grownBytes < 10 * filling.length, `${grownBytes} bytes more are held`);
});

describe('XML that attacks', () => {
  const refused = (text: string): string => {
    const read = parseXml(text, { nameOf });
    return read.ok ? 'read' : read.error;
  };

  test('with a document type, and so with entities, is refused', () => {
    const bomb = '<!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;">]><a>&c;</a>';
    assert.match(refused(bomb), /^a document type is not allowed/);
    assert.match(refused('<!DOCTYPE a SYSTEM "b"><a/>'), /^a document type is not allowed/);
    assert.notEqual(refused('<a>&b;</a>'), 'read');
  });

  test('that is 100,000 elements deep is refused where it gets too deep', () => {
    const started = performance.now();
    assert.match(refused('<a>'.repeat(100_000)), /^more than 100 elements/);
    assert.ok(performance.now() - started < 1_000);
  });

  test('with more of anything than messages have is refused', () => {
    const many = (count: number, one: (n: number) => string): string =>
      Array.from({ length: count }, (_, n) => one(n)).join(' ');
    const read = (text: string): boolean => parseXml(text, { nameOf }).ok;
    assert.ok(read(`<a ${many(100, (n) => `b${n}=""`)}/>`));
    assert.match(refused(`<a ${many(101, (n) => `b${n}=""`)}/>`), /^more than 100 attributes/);
    assert.match(refused(`<a ${many(60, (n) => `xmlns:b${n}="b"`)}/>`), /^more than 50 namespaces/);
    assert.match(refused(`<${'a'.repeat(1_025)}/>`), /^a name that is too long/);
    assert.match(refused(`<a ${'b'.repeat(1_025)}=""/>`), /^a name that is too long/);
    assert.match(refused('<a __proto__="b"/>'), /^a name that no object can hold/);
    const own = parseXml('<a constructor="b"/>', { nameOf });
    assert.ok(own.ok && own.value.attributes['constructor'] === 'b');
  });

  test('takes no longer for being written to take long', () => {
    const hard = [
      `<a ${'b="" '.repeat(200_000)}`,
      `<a b="${'&amp;'.repeat(200_000)}`,
      `<a>${'&'.repeat(1_000_000)}</a>`,
      `<a>${'<!-- -'.repeat(150_000)}`,
      `<a${' '.repeat(1_000_000)}`,
      `<a b${' '.repeat(1_000_000)}`,
      `<!DOCTYPE ${'<'.repeat(1_000_000)}`,
      `<a><![CDATA[${']]'.repeat(500_000)}`,
      `</${'a '.repeat(500_000)}`,
    ];
    const started = performance.now();
    for (const text of hard) assert.notEqual(refused(text), 'read');
    assert.ok(performance.now() - started < 2_000);
  });
});
