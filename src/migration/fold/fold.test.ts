import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { present } from '../../kernel/bug.ts';
import { prescriptionKey, type Prescription } from '../../prescriptions/rules.ts';
import type { Truth } from '../generate/truth.ts';
import { judgeHere } from '../signatures/judge.ts';
import { judgedGroups } from '../signatures/judged-groups.ts';
import { aDump, SIGNERS } from '../testing.ts';
import { foldGroup, type Moved } from './fold-group.ts';
import { Payloads } from './payloads.ts';
import { standingOf } from './standing.ts';

// Shows: Migration | each dirty class is found where it is and nowhere else, against the truth of the generator

const PRESCRIPTIONS = 3000;

/** What was found and what is true, by id without check character. */
const found = new Map<string, Moved>();
const truths = new Map<string, Truth>();
/** What is wrong with signatures. */
const reasons = new Map<string, string>();

before(async () => {
  // Eighteen times as much dirt as in life, so that each class is there several times.
  const { dump, truths: all } = await aDump({
    prescriptions: PRESCRIPTIONS,
    perPart: 1500,
    dirt: 18,
  });
  for (const truth of all) truths.set(truth.id.slice(0, -1), truth);
  const payloads = new Payloads(dump);
  const judge = await judgeHere(SIGNERS.authorities);
  for await (const { group, isDamaged, because } of judgedGroups(dump, payloads, judge)) {
    found.set(group.place, foldGroup(group, dump, isDamaged || because !== null));
    if (because !== null) reasons.set(group.place, because);
  }
  payloads.close();
});

/** Each pair of what is found and what is true, and the ids of those that differ. */
function differing(differs: (moved: Moved, truth: Truth) => string | boolean): string[] {
  return [...truths].flatMap(([id, truth]) => {
    const moved = present(found.get(id), id);
    const difference = differs(moved, truth);
    return difference === false ? [] : [`${id} ${truth.classes.join()}: ${String(difference)}`];
  });
}

/** What is to be found of each damage that is about signatures. */
const SIGNATURES: Readonly<Record<string, string>> = {
  'changed after it was signed': "Signature doesn't match prescription",
  'with another signature value': 'Signature is invalid',
  'not signed': 'Not signed',
  'of an unknown authority': 'Certificate not trusted',
  'signed too late': 'Certificate expired when signed',
};

const CLASSES = [
  'D1 D2 D3 D4 D5 D6 D7 D8 D9 D10 D11 D12 D13 D14 D15 D16 D17 D18 D19 D20 D21 D22 D23 D24 D25 D26 D27 D29 D30',
].flatMap((line) => line.split(' '));

describe('the rows of an old store, against the truth that was written with them,', () => {
  test('are each of one prescription, and none is left over', () => {
    assert.equal(found.size, truths.size);
  });

  test('meet the fate that is true', () => {
    assert.deepEqual(
      differing(({ fate }, truth) => fate !== truth.fate && `${fate} for ${truth.fate}`),
      [],
    );
  });

  for (const name of CLASSES) {
    test(`are found to be of class ${name} where they were made so, and nowhere else`, () => {
      const wrong = differing(
        ({ classes }, truth) =>
          classes.includes(name) !== truth.classes.includes(name) && `found ${classes.join()}`,
      );
      assert.deepEqual(wrong.slice(0, 5), []);
      assert.ok(
        [...truths.values()].some(({ classes }) => classes.includes(name)),
        'none was made',
      );
    });
  }

  test('have each signature that is not good with what is wrong with it, and no other', () => {
    const wrong = differing((_, { id, damage }) => {
      const is = reasons.get(id.slice(0, -1));
      const should = SIGNATURES[damage ?? ''];
      return is !== should && `${is} for ${should}`;
    });
    assert.deepEqual(wrong, []);
    const made: readonly string[] = [...truths.values()].map(({ damage }) => damage ?? '');
    assert.deepEqual(
      Object.keys(SIGNATURES).filter((damage) => !made.includes(damage)),
      [],
    );
  });

  test('are of no class that nobody made', () => {
    const unknown = [...found.values()].flatMap(({ classes }) => classes);
    assert.deepEqual(
      [...new Set(unknown)].filter((name) => !CLASSES.includes(name)),
      [],
    );
  });

  test('give each issue the state, the items, the holder and the claim that are true', () => {
    const wrong = differing(({ state, fate }, truth) => {
      if (fate !== 'live' || state?.kind !== 'prescription') return false;
      const is = Object.values(standingOf(state));
      const should = truth.issues.map(({ status, items, holder, claim }) =>
        [status, ...items, holder ?? '', status === '0008' ? (claim ?? '').toLowerCase() : ''].join(
          ' ',
        ),
      );
      return is.join('\n') !== should.join('\n') && `${is.join('|')} for ${should.join('|')}`;
    });
    assert.deepEqual(wrong.slice(0, 5), []);
  });

  test('put into queues exactly what is true to wait there', () => {
    const wrong = differing(({ stays }, truth) => {
      const waits = stays
        .filter(({ left }) => left === null)
        .map(({ organisation }) => organisation);
      return waits.join() !== (truth.queuedFor ?? '') && `${waits.join()} for ${truth.queuedFor}`;
    });
    assert.deepEqual(wrong.slice(0, 5), []);
  });

  test('never put into a queue what its pharmacy had, but for a nomination anew', () => {
    const wrong = differing(({ stays, releases }) =>
      stays.some(
        ({ left, organisation, issue, renominatedBy }) =>
          left === null &&
          renominatedBy === null &&
          releases.some((one) => one.issue === issue && one.organisation === organisation),
      ),
    );
    assert.deepEqual(wrong, []);
  });

  test('hold what a person must decide, in no queue', () => {
    const wrong = differing(({ state, fate }, truth) => {
      if (fate !== 'live') return false;
      const { held } = present(state, 'state') as Prescription;
      return (held !== undefined) !== truth.isHeld && `held ${held?.join()}`;
    });
    assert.deepEqual(wrong.slice(0, 5), []);
  });

  test('keep for ever who had which issue', () => {
    const wrong = differing(({ releases, fate }, truth) => {
      if (fate !== 'live') return false;
      const is = new Set(releases.map(({ issue, organisation }) => `${issue} ${organisation}`));
      const should = new Set(
        truth.released.map(([issue, organisation]) => `${issue} ${organisation}`),
      );
      return [...is].toSorted().join() !== [...should].toSorted().join() && [...is].join();
    });
    assert.deepEqual(wrong.slice(0, 5), []);
  });

  test('keep cancellations that wait', () => {
    const wrong = differing(({ state, classes }, truth) => {
      const isSettled = classes.includes('D6') || state === null || state.kind === 'tombstone';
      return !isSettled && state.pending.length !== truth.pending && String(state.pending.length);
    });
    assert.deepEqual(wrong.slice(0, 5), []);
  });

  test('lose no row: each is in the store or kept apart', () => {
    const ids = [...truths.keys()].filter((id) => prescriptionKey(`${id}0`) === null);
    assert.deepEqual(ids, []);
    for (const { fate, quarantined, facts } of found.values()) {
      const isApart = fate === 'quarantined' || fate === 'orphan';
      assert.ok(isApart ? quarantined.length > 0 : facts.length > 0);
    }
  });
});
