// Shows: Migration | a feed is read in the same memory however long it is, also where all of it comes once more
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';

import { writeSegment } from '../../src/migration/generate/feed-file.ts';
import { csvLine } from '../../src/migration/lx1/csv.ts';
import { aFolder, EXPORTER } from '../../src/migration/testing.ts';

const SEGMENTS = 20;
const OF_SEGMENT = 1_000;
const CHANGE_BYTES = 4_096;
const MEMORY_MEGABYTES = 32; // less than half of the feed

const exportId = randomUUID();

function changesOf(segment: number): string {
  const lines = Array.from({ length: OF_SEGMENT }, (_, n) => {
    const seq = segment * OF_SEGMENT + n + 1;
    const key = { PRESC_ID: `${seq.toString(16).padStart(6, '0').toUpperCase()}-A83008-00000` };
    const after = { ...key, REASON: 'x'.repeat(CHANGE_BYTES) };
    const place = [String(seq), `T${seq}`, 'Y', '20141030040000', 'TOMBSTONE', 'I'];
    return csvLine([...place, JSON.stringify(key), JSON.stringify(after), null]);
  });
  return HEADER + lines.join('');
}

const HEADER = csvLine('CHG_SEQ TX_ID TX_LAST COMMIT_TS TABLE OP PK AFTER BEFORE'.split(' '));

/** How many changes a thread reads that has no more memory than that. */
async function readIn(folder: string): Promise<unknown> {
  const worker = new Worker(new URL('read-whole-feed.ts', import.meta.url), {
    workerData: { folder, exportId, publicKeyPem: EXPORTER.publicKey },
    resourceLimits: { maxOldGenerationSizeMb: MEMORY_MEGABYTES },
  });
  const [changes] = await once(worker, 'message');
  await worker.terminate();
  return changes;
}

test('a feed of more than the memory there is is read to its end, and so is one that is there twice', async () => {
  const folder = await aFolder();
  const write = (number: number, of: number): Promise<void> =>
    writeSegment(folder, { exportId, number, text: changesOf(of) }, EXPORTER.privateKey);
  for (let segment = 0; segment < SEGMENTS; segment += 1) await write(segment + 1, segment);
  assert.equal(await readIn(folder), SEGMENTS * OF_SEGMENT);
  for (let segment = 0; segment < SEGMENTS; segment += 1) {
    await write(SEGMENTS + segment + 1, segment);
  }
  assert.equal(await readIn(folder), SEGMENTS * OF_SEGMENT);
});
