// Shows: HL7 V3 | spine inspect: messages in and out by the id of a message, a transmission, a conversation or a prescription

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { type Ran, ranOn } from '../../src/cli/testing.ts';
import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { sql } from '../../src/platform/sql.ts';
import { inspectCommand } from '../../src/prescriptions/inspect/cli.ts';
import { hl7Frame, wrapped } from '../support/hl7v3.ts';
import { deliverWaiting, RETURN_UK, testDoor } from './door.ts';

const system = TEST_SYSTEMS.pharmacy;
const { client, door, database, url } = testDoor(system);
const PRESCRIPTION = '24F5DA-A83008-7EFE6Z';
const PATIENT = '9449304106'; // synthetic

function inspect(...words: readonly string[]): Promise<Ran> {
  return ranOn(url(), [inspectCommand], ['inspect', ...words]);
}

async function tracesOf(id: string): Promise<readonly { readonly [member: string]: unknown }[]> {
  const { code, stdout } = await inspect(id, '-o', 'json');
  assert.equal(code, 0);
  return JSON.parse(stdout);
}

const kinds = (traces: Awaited<ReturnType<typeof tracesOf>>): unknown[] =>
  traces.map(({ kind }) => kind);

/** A message over reliable messaging, what its handler would write of it, and its answer on its way. */
async function exchange() {
  const ids = {
    messageId: randomUUID().toUpperCase(),
    conversationId: randomUUID().toUpperCase(),
  };
  const id = randomUUID().toUpperCase();
  const payload = hl7Frame({ system, interaction: RETURN_UK, subject: '<Act/>', id });
  const post = wrapped({ system, interaction: RETURN_UK, payload, cpaId: 'S20000A000084', ...ids });
  assert.equal((await client().send('/reliablemessaging/reliablerequest', post)).status, 202);
  await database().all(sql`
    insert into platform.audit (at, interaction, request_id, message_id, organisation, asid, session,
      prescription_id, nhs_number, outcome)
    values (now(), 'return', ${ids.messageId}::uuid, ${id}::uuid, 'FA565', ${system.asid}, ${system.partyKey},
      ${PRESCRIPTION.slice(0, -1)}, ${PATIENT}, 'accepted')`);
  for (let n = 0; n < 100; n += 1) {
    const traces = await tracesOf(ids.messageId);
    if (kinds(traces).includes('waiting')) return { ...ids, id };
    await delay(20);
  }
  throw new Error('no answer waits');
}

describe('spine inspect', () => {
  test('finds a message, what it did and its answer by any of their ids', async () => {
    const { messageId, conversationId, id } = await exchange();
    const before = await tracesOf(messageId);
    assert.deepEqual(new Set(kinds(before)), new Set(['in', 'done', 'waiting']));
    await deliverWaiting(door());
    const traces = await tracesOf(messageId);
    assert.deepEqual(new Set(kinds(traces)), new Set(['in', 'done', 'out']));
    assert.equal(traces.length, 3);
    const one = (kind: string) => traces.find((trace) => trace['kind'] === kind);
    assert.equal(one('in')?.['party'], system.partyKey);
    assert.equal(one('in')?.['state'], 'answered');
    assert.equal(one('done')?.['prescription'], PRESCRIPTION);
    assert.equal(one('done')?.['messageId'], id.toLowerCase());
    assert.equal(one('out')?.['answers'], messageId.toLowerCase());
    const state = 'waiting, attempt 1, the directory has no address for it';
    assert.equal(one('out')?.['state'], state);
    const answer = String(one('out')?.['id']);
    for (const other of [conversationId, id, answer, PRESCRIPTION, messageId.toLowerCase()]) {
      assert.deepEqual(await tracesOf(other), traces, other);
    }
  });

  test('finds one audit line among many by its index', async () => {
    const id = randomUUID();
    await database().all(sql`
      insert into platform.audit (at, interaction, request_id, outcome)
      select now(), 'track', case n when 70000 then ${id}::uuid else gen_random_uuid() end, 'read'
      from generate_series(1, 100000) as n`);
    await database().all(sql`select brin_summarize_new_values('platform.audit_ids')`);
    const started = performance.now();
    assert.deepEqual(kinds(await tracesOf(id)), ['done']);
    const [plan] = await database().all<{ 'QUERY PLAN': { Plan: object }[] }>({
      text: `explain (analyze, format json) select * from platform.audit where request_id = any($1::uuid[])
        or message_id = any($1::uuid[]) or prescription_id = $2`,
      values: [[id], null],
    });
    const read = /"Rows Removed by Index Recheck": (\d+)/.exec(JSON.stringify(plan, null, 1))?.[1];
    assert.ok(Number(read) < 20_000, `${read} lines were looked at`);
    assert.ok(performance.now() - started < 2_000);
  });

  test('prints a line each, and nothing of the patient', async () => {
    const { stdout } = await inspect(PRESCRIPTION);
    assert.match(
      stdout,
      /^\S+Z {2}done {5}[0-9A-F-]{36} {2}return {2}FA565 24F5DA-A83008-7EFE6Z {2}accepted$/m,
    );
    const { stdout: json } = await inspect(PRESCRIPTION, '-o', 'json');
    assert.ok(!`${stdout}${json}`.includes(PATIENT));
  });

  test('says so when nothing is known of an id, and asks for one', async () => {
    const unknown = await inspect(randomUUID());
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /Nothing is known/);
    assert.equal((await inspect()).code, 2);
  });
});
