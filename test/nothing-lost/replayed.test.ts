// Shows: Reliability | what was captured is sent again an hour later, and again after all is deleted: answered as before or refused, and without any effect

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { derivedUuid } from '../../src/kernel/uuid.ts';
import { timeOf } from '../../src/prescriptions/index.ts';
import { aSpine } from '../../src/prescriptions/testing.ts';
import { createDatabase } from '../support/database.ts';
import { handlerSpine } from './handler-spine.ts';
import { assertInvariants } from './invariants.ts';
import type { Message } from './reference-message.ts';
import { openRows } from './rows.ts';

const START = new Date('2026-03-02T09:00:00Z');
const HOUR_MS = 3_600_000;
const YEARS_LATER = new Date('2029-03-02T09:00:00Z');
const PATIENT = '9990000018';
const PHARMACY = 'FA565';
const KINDS = ['claimed', 'returned', 'cancelled', 'waiting', 'expired with it'] as const;
const EACH = 10;

let made: Awaited<ReturnType<typeof createDatabase>>;
let rows: ReturnType<typeof openRows>;
before(async () => {
  made = await createDatabase();
  rows = openRows(made.url);
});
after(async () => {
  await rows.close();
  await made.drop();
});

/** The messages of one prescription, in order. */
function story(kind: (typeof KINDS)[number], n: number): readonly Message[] {
  const name = `${KINDS.indexOf(kind)}${n}`.padStart(6, '0');
  const prescription = `${name}-A83008-00000`;
  const uuid = (word: string): string => derivedUuid('replayed', `${name} ${word}`);
  const item = uuid('item');
  const of = (word: string) => ({ id: uuid(word), prescription, pharmacy: PHARMACY });
  const create: Message = {
    kind: 'create',
    id: uuid('create'),
    prescription,
    facts: {
      patient: PATIENT,
      surgery: 'A83008',
      items: [item],
      nominated: PHARMACY,
      prescribedAt: START.toISOString(),
      course: 'acute',
    },
  };
  const release: Message = { kind: 'release', ...of('release') };
  const told = { patient: PATIENT, status: '0006', items: { [item]: '0001' }, replaces: null };
  switch (kind) {
    case 'claimed':
      return [
        create,
        release,
        { kind: 'dispense', ...of('dispense'), ...told },
        { kind: 'claim', ...of('claim'), replaces: null },
      ];
    case 'returned':
      return [create, release, { kind: 'return', ...of('return') }];
    case 'cancelled': {
      const cancel = { id: uuid('cancel'), prescription, patient: PATIENT, surgery: 'A83008' };
      return [create, { kind: 'cancel', ...cancel, item }];
    }
    case 'waiting':
      return [create];
    case 'expired with it':
      return [create, release];
  }
}

test('a day that is sent again has no effect, whenever it comes', async () => {
  const spine = aSpine(made.database);
  const handled = handlerSpine(spine);
  const day = KINDS.flatMap((kind) => Array.from({ length: EACH }, (_, n) => story(kind, n)));
  const captured = day.flat();
  const answersAt = async (at: Date): Promise<string[]> => {
    const answers: string[] = [];
    for (const message of captured)
      answers.push((await handled.send(message, at.toISOString())).raw);
    return answers;
  };
  const first = await answersAt(START);
  assert.ok(first.every((answer) => !answer.includes('Refused')));

  const before = await effects();
  assert.deepEqual(await answersAt(new Date(START.getTime() + HOUR_MS)), first);
  assert.deepEqual(await effects(), before);

  const all = { from: START, until: YEARS_LATER };
  await timeOf(spine).passTime(all, () => Promise.resolve());
  const gone = await effects();
  assert.deepEqual([gone.queued, gone.tombstones], [0, day.length]);
  const late = await answersAt(YEARS_LATER);
  const fresh = late.filter(
    (answer, place) => answer !== first[place] && !/"Refused"|"CancelAnswered"/.test(answer),
  );
  assert.deepEqual(fresh, [], 'each is answered as before, or refused');
  assert.deepEqual(await effects(), gone);
  await assertInvariants(rows);
});

type Effects = Readonly<Record<'events' | 'prescriptions' | 'queued' | 'tombstones', number>>;

/** All that a message can do. */
async function effects(): Promise<Effects> {
  const [found] = await rows.all<Effects>(`select
    (select count(*)::int from prescriptions.event) as events,
    (select count(*)::int from prescriptions.prescription) as prescriptions,
    (select count(*)::int from prescriptions.download_queue where left_at is null) as queued,
    (select count(*)::int from prescriptions.prescription where state->>'kind' = 'tombstone') as tombstones`);
  assert.ok(found !== undefined);
  return found;
}
