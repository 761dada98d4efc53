import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { codeOf, releasedIds, testPair, type Tracked, trackedAs } from './datacentres.ts';
import { assertInvariants } from './invariants.ts';
import * as message from './messages.ts';
import type { Sent, Written } from './messages.ts';

// Shows: Reliability | one prescription wanted by 2 and by 50 pharmacies: one gets it

const ROUNDS = 8; // of each race: who is first differs from round to round
const PHARMACIES = 50;
const WAITING = 60;
const BATCH_MAX = 25; // [EPS-LIFECYCLE 4.1]

const WITH_ANOTHER = 'PRESCRIPTION_WITH_ANOTHER_DISPENSER';
const pair = testPair();

describe('pharmacies that ask for the same prescription at once', () => {
  for (const count of [2, PHARMACIES]) {
    test(`are ${count}: one gets it, and the others are told that another has it`, async () => {
      const written = await given(message.aPrescription());
      const requests = Array.from({ length: count }, (_, n) =>
        message.release(written, message.pharmacist(`R${n}`)),
      );
      const codes = await race(requests);
      assert.deepEqual(codes.toSorted(), [...Array(count - 1).fill(WITH_ANOTHER), 'released']);
      const holder = `R${codes.indexOf('released')}`;
      const items = { [written.items[0]?.itemId ?? '']: '0008' };
      assert.deepEqual(await stateOf(written), { status: '0002', items, owner: holder });
    });
  }

  test('by id and by automatic download: one of the two gets it', async () => {
    await rounds(async (n) => {
      const nominated = message.pharmacist(`M${n}`);
      const written = await given(message.aPrescription({ nominated: `M${n}` }));
      const codes = await race([message.release(written, message.B), message.poll(nominated)]);
      const outcomes = [`released NO_MORE_PRESCRIPTIONS`, `${WITH_ANOTHER} released`];
      assert.ok(outcomes.includes(codes.join(' ')), codes.join(' '));
    });
  });
});

describe('automatic downloads of one pharmacy', () => {
  test('give the oldest first, a batch at a time, when there is one', async () => {
    const by = message.pharmacist('Q1');
    const ids = await waitingFor('Q1');
    for (let from = 0; from < WAITING; from += BATCH_MAX) {
      const reply = await pair().send(message.poll(by));
      assert.deepEqual(releasedIds(reply), ids.slice(from, from + BATCH_MAX));
    }
    assert.equal(codeOf(await pair().send(message.poll(by))), 'NO_MORE_PRESCRIPTIONS');
  });

  test('share what waits when there are two, and leave nothing', async () => {
    const by = message.pharmacist('Q2');
    const ids = await waitingFor('Q2');
    const taken: string[] = [];
    for (;;) {
      const replies = await pair().sendAll([message.poll(by), message.poll(by)]);
      const batches = replies.map(releasedIds);
      assert.ok(batches.every((batch) => batch.length <= BATCH_MAX));
      if (batches.flat().length === 0) break;
      taken.push(...batches.flat());
    }
    assert.deepEqual(taken.toSorted(), ids.toSorted());
  });
});

describe('a cancellation and a release at once', () => {
  test('one of them wins, and the state is as both were answered', async () => {
    await rounds(async () => {
      const written = await given(message.aPrescription());
      const codes = await race([message.cancel(written), message.release(written)]);
      const { status } = await stateOf(written);
      const all = [...codes, status].join(' ');
      assert.ok(['R-0001 PRESCRIPTION_CANCELLED 0005', 'R-0002 released 0002'].includes(all), all);
    });
  });

  test('a cancellation that has to wait is applied by the return, whichever is first', async () => {
    await rounds(async () => {
      const written = await given(message.aPrescription(), message.release);
      const codes = await race([message.cancel(written), message.giveBack(written)]);
      assert.ok(['R-0001', 'R-0002'].includes(codes[0] ?? ''), codes.join(' '));
      assert.equal(codes[1], 'informational');
      assert.equal((await stateOf(written)).status, '0005');
      assert.equal(codeOf(await pair().send(message.release(written))), 'PRESCRIPTION_CANCELLED');
    });
  });

  test('a cancellation and its prescription at once end cancelled, whichever is first', async () => {
    await rounds(async () => {
      const written = message.aPrescription();
      const codes = await race([message.cancel(written), message.create(written)]);
      assert.ok(['R-0001', 'R-0008'].includes(codes[0] ?? ''), codes.join(' '));
      assert.equal(codes[1], 'informational');
      assert.equal((await stateOf(written)).status, '0005');
    });
  });

  test('two organisations cancel the same item in hand: one request waits, the other is told so', async () => {
    await rounds(async () => {
      const written = await given(message.aPrescription(), message.release);
      const codes = await race([
        message.cancel(written),
        message.cancel(written, { canceller: message.OTHER_SURGERY }),
      ]);
      assert.deepEqual(codes.toSorted(), ['R-0002', 'R-0007']);
    });
  });
});

