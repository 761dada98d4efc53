import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, describe, test } from 'node:test';

import fc from 'fast-check';

import { prune } from './follow.ts';
import {
  goesOnAt,
  nextSegment,
  parseHistory,
  parsePosition,
  positionText,
  segmentName,
} from './positions.ts';
import { join as joined, split } from './shares.ts';
import { whole } from './source.ts';
import { makeStore, openStore, type Store } from './store.ts';
import { Trouble } from '../trouble.ts';

const SEGMENT = 16 * 1024 * 1024;

describe('files of the log', () => {
  const first = { sizeBytes: SEGMENT, timeline: 1, history: [] };

  test('are named as PostgreSQL names them', () => {
    // As pg_walfile_name says it.
    assert.equal(segmentName(first, parsePosition('0/2000028')), '000000010000000000000002');
    assert.equal(segmentName(first, parsePosition('1A/2B0000F8')), '000000010000001A0000002B');
    assert.equal(nextSegment('0000000100000000000000FF', SEGMENT), '000000010000000100000000');
    assert.equal(positionText(parsePosition('1A/2B0000F8')), '1A/2B0000F8');
  });

  test('belong to the timeline that went on from them, and the one of the switch to the newer', () => {
    const history = parseHistory('1\t0/5000100\tno recovery target specified\n');
    const second = { sizeBytes: SEGMENT, timeline: 2, history };
    assert.equal(segmentName(second, parsePosition('0/4FFFFFF')), '000000010000000000000004');
    assert.equal(segmentName(second, parsePosition('0/5000000')), '000000020000000000000005');
  });

  test('are copied from where their timeline was left, whatever had come there after that', () => {
    const history = parseHistory('1\t0/5000100\tone\n2\t0/8000200\ttwo\n');
    const third = { sizeBytes: SEGMENT, timeline: 3, history };
    const from = (timeline: number, position: string): string =>
      positionText(goesOnAt(third, timeline, parsePosition(position)));
    assert.equal(from(3, '0/9000010'), '0/9000010');
    assert.equal(from(2, '0/7000300'), '0/7000000');
    assert.equal(from(2, '0/9000010'), '0/8000000'); // two files on, nobody else has the second
    assert.equal(from(1, '0/6000010'), '0/5000000');
    assert.equal(from(1, '0/5000020'), '0/5000000');
  });
});

describe('shares of a secret', () => {
  test('give it back when three of five come together, whichever they are', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 3 }),
        (secret, chosen) => {
          const shares = split(Buffer.from(secret), 5, 3);
          const brought = chosen.flatMap((at) => shares[at] ?? []);
          assert.deepEqual(joined(brought), Buffer.from(secret));
        },
      ),
    );
  });

  test('give two people something else', () => {
    const secret = Buffer.alloc(32, 7);
    assert.notDeepEqual(joined(split(secret, 5, 3).slice(0, 2)), secret);
  });
});

test('what is kept is what any second since an instant needs: the base backup before it, and the log from there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-store-'));
  try {
    await makeStore(folder, false);
    const store = await openStore(folder, null);
    for (const day of [1, 2, 3, 4]) {
      const base = {
        id: `day${day}`,
        endedAt: `2026-11-0${day}T03:00:00Z`,
        firstSegment: `00000001000000000000000${day}`,
        mark: {},
      };
      await store.note(`base/day${day}/manifest.json`, base);
      await store.write(`log/${base.firstSegment}`, Readable.from([Buffer.from('log')]));
    }
    await prune(store, new Date('2026-11-03T02:59:59Z'));
    assert.deepEqual(await store.list('base'), ['day2', 'day3', 'day4']);
    assert.deepEqual(
      (await store.list('log')).map((name) => name.slice(-1)),
      ['2', '3', '4'],
    );
    await prune(store, new Date('2025-01-01T00:00:00Z'));
    assert.equal((await store.list('base')).length, 3);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('an encrypted store', () => {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-store-'));
  after(() => rmSync(folder, { recursive: true }));
  const text = Buffer.from('a synthetic word '.repeat(200_000));
  let shares: readonly string[] = [];

  async function* chunks(): AsyncGenerator<Buffer, void> {
    for (let at = 0; at < text.length; at += 65_536) yield text.subarray(at, at + 65_536);
  }
  const readBy = async (brought: readonly string[] | null): Promise<Buffer> => {
    const store: Store = await openStore(folder, brought);
    return whole(await store.read('log/one'));
  };

  test('takes files from who holds no share, and gives them to three who do', async () => {
    shares = await makeStore(folder, true);
    assert.equal(shares.length, 5);
    await (await openStore(folder, null)).write('log/one', chunks());
    assert.equal(readFileSync(join(folder, 'log/one')).includes('synthetic'), false);
    assert.deepEqual(await readBy([shares[4] ?? '', shares[0] ?? '', shares[2] ?? '']), text);
  });

  test('gives nothing to two, to one who comes twice, or to those of another key', async () => {
    const [one = '', two = ''] = shares;
    for (const brought of [[], [one, two], [one, two, two]]) {
      await assert.rejects(readBy(brought), (error) => {
        assert.ok(error instanceof Trouble);
        return error.message.includes('3 shares of the recovery key are needed');
      });
    }
    const other = one.replace('share 1/', 'share 3/');
    await assert.rejects(readBy([one, two, other]), /do not open the recovery key/);
    await assert.rejects(readBy(['no share']), /holds no share/);
  });

  test('gives nothing of a file in which a bit is another', async () => {
    const file = join(folder, 'log/one');
    const bytes = readFileSync(file);
    bytes[bytes.length - 20] = (bytes.at(-20) ?? 0) ^ 1;
    writeFileSync(file, bytes);
    await assert.rejects(readBy(shares));
  });

  test('is made only in a folder that is empty', async () => {
    const other = mkdtempSync(join(tmpdir(), 'openspine-store-'));
    writeFileSync(join(other, 'letter.txt'), 'not ours');
    await assert.rejects(makeStore(other, false), /is not empty/);
    rmSync(other, { recursive: true });
  });
});
