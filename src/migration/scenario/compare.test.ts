import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Truth } from '../generate/truth.ts';
import { compare } from './compare.ts';

function truth(id: string, queuedFor: string | null, classes: string[] = []): Truth {
  const nothing = { issues: [], released: [], pending: 0, refused: [], damage: null };
  return { id, fate: 'live', isHeld: false, classes, current: 1, queuedFor, ...nothing };
}

const TRUTHS = [
  truth('WAITS-ONE+', 'F1'),
  truth('WAITS-TWO+', 'F2'),
  truth('CAME-BACK+', null),
  truth('EXPIRED+', 'F1', ['D30']),
];
const RIGHT = new Map([
  ['F1', ['WAITS-ONE']],
  ['F2', ['WAITS-TWO']],
]);

describe('what pharmacies got, held against what is true', () => {
  const counts = { waiting: 2, handedOut: 2, lost: 0, doubled: 0, reappeared: 0 };
  const also = (pharmacy: string, ...ids: readonly string[]) =>
    new Map([...RIGHT, [pharmacy, [...(RIGHT.get(pharmacy) ?? []), ...ids]]]);
  for (const [name, got, found] of [
    ['is right where each got what waited for it', RIGHT, {}],
    ['is lost where one got nothing', new Map([['F1', ['WAITS-ONE']]]), { handedOut: 1, lost: 1 }],
    ['is doubled where one got it twice', also('F1', 'WAITS-ONE'), { handedOut: 3, doubled: 1 }],
    [
      'is doubled and came again where another got it too',
      also('F3', 'WAITS-ONE'),
      { handedOut: 3, doubled: 1, reappeared: 1 },
    ],
    [
      'came again where what had come back was handed out',
      also('F1', 'CAME-BACK'),
      { handedOut: 3, reappeared: 1 },
    ],
    [
      'came again where what had expired was',
      also('F1', 'EXPIRED'),
      { handedOut: 3, reappeared: 1 },
    ],
    [
      'is lost and came again where it went to another',
      new Map([['F2', ['WAITS-TWO', 'WAITS-ONE']]]),
      { lost: 1, reappeared: 1 },
    ],
  ] as const) {
    test(name, async () => {
      assert.deepEqual(await compare(TRUTHS, got), { ...counts, ...found });
    });
  }
});
