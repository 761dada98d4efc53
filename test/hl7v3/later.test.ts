// Shows: HL7 V3 | a facade whose message takes long, or comes under load, fetches its answer as often as it likes

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';

import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { hl7Frame, type Hl7Said, openHl7Client, wrapped } from '../support/hl7v3.ts';
import { until } from '../support/until.ts';
import { doWaiting, openDoor, RETURN, testDoor } from './door.ts';

const system = TEST_SYSTEMS.facade;
const limits = { answerWithinMs: 100, inHandMax: 1 };
const { ledger, client, door, database, url } = testDoor(system, { limits });

function post(id: string = randomUUID()): ReturnType<typeof wrapped> {
  const payload = hl7Frame({ system, interaction: RETURN, subject: '<Act/>', id });
  return wrapped({ system, interaction: RETURN, payload });
}

const NHSD_ASID = { 'nhsd-asid': system.asid };

function locationOf({ status, headers }: Hl7Said): string {
  assert.equal(status, 202);
  assert.match(String(headers['content-location']), /^\/_poll\/[-0-9a-f]{36}$/);
  return String(headers['content-location']);
}

function untilAnswered(location: string): Promise<void> {
  return until('the answer is there', async () => {
    const { status } = await client().send(location, { headers: NHSD_ASID });
    return status === 200;
  });
}

async function slowly<Done>(delayMs: number, work: () => Promise<Done>): Promise<Done> {
  ledger.delayMs = delayMs;
  try {
    return await work();
  } finally {
    ledger.delayMs = 0;
  }
}

describe('a message that takes longer than a facade shall wait', () => {
  test('is answered where Content-Location says, again and again, with one effect', async () => {
    const id = randomUUID();
    const message = post(id);
    const location = await slowly(400, async () => {
      const first = locationOf(await client().send('/Prescription', message));
      const early = await client().send(first, { headers: NHSD_ASID });
      assert.equal(locationOf(early), first);
      return first;
    });
    await untilAnswered(location);
    const answers = [];
    for (let n = 0; n < 3; n += 1) {
      answers.push(await client().send(location, { headers: NHSD_ASID }));
    }
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    );
    assert.match(answers[0]?.text ?? '', /typeCode="AA"/);
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
    const again = await client().send('/Prescription', message);
    assert.deepEqual([again.status, again.text], [200, answers[0]?.text]);
  });

  test('is not shown to another party, nor without an ASID', async () => {
    const location = locationOf(await slowly(300, () => client().send('/Prescription', post())));
    await untilAnswered(location);
    assert.equal((await client().send(location)).status, 404);
    const other = await openHl7Client(database(), door().url, TEST_SYSTEMS.pharmacy);
    for (const asid of [TEST_SYSTEMS.pharmacy.asid, system.asid]) {
      const { status } = await other.send(location, { headers: { 'nhsd-asid': asid } });
      assert.equal(status, 404);
    }
    other.close();
    assert.equal((await client().send(location, { headers: NHSD_ASID })).status, 200);
  });
});

describe('messages that come faster than they are done', () => {
  test('wait their turn, and the other datacentre does them and tells their answers', async () => {
    const other = await openDoor(url(), database(), ledger);
    const there = await openHl7Client(database(), other.url, system);
    const posts = Array.from({ length: 6 }, () => post());
    const said = await slowly(50, () =>
      Promise.all(posts.map((one) => client().send('/Prescription', one))),
    );
    const waiting = said.filter(({ status }) => status === 202);
    assert.ok(waiting.length > 0, 'only one is in hand');
    await doWaiting(other);
    for (const one of waiting) {
      const answer = await there.send(locationOf(one), { headers: NHSD_ASID });
      assert.equal(answer.status, 200);
      assert.match(answer.text, /typeCode="AA"/);
    }
    there.close();
    await other.close();
  });

  test('and that nobody sent are not there', async () => {
    const { status } = await client().send(`/_poll/${randomUUID()}`, { headers: NHSD_ASID });
    assert.equal(status, 404);
  });
});
