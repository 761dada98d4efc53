import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { present } from '../../kernel/bug.ts';
import { Trouble } from '../../platform/trouble.ts';
import { SIGNATURE, writeSigned } from '../signed-file.ts';
import { aDump, EXPORTER, type Generated, keyPair } from '../testing.ts';
import { type DumpFile, MANIFEST, type Manifest, manifestJson } from './manifest.ts';
import { openDump } from './open-dump.ts';
import { type Group, readGroups } from './read-groups.ts';

// Shows: Migration | exports in LX-1 are verified, and refused with file, row and reason

const open = (folder: string): Promise<unknown> => openDump(folder, EXPORTER.publicKey);

async function refusal(work: Promise<unknown>): Promise<string> {
  try {
    await work;
  } catch (error) {
    assert.ok(error instanceof Trouble, String(error));
    return error.message;
  }
  return assert.fail('it was taken');
}

/** Every row of an export by its place. */
async function rowsOf({ dump }: Generated): Promise<Map<string, number>> {
  const rows = new Map<string, number>();
  for (const part of dump.parts) {
    for await (const { place, rows: tables } of readGroups(dump, part)) {
      const count = Object.values(tables).reduce((all, some) => all + some.length, 0);
      rows.set(place, (rows.get(place) ?? 0) + count);
    }
  }
  return rows;
}

const withoutMark = ({ place, rows }: Group) => ({ place, rows });

describe('an export', () => {
  let made: Generated;
  before(async () => {
    made = await aDump({ prescriptions: 60, perPart: 30 });
  });

  test('gives each row once, gathered by prescription, and as many as were signed', async () => {
    const rows = await rowsOf(made);
    const read = [...rows.values()].reduce((all, some) => all + some, 0);
    const { files } = made.dump.manifest;
    const signed = files
      .filter(({ table }) => table !== 'PAYLOAD')
      .reduce((all, file) => all + file.rows, 0);
    assert.equal(read, signed);
    assert.equal(rows.size, made.truths.length);
  });

  test('gives those alone that are wanted, with the rows that they have among all', async () => {
    const { dump } = made;
    for (const part of dump.parts) {
      const all = await Array.fromAsync(readGroups(dump, part));
      const wanted = new Set(all.filter((_, index) => index % 3 === 1).map(({ place }) => place));
      const some = await Array.fromAsync(readGroups(dump, part, (place) => wanted.has(place)));
      assert.ok(some.length > 5);
      assert.deepEqual(
        some,
        all.filter(({ place }) => wanted.has(place)),
      );
    }
  });

  test('gives from mark to mark the same as read from its beginning, whatever is wrong in it', async () => {
    const { dump } = await aDump({ prescriptions: 180, perPart: 90, dirt: 10 });
    for (const part of dump.parts) {
      const all = await Array.fromAsync(readGroups(dump, part));
      const marks = all.flatMap(({ mark }) => mark ?? []);
      assert.ok(marks.length > 2);
      const read: Group[] = [];
      for (const [at, from] of marks.entries()) {
        const to = marks[at + 1] ?? null;
        read.push(...(await Array.fromAsync(readGroups(dump, part, undefined, { from, to }))));
      }
      assert.deepEqual(read.map(withoutMark), all.map(withoutMark));
    }
  });

  for (const packing of ['gzip', 'zstd'] as const) {
    test(`that is packed by ${packing} holds the same rows`, async () => {
      const packed = await aDump({ prescriptions: 60, perPart: 30, packing });
      assert.deepEqual(await rowsOf(packed), await rowsOf(made));
      const marks = (await Array.fromAsync(readGroups(packed.dump, 1))).flatMap(
        ({ mark }) => mark ?? [],
      );
      assert.deepEqual(marks, []);
    });
  }

  test('is the same again from the same seed, and another from another', async () => {
    const digests = async (seed: number): Promise<string[]> => {
      const { dump } = await aDump({ prescriptions: 30, seed });
      return dump.manifest.files.map(({ sha256 }) => sha256);
    };
    const first = await digests(7);
    assert.deepEqual(await digests(7), first);
    assert.notDeepEqual(await digests(8), first);
  });

  test('is signed so that openssl verifies it', () => {
    const { folder } = made.dump;
    const key = join(made.folder, 'key.pem');
    writeFileSync(key, EXPORTER.publicKey);
    const manifest = join(folder, MANIFEST);
    const verified = execFileSync('openssl', [
      'pkeyutl',
      '-verify',
      '-pubin',
      '-rawin',
      '-inkey',
      key,
      '-in',
      manifest,
      '-sigfile',
      `${manifest}${SIGNATURE}`,
    ]);
    assert.match(verified.toString(), /Verified Successfully/);
  });
});

