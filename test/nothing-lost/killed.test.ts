import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { createDatabase } from '../support/database.ts';
import { codeOf, inShort, post, type Reply, type Tokens, tokensOf } from './datacentres.ts';
import { assertInvariants } from './invariants.ts';
import * as message from './messages.ts';
import type { Sent, Written } from './messages.ts';
import { seeded, seedOf } from './random.ts';
import { eventsOf, keptAs, openRows } from './rows.ts';
import { type Served, startServed } from './served.ts';

// Shows: Reliability | a server killed at random points: nothing acknowledged is lost, nothing doubled

const JOURNEYS = 40;
const MESSAGES = 5 * JOURNEYS;
const AT_ONCE = 8; // journeys in flight
const KILLS = 8;
const GIVE_UP_AFTER_MS = 30_000;

const seed = seedOf(process.env);
const random = seeded(seed);

type Journey = {
  readonly written: Written;
  readonly messages: readonly Expected[];
  readonly events: number;
};
type Expected = readonly [sent: Sent, code: string];

/** What became of a message: its first answer, and how often an answer was lost before. */
type Fate = {
  readonly sent: Sent;
  readonly first: Reply;
  readonly lost: number;
  readonly wasDone: boolean;
};

describe('datacentres that are killed while messages come', () => {
  let made: Awaited<ReturnType<typeof createDatabase>>;
  let served: readonly Served[];
  let tokens: Tokens;
  let rows: ReturnType<typeof openRows>;

  before(async () => {
    made = await createDatabase();
    served = [await startServed('a', made.url), await startServed('b', made.url)];
    tokens = await tokensOf(made.database);
    rows = openRows(made.url);
  });

  after(async () => {
    await Promise.all(served.map((one) => one.stop()));
    await rows.close();
    await made.drop();
  });

  test('lose nothing they acknowledged, and do once what they did not', async () => {
    const journeys = Array.from({ length: JOURNEYS }, (_, n) => journey(n));
    const fates: Fate[] = [];
    let isOver = false;
    let kills = 0;
    const killing = killWhile(() => (isOver ? null : fates.length));
    try {
      await eachOf(journeys, async ({ messages }) => {
        for (const expected of messages) fates.push(await tell(expected));
      });
    } finally {
      isOver = true;
      kills = await killing;
    }
    await report(fates, journeys, kills);
    await assertInvariants(rows);
  });

  /** Sends until there is an answer, each time to a datacentre that is up, the same message each time. */
  async function tell([sent, code]: Expected): Promise<Fate> {
    const until = Date.now() + GIVE_UP_AFTER_MS;
    let wasDone = false;
    for (let lost = 0; Date.now() < until; ) {
      const first = await answerOf(await somebodyUp(), sent);
      if (first !== null) {
        assert.equal(codeOf(first), code, `${sent.path} ${first.text}`);
        return { sent, first, lost, wasDone };
      }
      lost += 1;
      wasDone ||= (await keptAs(rows, sent.body)) > 0;
    }
    throw new Error('no datacentre answered in time');
  }

  async function somebodyUp(): Promise<Served> {
    for (;;) {
      const up = served.filter((each) => each.isUp());
      const one = up[Math.floor(random() * up.length)];
      if (one !== undefined) return one;
      await pause(5);
    }
  }

  /** Null when nobody knows whether it was done. */
  async function answerOf(one: Served, sent: Sent): Promise<Reply | null> {
    try {
      const reply = await post(one.address, sent, tokens);
      return reply.status < 500 ? reply : null;
    } catch {
      return null;
    }
  }

  /** Kills one or the other now and then, and starts it again at once; `told` is null when all is over. */
  async function killWhile(told: () => number | null): Promise<number> {
    const restarts: Promise<void>[] = [];
    for (let kill = 1; kill <= KILLS; kill += 1) {
      const next = ((kill - random()) * (MESSAGES - AT_ONCE)) / (KILLS + 1);
      while ((told() ?? next) < next) await pause(1);
      if (told() === null) break;
      await pause(random() * 8);
      const one = await somebodyUp();
      await one.kill();
      restarts.push(one.restart());
    }
    await Promise.all(restarts);
    return restarts.length;
  }

  async function report(
    fates: readonly Fate[],
    journeys: readonly Journey[],
    kills: number,
  ): Promise<void> {
    let lost = 0;
    await eachOf(fates, async ({ sent, first }) => {
      const again = await post((await somebodyUp()).address, sent, tokens);
      if (inShort(again) !== inShort(first) || (await keptAs(rows, sent.body)) !== 1) lost += 1;
    });
    let double = 0;
    for (const { written, events } of journeys) {
      const kept = await eventsOf(rows, written.shortFormId);
      if (kept < events) lost += 1;
      if (kept > events) double += 1;
    }
    const unknown = fates.filter((fate) => fate.lost > 0);
    const done = unknown.filter(({ wasDone }) => wasDone).length;
    process.stdout.write(
      `killed: ${fates.length} acknowledged, ${lost} lost, ${double} double, ${unknown.length} unknown resolved (${done} had been done), ${kills} kills, seed ${seed}\n`,
    );
    assert.deepEqual([fates.length, lost, double, kills], [MESSAGES, 0, 0, KILLS]);
  }
});

