import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { digestOf } from '../support/database.ts';
import { codeOf, inShort, type Reply, testPair } from './datacentres.ts';
import { assertInvariants } from './invariants.ts';
import * as message from './messages.ts';
import { A, type Sent, SURGERY, type Written } from './messages.ts';
import { eventsOf, keptAs } from './rows.ts';

// Shows: Reliability | the same message sent 20 times at once: one effect, one answer

const COPIES = 20;

type Case = {
  /** What happened before. */
  readonly given: (written: Written) => readonly Sent[];
  readonly message: (written: Written) => Sent;
  readonly answer: string;
  /** Events that it brings about, however often it comes. */
  readonly events: number;
  /** What happens next, after which the first answer must still be given. */
  readonly next: (written: Written, sent: Sent) => readonly Sent[];
};

const released = (written: Written): Sent[] => [message.create(written), message.release(written)];
const dispensed = (written: Written): Sent[] => [...released(written), message.dispense(written)];

const CASES: Readonly<Record<string, Case>> = {
  'a prescription': {
    given: () => [],
    message: (written) => message.create(written),
    answer: 'informational',
    events: 1,
    next: (written) => [message.release(written), message.giveBack(written)],
  },
  'a release by id': {
    given: (written) => [message.create(written)],
    message: (written) => message.release(written),
    answer: 'released',
    events: 1,
    next: (written) => [message.giveBack(written), message.cancel(written)],
  },
  'a nominated release': {
    given: (written) => [message.create(written)],
    message: ({ nominated }) => message.poll(message.pharmacist(nominated ?? '')),
    answer: 'released',
    events: 1,
    next: (written) => [
      message.giveBack(written),
      message.release(written, message.B),
      message.cancel(written),
    ],
  },
  'a release that is refused': {
    given: (written) => [message.create(written), message.release(written, message.B)],
    message: (written) => message.release(written),
    answer: 'PRESCRIPTION_WITH_ANOTHER_DISPENSER',
    events: 0,
    next: (written) => [message.giveBack(written, message.B)],
  },
  'a return': {
    given: (written) => [...released(written), message.cancel(written)],
    message: (written) => message.giveBack(written),
    answer: 'informational',
    events: 2,
    next: (written) => [message.release(written, message.B)],
  },
  'a dispense notification': {
    given: released,
    message: (written) => message.dispense(written),
    answer: 'informational',
    events: 1,
    next: (written, sent) => [
      message.withdraw(written, messageIdOf(sent)),
      message.giveBack(written),
    ],
  },
  'a withdrawal': {
    given: (written) => [...released(written), message.dispense(written, { messageId: ID })],
    message: (written) => message.withdraw(written, ID),
    answer: 'informational',
    events: 1,
    next: (written) => [message.dispense(written), message.claim(written)],
  },
  'a claim': {
    given: dispensed,
    message: (written) => message.claim(written),
    answer: 'informational',
    events: 1,
    next: (written, sent) => [message.claim(written, { replaces: messageIdOf(sent) })],
  },
  'a cancellation': {
    given: (written) => [message.create(written)],
    message: (written) => message.cancel(written),
    answer: 'R-0001',
    events: 1,
    next: (written) => [message.release(written, message.B)],
  },
  'a cancellation that has to wait': {
    given: released,
    message: (written) => message.cancel(written),
    answer: 'R-0002',
    events: 1,
    next: (written) => [message.giveBack(written)],
  },
  'a cancellation that comes first': {
    given: () => [],
    message: (written) => message.cancel(written),
    answer: 'R-0008',
    events: 1,
    next: (written) => [message.create(written)],
  },
};

const ID = crypto.randomUUID();
const pair = testPair();