/** What is done to an export, and what the refusal says. */
const ALTERED: readonly (readonly [string, (folder: string) => void, RegExp])[] = [
  [
    'with a byte changed',
    (folder) => flip(join(folder, 'ISSUE.0001.csv')),
    /ISSUE\.0001\.csv: its bytes are not/,
  ],
  [
    'with a file cut short',
    (folder) => cut(join(folder, 'CLAIM.0001.csv')),
    /CLAIM\.0001\.csv: it has \d+ bytes where/,
  ],
  [
    'with a file too long',
    (folder) => appendFileSync(join(folder, 'ITEM.0001.csv'), 'x'),
    /ITEM\.0001\.csv: it has/,
  ],
  [
    'without a file',
    (folder) => rmSync(join(folder, 'RELEASE.0001.csv')),
    /RELEASE\.0001\.csv: the manifest lists it/,
  ],
  [
    'with a file of its own',
    (folder) => writeFileSync(join(folder, 'ISSUE.0002.csv'), ''),
    /ISSUE\.0002\.csv: the manifest does not list/,
  ],
  [
    'with two files swapped',
    (folder) => copyFileSync(join(folder, 'ITEM.0001.csv'), join(folder, 'ISSUE.0001.csv')),
    /ISSUE\.0001\.csv: it has/,
  ],
  [
    'whose manifest was changed',
    (folder) => flip(join(folder, MANIFEST)),
    /manifest\.json is not what was signed/,
  ],
  [
    'without its signature',
    (folder) => rmSync(join(folder, `${MANIFEST}${SIGNATURE}`)),
    /manifest\.json\.sig cannot be read/,
  ],
];

describe('an export is refused', () => {
  for (const [name, alter, says] of ALTERED) {
    test(name, async () => {
      const { dump } = await aDump({ prescriptions: 5 });
      alter(dump.folder);
      assert.match(await refusal(open(dump.folder)), says);
    });
  }

  test('that another key signed', async () => {
    const { dump } = await aDump({ prescriptions: 5 });
    assert.match(
      await refusal(openDump(dump.folder, keyPair().publicKey)),
      /another key signed it/,
    );
  });

  test('whose manifest lists a part twice', async () => {
    const { dump } = await aDump({ prescriptions: 5 });
    const { manifest, folder } = dump;
    await sign(folder, {
      ...manifest,
      files: [...manifest.files, present(manifest.files[0], 'file')],
    });
    assert.match(await refusal(open(folder)), /lists PRESCRIPTION part 1 twice/);
  });
});

/** Rows that are not as the format says are found while they are read, with file and row. */
const ROWS: readonly (readonly [string, string, (text: string) => string, RegExp])[] = [
  [
    'columns of another version',
    'CLAIM',
    (text) => text.replace('BATCH_ID', 'BATCH'),
    /CLAIM\.0001\.csv, row 1: the columns/,
  ],
  [
    'a field too many',
    'ISSUE',
    (text) => text.replace(/\n$/, ',x\n'),
    /ISSUE\.0001\.csv, row \d+: it has 23 fields/,
  ],
  [
    'an empty key',
    'ITEM',
    (text) => text.replace(/\n([^,]+),1,/, '\n$1,,'),
    /ITEM\.0001\.csv, row 2: ISSUE_NO is NULL/,
  ],
  [
    'rows out of order',
    'PRESCRIPTION',
    (text) => swapped(text),
    /PRESCRIPTION\.0001\.csv, row 3: it is not in the order/,
  ],
  [
    'a row that was not signed for',
    'PRESCRIPTION',
    (text) => text.slice(0, text.lastIndexOf('\n', text.length - 2) + 1),
    /PRESCRIPTION\.0001\.csv: it has \d+ rows where \d+ were signed/,
  ],
];

describe('reading an export stops at', () => {
  for (const [name, table, change, says] of ROWS) {
    test(name, async () => {
      const made = await aDump({ prescriptions: 20, dirt: 0, seed: 11 });
      const { dump } = made;
      const path = join(dump.folder, `${table}.0001.csv`);
      const text = change(readFileSync(path, 'latin1'));
      writeFileSync(path, text, 'latin1');
      assert.match(await refusal(rowsOf(made)), says);
    });
  }
});

function swapped(text: string): string {
  const [header = '', one = '', other = '', ...rest] = text.split('\n');
  return [header, other, one, ...rest].join('\n');
}

function flip(path: string): void {
  const bytes = readFileSync(path);
  const at = bytes.length - 2;
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(path, bytes);
}

function cut(path: string): void {
  writeFileSync(path, readFileSync(path).subarray(0, -5));
}

async function sign(
  folder: string,
  manifest: Manifest & { files: readonly DumpFile[] },
): Promise<void> {
  await writeSigned(join(folder, MANIFEST), manifestJson(manifest), EXPORTER.privateKey);
  assert.ok(readdirSync(folder).includes(MANIFEST));
}