describe('messages of the pharmacy that holds it, at once', () => {
  test('a return, and a release by another: it is with nobody or with the other, never with both', async () => {
    await rounds(async () => {
      const written = await given(message.aPrescription(), message.release);
      const codes = await race([message.giveBack(written), message.release(written, message.B)]);
      const { status, owner } = await stateOf(written);
      const all = [...codes, status, owner ?? 'nobody'].join(' ');
      const both = [
        `informational released 0002 VNE51`,
        `informational ${WITH_ANOTHER} 0001 nobody`,
      ];
      assert.ok(both.includes(all), all);
    });
  });

  test('a return and a dispense: one of them', async () => {
    await eitherOr('PRESCRIPTION_INVALID_STATE_TRANSITION', [message.release], (written) => [
      message.giveBack(written),
      message.dispense(written),
    ]);
  });

  test('two full dispense notifications: one of them', async () => {
    await eitherOr('PRESCRIPTION_INVALID_STATE_TRANSITION', [message.release], (written) => [
      message.dispense(written),
      message.dispense(written),
    ]);
  });

  test('two amendments of the same notification: one of them', async () => {
    await eitherOr('DISPENSE_AMEND_IDENTIFIER_MISMATCH', [message.release, dispense], (written) => [
      message.dispense(written, { replaces: notificationOf(written), outcomes: ['NotDispensed'] }),
      message.dispense(written, { replaces: notificationOf(written) }),
    ]);
  });

  test('two withdrawals of the same notification: one of them', async () => {
    await eitherOr(
      'PRESCRIPTION_INVALID_STATE_TRANSITION',
      [message.release, dispense],
      (written) => [
        message.withdraw(written, notificationOf(written)),
        message.withdraw(written, notificationOf(written)),
      ],
    );
  });

  test('a withdrawal and a claim: one of them', async () => {
    await rounds(async () => {
      const written = await given(message.aPrescription(), message.release, dispense);
      const codes = await race([
        message.withdraw(written, notificationOf(written)),
        message.claim(written),
      ]);
      const { status } = await stateOf(written);
      const all = [...codes, status].join(' ');
      const either = [
        'informational CLAIM_INVALID_NOT_DISPENSED 0002',
        'PRESCRIPTION_INVALID_STATE_TRANSITION informational 0008',
      ];
      assert.ok(either.includes(all), all);
    });
  });

  test('two claims: one of them', async () => {
    await eitherOr('ERROR', [message.release, message.dispense], (written) => [
      message.claim(written),
      message.claim(written),
    ]);
  });
});

test('two prescriptions under one id at once: one is taken, the other is a duplicate', async () => {
  await rounds(async () => {
    const written = message.aPrescription();
    const codes = await race([message.create(written), message.create(written)]);
    assert.deepEqual(codes.toSorted(), ['DUPLICATE_PRESCRIPTION_ID', 'informational']);
  });
});

test('after all the races every invariant holds', async () => {
  await assertInvariants(pair().rows);
});

/** Under an id of its own, which is also that of the prescription's document. */
function dispense(written: Written): Sent {
  return message.dispense(written, { messageId: notificationOf(written) });
}

function notificationOf({ longFormId }: Written): string {
  return longFormId;
}

/** Sends at once, in turn to the one and to the other datacentre; answers the codes. */
async function race(all: readonly Sent[]): Promise<string[]> {
  return (await pair().sendAll(all)).map(codeOf);
}

async function rounds(round: (n: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: ROUNDS }, (_, n) => round(n)));
}

/** Of two messages one is taken, and the other refused with this code. */
async function eitherOr(
  refusal: string,
  before: readonly ((written: Written) => Sent)[],
  two: (written: Written) => readonly Sent[],
): Promise<void> {
  await rounds(async () => {
    const written = await given(message.aPrescription(), ...before);
    const codes = await race(two(written));
    assert.deepEqual(codes.toSorted(), [refusal, 'informational'].toSorted());
  });
}

async function given(written: Written, ...more: ((written: Written) => Sent)[]): Promise<Written> {
  for (const make of [(of: Written) => message.create(of), ...more]) {
    const reply = await pair().send(make(written));
    assert.equal(reply.status, 200, reply.text);
  }
  return written;
}

/** So many prescriptions nominated to a pharmacy, sent in any order; answers their ids, the oldest first. */
async function waitingFor(ods: string): Promise<string[]> {
  const start = Date.now() - WAITING * 60_000;
  const all = Array.from({ length: WAITING }, (_, n) =>
    message.aPrescription({ nominated: ods, authoredAt: new Date(start + n * 60_000) }),
  );
  const replies = await pair().sendAll(all.map((written) => message.create(written)));
  assert.ok(replies.every(({ status }) => status === 200));
  return all.map(({ shortFormId }) => shortFormId);
}

async function stateOf({ shortFormId }: Written): Promise<Tracked> {
  const tracked = trackedAs(await pair().track(shortFormId));
  assert.ok(tracked);
  return tracked;
}
