// Shows: Reliability | the check of histories finds answers that no order of messages explains
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { PATIENTS } from '../../src/local/patients.ts';
import type { Message, OfPharmacy } from '../nothing-lost/reference-message.ts';
import { contradiction, type Operation } from './linearizable.ts';

const AT = '2026-03-02T09:00:00Z';
const prescription = 'A';
const [create, byA, byB, back] = [
  created(),
  asked('release', 'FA'),
  asked('release', 'FB'),
  asked('return', 'FA'),
];
const TAKEN = 'PRESCRIPTION_WITH_ANOTHER_DISPENSER';

describe('a history of one prescription', () => {
  test('that happened one after another is explained', () => {
    const history = [
      done(create, 0, 1, 'accepted'),
      done(byA, 2, 3, 'released'),
      done(byB, 4, 5, `${TAKEN} FA`),
    ];
    assert.equal(contradiction(history, AT), null);
  });

  test('in which answers crossed is explained by another order than that of the answers', () => {
    const history = [
      done(create, 0, 1, 'accepted'),
      done(byB, 2, 4, `${TAKEN} FA`),
      done(byA, 2, 5, 'released'),
    ];
    assert.equal(contradiction(history, AT), null);
  });

  test('in which two pharmacies have it is not explained', () => {
    const history = [
      done(create, 0, 1, 'accepted'),
      done(byA, 2, 4, 'released'),
      done(byB, 3, 5, 'released'),
    ];
    const found = contradiction(history, AT);
    assert.deepEqual(
      found?.fitsNowhere.map(({ message }) => message),
      [byB],
    );
  });

  test('in which something that was acknowledged is forgotten is not explained', () => {
    const forgotten = [done(create, 0, 1, 'accepted'), done(byA, 2, 3, 'RESOURCE_NOT_FOUND')];
    assert.notEqual(contradiction(forgotten, AT), null);
    const undone = [
      done(create, 0, 1, 'accepted'),
      done(byA, 2, 3, 'released'),
      done(byB, 4, 5, 'released'),
    ];
    assert.notEqual(contradiction(undone, AT), null);
  });

  test('in which a read comes before what it shows had begun is not explained', () => {
    const early = [done(byB, 0, 1, `${TAKEN} FA`), done(create, 2, 3, 'accepted')];
    assert.notEqual(contradiction([...early, done(byA, 2, 4, 'released')], AT), null);
  });

  test('may have done what nobody answered, at any time or never', () => {
    const unknown = { message: back, callMs: 4, returnMs: Number.POSITIVE_INFINITY, answer: null };
    const until = [done(create, 0, 1, 'accepted'), done(byA, 2, 3, 'released'), unknown];
    assert.equal(contradiction([...until, done(byB, 5, 6, 'released')], AT), null);
    assert.equal(contradiction([...until, done(byB, 5, 6, `${TAKEN} FA`)], AT), null);
    assert.notEqual(contradiction([...until, done(byB, 2, 3, 'released')], AT), null);
  });

  test('in which the same message is answered in two ways is not explained', () => {
    const history = [
      done(create, 0, 1, 'accepted'),
      done(create, 2, 3, 'DUPLICATE_PRESCRIPTION_ID'),
    ];
    assert.notEqual(contradiction(history, AT), null);
  });
});

function done(message: Message, callMs: number, returnMs: number, answer: string): Operation {
  return { message, callMs, returnMs, answer };
}

function asked(kind: 'release' | 'return', pharmacy: string): OfPharmacy {
  return { kind, id: `${kind} by ${pharmacy}`, prescription, pharmacy };
}

function created(): Message {
  const facts = {
    patient: PATIENTS.adult.nhsNumber,
    surgery: 'A83008',
    items: ['one'],
    nominated: null,
    prescribedAt: AT,
    course: 'acute',
  } as const;
  return { kind: 'create', id: 'create', prescription, facts };
}
