import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { gzipSync, zstdCompressSync } from 'node:zlib';

import { aFolder } from '../testing.ts';
import { readCsv } from './csv.ts';
import { bytesOf } from './read-table.ts';

// Shows: Migration | a packed file of an export is read as it is unpacked, piece by piece: memory does not grow with it

const ROWS = 1_000_000;
const LINE = `${'0123456789abcdef,'.repeat(5)}x\n`; // 87 bytes
const LOOK_BYTES = 8_388_608;
const MOST_BYTES = 8_388_608; // that are held at once, of some 87 million

/** Frees all that nobody holds, so that what is left is held. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  const free: unknown = runInNewContext('gc');
  assert.ok(typeof free === 'function');
  free();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return arrayBuffers + heapUsed;
}

describe('a packed file of an export', () => {
  for (const [ending, pack] of [
    ['gz', gzipSync],
    ['zst', zstdCompressSync],
  ] as const) {
    test(`.${ending} is read piece by piece`, async () => {
      const file = join(await aFolder(), `ISSUE.0001.csv.${ending}`);
      writeFileSync(file, pack(Buffer.from(LINE.repeat(ROWS))));
      const before = heldBytes();
      let [rows, looked, most] = [0, 0, 0];
      for await (const some of readCsv(bytesOf(file))) {
        rows += some.length;
        if ((rows - looked) * LINE.length < LOOK_BYTES) continue;
        looked = rows;
        most = Math.max(most, heldBytes() - before);
      }
      assert.equal(rows, ROWS);
      assert.ok(looked > 0 && most < MOST_BYTES, `${most} bytes were held`);
    });
  }
});
