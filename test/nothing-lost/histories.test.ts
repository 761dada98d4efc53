import { after, before, describe, test } from 'node:test';

import fc from 'fast-check';

import { aSpine } from '../../src/prescriptions/testing.ts';
import { createDatabase } from '../support/database.ts';
import { testPair } from './datacentres.ts';
import { handlerSpine } from './handler-spine.ts';
import { histories, type History, type Kinds } from './history.ts';
import { httpSpine } from './http-spine.ts';
import { assertInvariants } from './invariants.ts';
import { play, type Played } from './play.ts';
import { pureSpine } from './pure-spine.ts';
import { seedOf } from './random.ts';
import { openRows } from './rows.ts';

// Shows: Reliability | random histories agree with a reference model; what was returned never comes back by itself

const PURE_HISTORIES = 2_000;
const DATABASE_HISTORIES = 1_000;
const HTTP_HISTORIES = 52;
const AT_ONCE = 4; // histories in one database; each has its own prescriptions and pharmacies
const STATUSES_BY_MESSAGES = 100; // ten statuses, ten kinds of message

const seed = seedOf(process.env);
const cover = new Set<string>();
let runs = 0;

describe('random histories are answered as the specification says', () => {
  test('by the rules alone', async () => {
    await playAll(
      'rules alone',
      PURE_HISTORIES,
      1,
      { isTimed: true, isMostlyShort: false },
      (history) => play(history, pureSpine(), { ...whole(history), cover }),
    );
    if (cover.size < STATUSES_BY_MESSAGES) throw new Error(`covered only ${cover.size}`);
  });
});

describe('random histories on a database', () => {
  let made: Awaited<ReturnType<typeof createDatabase>>;
  let rows: ReturnType<typeof openRows>;
  before(async () => {
    made = await createDatabase();
    rows = openRows(made.url);
    // No server is killed here, so that no commit need wait for the disk.
    const { pathname } = new URL(made.url);
    await rows.all(`alter database ${pathname.slice(1)} set synchronous_commit = off`);
  });
  after(async () => {
    await rows.close();
    await made.drop();
  });

  test('are answered as the specification says, and leave every invariant whole', async () => {
    const spine = handlerSpine(aSpine(made.database));
    await playAll(
      'database',
      DATABASE_HISTORIES,
      AT_ONCE,
      { isTimed: true, isMostlyShort: true },
      async (history) => {
        const played = await play(history, spine, { ...whole(history), looksEachTime: false });
        await assertInvariants(rows, played.prescriptions);
        return played;
      },
    );
    await assertInvariants(rows);
  });
});

describe('random histories over HTTP, through two datacentres', () => {
  const pair = testPair();

  test('are answered as the specification says, and leave every invariant whole', async () => {
    await playAll(
      'HTTP',
      HTTP_HISTORIES,
      AT_ONCE,
      { isTimed: false, isMostlyShort: true },
      (history) => {
        const start = new Date().toISOString();
        const options = { run: (runs += 1), start, isWhole: false, looksEachTime: false };
        return play(history, httpSpine(pair()), options);
      },
    );
    await assertInvariants(pair().rows);
  });
});

function whole({ start }: History) {
  return { run: (runs += 1), start, isWhole: true, looksEachTime: true };
}

/** Several at once; one that fails is made as short as it can be, and told with its seed. */
async function playAll(
  where: string,
  count: number,
  atOnce: number,
  kinds: Kinds,
  one: (history: History) => Promise<Played>,
): Promise<void> {
  const started = performance.now();
  let [played, commands] = [0, 0];
  const property = fc.asyncProperty(histories(kinds), async (history) => {
    const done = await one(history);
    commands += done.commands;
    played += 1;
  });
  await Promise.all(
    Array.from({ length: atOnce }, (_, n) =>
      fc.assert(property, { seed: seed + n, numRuns: Math.ceil(count / atOnce) }),
    ),
  );
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(
    `histories: ${played} histories, ${commands} commands (${where}, ${seconds} s, seed ${seed})\n`,
  );
}