for (const [name, one] of Object.entries(CASES)) {
  describe(`${name}, sent ${COPIES} times at once to two datacentres`, () => {
    const nominated = `N${crypto.randomUUID().slice(0, 6)}`.toUpperCase();
    const written = message.aPrescription({ nominated, items: message.someItems(2) });
    let sent: Sent;
    let first: Reply;

    test('is done once and answered alike each time', async () => {
      await sendEach(one.given(written));
      sent = one.message(written);
      const before = await eventsOf(pair().rows, written.shortFormId);
      const replies = await pair().sendAll(Array.from({ length: COPIES }, () => sent));
      [first] = replies as [Reply];
      assert.equal(codeOf(first), one.answer, first.text);
      for (const reply of replies) assert.equal(inShort(reply), inShort(first));
      assert.equal((await eventsOf(pair().rows, written.shortFormId)) - before, one.events);
      assert.equal(await keptAs(pair().rows, sent.body), 1);
    });

    test('is written down each time, with who sent it', async () => {
      const [done, ...more] = (await auditOf(sent)).toSorted(byLength);
      assert.ok(done !== undefined);
      const repeated = { ...done, outcome: `repeated: ${done.outcome}` };
      assert.deepEqual(
        more,
        Array.from({ length: COPIES - 1 }, () => repeated),
      );
      assert.equal(done.user_id, sent.as === 'prescriber' ? SURGERY.userId : A.userId);
    });

    test('is answered alike by either when it comes later', async () => {
      await nothingChanges(() => repeatsFirst());
    });

    test('is answered alike when other messages have changed what it was about', async () => {
      await sendEach(one.next(written, sent));
      await nothingChanges(() => repeatsFirst());
    });

    test('is refused when its id comes with other content, and stands as it was', async () => {
      const other = message.altered(sent);
      assert.notDeepEqual(other.body, sent.body);
      await nothingChanges(async () => {
        for (const reply of await pair().sendAll([other, other])) {
          assert.equal(codeOf(reply), 'FAILURE_TO_PROCESS_MESSAGE');
        }
        await repeatsFirst();
      });
      const used = (await auditOf(sent)).filter(({ outcome }) => outcome.startsWith('id used'));
      assert.deepEqual(
        used.map(({ outcome }) => outcome),
        [
          'id used before: refused: MessageIdUsedBefore',
          'id used before: refused: MessageIdUsedBefore',
        ],
      );
    });

    async function repeatsFirst(): Promise<void> {
      for (const to of [0, 1] as const) {
        assert.equal(inShort(await pair().send(sent, to)), inShort(first));
      }
    }
  });
}

test('a download answers alike after its X-Request-ID was used again for a release by id', async () => {
  const nominated = 'XREQ1';
  const by = message.pharmacist(nominated);
  const written = message.aPrescription({ nominated, items: message.someItems(2) });
  await sendEach([message.create(written)]);
  const download = message.poll(by);
  const first = await pair().send(download);
  await sendEach([message.cancel(written), message.giveBack(written, by)]);
  await pair().send({ ...message.release(written, by), requestId: download.requestId });
  assert.equal(inShort(await pair().send(download)), inShort(first));
});

test('and every invariant holds', async () => {
  await assertInvariants(pair().rows);
});

async function sendEach(all: readonly Sent[]): Promise<void> {
  for (const sent of all) {
    const reply = await pair().send(sent);
    assert.ok(
      ['informational', 'released'].includes(codeOf(reply)) || codeOf(reply).startsWith('R-'),
      reply.text,
    );
  }
}

type Line = { outcome: string; user_id: string; prescription_id: string; nhs_number: string };

/** What was written down of a message and of what came under its X-Request-ID. */
function auditOf({ requestId }: Sent): Promise<Line[]> {
  return pair().rows.all<Line>(
    `select outcome, user_id, prescription_id, nhs_number
     from platform.audit where request_id = $1 order by id`,
    [requestId],
  );
}

function byLength(one: Line, other: Line): number {
  return one.outcome.length - other.outcome.length;
}

/** All rows but those that tell who asked. */
async function nothingChanges(deed: () => Promise<void>): Promise<void> {
  const rows = async (): Promise<string[]> =>
    (await digestOf(pair().database)).split('\n').filter((line) => !line.includes('audit'));
  const before = await rows();
  await deed();
  assert.deepEqual(await rows(), before);
}

function messageIdOf({ body }: Sent): string {
  const { identifier } = JSON.parse(body.toString());
  return [identifier].flat()[0].value;
}