/** Some at once, in order. */
async function eachOf<One>(all: readonly One[], deed: (one: One) => Promise<void>): Promise<void> {
  const waiting = [...all];
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await deed(next);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}

const DONE = 'informational';

/** Each with its own pharmacy, so that only one download can take it. */
function journey(n: number): Journey {
  const ods = `K${n}`;
  const by = message.pharmacist(ods);
  const written = message.aPrescription({
    nominated: ods,
    items: message.someItems(n % 5 > 2 ? 1 : 2),
  });
  const create: Expected = [message.create(written), DONE];
  const release: Expected = [message.release(written, by), 'released'];
  const first = crypto.randomUUID();
  switch (n % 5) {
    case 0: {
      const partial = message.dispense(written, {
        by,
        messageId: first,
        outcomes: ['FullyDispensed', 'Owing'],
      });
      const rest = message.dispense(written, { by });
      const all: Expected[] = [
        create,
        [message.poll(by), 'released'],
        [partial, DONE],
        [rest, DONE],
        [message.claim(written, { by }), DONE],
      ];
      return { written, messages: all, events: 5 };
    }
    case 1: {
      const other: Expected = [message.release(written, message.B), 'released'];
      const messages: Expected[] = [
        create,
        [message.poll(by), 'released'],
        [message.giveBack(written, by), DONE],
        other,
        [message.dispense(written, { by: message.B }), DONE],
      ];
      return { written, messages, events: 5 };
    }
    case 2: {
      const dispense = message.dispense(written, { by, messageId: first });
      const messages: Expected[] = [
        create,
        release,
        [dispense, DONE],
        [message.withdraw(written, first, by), DONE],
        [message.giveBack(written, by), DONE],
      ];
      return { written, messages, events: 5 };
    }
    case 3: {
      const cancel: Expected = [message.cancel(written), 'R-0002'];
      const refused: Expected = [message.release(written, message.B), 'PRESCRIPTION_CANCELLED'];
      return {
        written,
        messages: [create, release, cancel, [message.giveBack(written, by), DONE], refused],
        events: 5,
      };
    }
    default: {
      const cancel: Expected = [message.cancel(written), 'R-0008'];
      const messages: Expected[] = [
        cancel,
        create,
        [release[0], 'PRESCRIPTION_CANCELLED'],
        [message.cancel(written), 'R-0006'],
        [message.create(written), 'DUPLICATE_PRESCRIPTION_ID'],
      ];
      return { written, messages, events: 3 };
    }
  }
}
