// Shows: Migration | an old store that keeps documents (LX-2) is moved as one with tables is, record for record
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { catchUp } from '../../src/migration/catch-up/catch-up.ts';
import { feedFolder } from '../../src/migration/generate/generate.ts';
import { groupsOf } from '../../src/migration/groups.ts';
import { foldGroup } from '../../src/migration/fold/fold-group.ts';
import type { Group } from '../../src/migration/lx1/read-groups.ts';
import { rowsOfDocument } from '../../src/migration/lx2/document.ts';
import { groupOfDocument } from '../../src/migration/lx2/read-documents.ts';
import { reconcile } from '../../src/migration/reconcile/reconcile.ts';
import { aDump, EXPORTER, type Generated } from '../../src/migration/testing.ts';
import { aStore, digestOf, loadInto, type Store, withBulk } from './store.ts';

const WANTED = { prescriptions: 120, perPart: 60, dirt: 0, changing: 0.3, seed: 3 };

let tables: Generated;
let documents: Generated;
before(async () => {
  [tables, documents] = [await aDump(WANTED), await aDump({ ...WANTED, format: 'LX-2' })];
});

async function moved({ dump, folder }: Generated): Promise<Store> {
  const store = await aStore();
  await loadInto(store, dump);
  const feed = { folder: feedFolder(folder), publicKeyPem: EXPORTER.publicKey };
  await withBulk(store, (bulk) => catchUp(bulk, dump, feed));
  return store;
}

/** What is there of prescriptions; units and rows say where they came from. */
async function contentOf(store: Store): Promise<string[]> {
  const lines = (await digestOf(store)).split('\n');
  return lines.filter((line) => line.startsWith('prescriptions.'));
}

const firstLine = ({ dump }: Generated): string =>
  String(readFileSync(join(dump.folder, 'DOCUMENT.0001.ndjson'), 'utf8').split('\n')[0]);

describe('an export of documents', () => {
  test('leaves the same store as one of tables, with what changed since, and no difference', async () => {
    const [one, other] = [await moved(tables), await moved(documents)];
    assert.deepEqual(await contentOf(other), await contentOf(one));
    const { differences, ids } = await reconcile(other.database, documents.dump);
    assert.deepEqual(differences.slice(0, 5), []);
    assert.ok(ids >= WANTED.prescriptions);
  });

  test('gives from mark to mark the same as read from its beginning', async () => {
    const { dump } = documents;
    const [part = 1] = dump.parts;
    const whole: Group[] = [];
    for await (const group of groupsOf(dump, part)) whole.push(group);
    const marks = whole.flatMap(({ mark }) => (mark === undefined ? [] : [mark]));
    assert.ok(marks.length > 2);
    const pieces: Group[] = [];
    for (const [at, from] of marks.entries()) {
      const between = { from, to: marks[at + 1] ?? null };
      for await (const group of groupsOf(dump, part, undefined, between)) pieces.push(group);
    }
    const content = ({ place, rows }: Group): object => ({ place, rows });
    assert.deepEqual(pieces.map(content), whole.map(content));
  });

  test('with faults in it is told of as the truth has it', async () => {
    const made = await aDump({ ...WANTED, dirt: 8, changing: 0, format: 'LX-2' });
    const found = new Map<string, readonly string[]>();
    for (const part of made.dump.parts) {
      for await (const group of groupsOf(made.dump, part)) {
        found.set(group.place, foldGroup(group, made.dump, false).classes);
      }
    }
    for (const { id, classes } of made.truths) {
      const is = found.get(id.slice(0, -1)) ?? [];
      for (const name of classes.filter((one) => KNOWN.has(one))) {
        assert.ok(is.includes(name), `${id}: ${name} not in ${is.join(' ')}`);
      }
    }
  });

  test('takes false, null, an empty and a blank text for nothing', () => {
    const absent = [false, null, '', '  '].map((value) => {
      const document = structuredClone(JSON.parse(firstLine(documents)));
      document.patient.nhsNumber = value;
      return rowsOfDocument(document, 1).PRESCRIPTION[0]?.row.NHS_NO;
    });
    assert.deepEqual(absent, [null, null, null, null]);
  });

  test('whose index terms say something else is of D16, and nothing is read off them', () => {
    const document = JSON.parse(firstLine(documents));
    const right = groupOfDocument(document, 'A', 1);
    const wrong = groupOfDocument(
      { ...document, indexes: { ...document.indexes, nominatedPharmacy: ['FZZZZ'] } },
      'A',
      1,
    );
    assert.deepEqual([right.classes, wrong.classes], [[], ['D16']]);
    assert.deepEqual(wrong.rows, right.rows);
  });

  for (const [name, change, says] of [
    ['cut short', (text: string) => text.slice(0, -20), /cut short/],
    ['of no JSON', (text: string) => text.replace('{', '['), /row 1: it is no JSON/],
    ['without an id', (text: string) => text.replace('prescriptionID', 'id'), /row 1: it has no/],
    ['out of order', (text: string) => mixed(text), /row 2: it is not in the order/],
    ['fewer than signed', (text: string) => text.slice(text.indexOf('\n') + 1), /were signed/],
  ] as const) {
    test(`is refused with file and row where it is ${name}`, async () => {
      const { dump } = await aDump({ ...WANTED, prescriptions: 5, format: 'LX-2' });
      const path = join(dump.folder, 'DOCUMENT.0001.ndjson');
      writeFileSync(path, change(readFileSync(path, 'utf8')));
      const read = async (): Promise<void> => {
        for await (const { place } of groupsOf(dump, 1)) assert.ok(place !== '');
      };
      await assert.rejects(read(), (error) => {
        assert.match(String(error), /DOCUMENT\.0001\.ndjson/);
        assert.match(String(error), says);
        return true;
      });
    });
  }
});

/** Classes that a document can show; the others are of rows that it cannot hold. */
const KNOWN = new Set([
  'D1',
  'D4',
  'D5',
  'D7',
  'D9',
  'D10',
  'D12',
  'D16',
  'D17',
  'D21',
  'D27',
  'D29',
]);

function mixed(text: string): string {
  const [one, other, ...rest] = text.split('\n');
  return [other, one, ...rest].join('\n');
}
