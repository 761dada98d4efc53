// Shows: Datacentres | a standby that the primary keeps too little for is copied anew, and no other one is
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import {
  isLeftBehind,
  type KeptFor,
  type StandbySeen,
  StandbyWatch,
  STILL_MS,
} from './left-behind.ts';

const GONE: KeptFor = { isFollowing: false, keptFrom: 2_000, isSlotLost: true };
const AT: NonNullable<StandbySeen> = { state: 'running', position: 1_000 };

describe('a standby', () => {
  const cases: readonly [what: string, standby: StandbySeen, kept: KeptFor, is: boolean][] = [
    ['that lacks log which is gone is left behind', AT, GONE, true],
    [
      'that lacks it is so with a slot that was made anew, too',
      AT,
      { ...GONE, isSlotLost: false },
      true,
    ],
    ['that has come as far as what is kept is not', { ...AT, position: 2_000 }, GONE, false],
    ['that follows is not', AT, { ...GONE, isFollowing: true }, false],
    ['that starts, and whose slot is lost, is', { state: 'starting', position: null }, GONE, true],
    [
      'that starts is not while its slot holds',
      { state: 'starting', position: null },
      { ...GONE, isSlotLost: false },
      false,
    ],
    ['that is being copied is not', { state: 'creating replica', position: null }, GONE, false],
    ['of which nobody answers is not', null, GONE, false],
  ];
  for (const [what, standby, kept, is] of cases) {
    test(what, () => assert.equal(isLeftBehind(standby, kept), is));
  }
});

describe('a watch over a standby', () => {
  /** Looks at these one after the other, so long apart; answers what was done. */
  const watched = async (
    seen: readonly (readonly [standby: StandbySeen, kept: KeptFor | null])[],
    apartMs: number,
    problem: string | null = null,
  ): Promise<readonly string[]> => {
    const done: string[] = [];
    let place = 0;
    const watch = new StandbyWatch({
      standby: async () => seen[place]?.[0] ?? null,
      primary: async () => seen[place]?.[1] ?? null,
      copyAnew: async () => {
        done.push('copied anew');
        return problem;
      },
      renewSlot: async () => {
        done.push('slot renewed');
      },
      tell: (line) => done.push(line),
      nowMs: () => place * apartMs,
    });
    for (; place < seen.length; place += 1) await watch.look();
    return done;
  };
  const COPIED = [
    'copied anew',
    'the log that it needs is not kept any more: its database is copied anew',
    'slot renewed',
  ];

  test('has it copied anew once it has stood still for a minute', async () => {
    assert.deepEqual(
      await watched(
        [
          [AT, GONE],
          [AT, GONE],
        ],
        STILL_MS,
      ),
      COPIED,
    );
    assert.deepEqual(
      await watched(
        [
          [AT, GONE],
          [AT, GONE],
        ],
        STILL_MS - 1,
      ),
      [],
    );
  });

  test('leaves one alone that still replays what it has', async () => {
    const moving = [1, 2, 3, 4].map((n) => [{ ...AT, position: n }, GONE] as const);
    assert.deepEqual(await watched(moving, STILL_MS), []);
  });

  test('begins to count again when there was no primary, or no answer', async () => {
    const between = [
      [AT, null],
      [null, GONE],
    ] as const;
    for (const other of between) {
      assert.deepEqual(await watched([[AT, GONE], other, [AT, GONE]], STILL_MS), []);
    }
  });

  test('says why it could not be done, and tries again a minute later', async () => {
    const looks = [1, 2, 3, 4].map(() => [AT, GONE] as const);
    const said = 'it can follow no more, and is not copied anew: no leader';
    assert.deepEqual(await watched(looks, STILL_MS, 'no leader'), [
      'copied anew',
      said,
      'copied anew',
      said,
    ]);
  });

  test('renews a slot that is lost where the new copy would need it', async () => {
    const creating = { state: 'creating replica', position: null };
    assert.deepEqual(await watched([[creating, GONE]], 0), ['slot renewed']);
    const holding = { ...GONE, isSlotLost: false };
    assert.deepEqual(await watched([[creating, holding]], 0), []);
  });
});
