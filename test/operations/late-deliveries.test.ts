// Shows: Operations | messages that one supplier does not take are told to that supplier alone, by a signed webhook; those of many are a draft
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';

import { ran } from '../../src/cli/testing.ts';
import { keepEndpoints } from '../../src/directory/index.ts';
import { present } from '../../src/kernel/bug.ts';
import { operationsCommands } from '../../src/operations/cli.ts';
import { openDesk } from '../../src/operations/incidents/desk/handle.ts';
import type { LateParty } from '../../src/operations/monitor/observed.ts';
import { incidentsIn } from '../../src/operations/record.ts';
import { signatureOf } from '../../src/operations/subscriptions/jobs.ts';
import { lateJob, latePartiesIn } from '../../src/operations/suppliers/jobs.ts';
import { localFaultsIn } from '../../src/operations/suppliers/record.ts';
import { REAL_CLOCK } from '../../src/platform/clock.ts';
import { sql } from '../../src/platform/sql.ts';
import { testDatabase } from '../support/database.ts';
import { testStatus } from './status.ts';
import { everythingPublic, withEnvironment } from './suppliers.ts';

const status = testStatus({ OPENSPINE_WEBHOOK_HOSTS: '127.0.0.1' });
const database = testDatabase();

const spine = (...argv: readonly string[]) => ran(operationsCommands, argv);
const quiet = async (minutes: number): Promise<void> => {
  for (let n = 0; n < minutes; n += 1) await status().round();
  await status().refresh();
};
const faults = () => localFaultsIn(status().site.store, status().now());
const desk = () =>
  present(openDesk({ url: status().url, key: 'key-of-the-test' }), 'key of the status site');
const late = (parties: readonly LateParty[]) => desk().late(parties);

describe('messages that one supplier does not take', () => {
  withEnvironment(status);
  const calls: { headers: Record<string, unknown>; body: string }[] = [];
  const server = createServer((asked, response) => {
    textOf(asked).then(
      (body) => {
        calls.push({ headers: asked.headers, body });
        response.writeHead(204).end();
      },
      () => response.destroy(),
    );
  });
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  const PARTY = 'FA565-000001';
  const NAMES = ['asid:999000000201', 'ods:FA565'];
  const stuck = (party: string, waiting: number): LateParty => ({
    party,
    names: [],
    waiting,
    lost: 0,
  });
  const ofTransport = () =>
    incidentsIn(status().site.store).filter(({ symptom }) => symptom.includes('transport'));
  const messageFor = (party: string, minutesAgo: number, end: string | null) =>
    database().database.write(sql`
      insert into gateways.delivery (message_id, party, interaction, conversation_id, ref_to_message_id, payload,
        queued_at, next_at, held_until, ended_at, end_state)
      values (gen_random_uuid(), ${party}, 'PORX_IN070101UK31', 'C', 'R', case when ${end}::text is null then 'x' end,
        now() - make_interval(mins => ${minutesAgo}), now(), now(),
        case when ${end}::text is not null then now() - make_interval(mins => ${minutesAgo - 1}) end, ${end}::text)`);

  test('are those that wait for a quarter of an hour, or were given up within the last', async () => {
    const { database: store } = database();
    await keepEndpoints(store, { systems: [aSystem(PARTY)], handlers: [] }, new Date());
    assert.deepEqual(await latePartiesIn(store, new Date()), []);
    await messageFor(PARTY, 14, null);
    await messageFor(PARTY, 17, null);
    await messageFor(PARTY, 9, 'given-up');
    await messageFor(PARTY, 90, 'refused');
    await messageFor('A83008-000001', 40, 'acknowledged');
    await messageFor('A83008-000001', 2, 'refused');
    assert.deepEqual(await latePartiesIn(store, new Date()), [
      { party: 'A83008-000001', names: [], waiting: 0, lost: 1 },
      { party: PARTY, names: NAMES, waiting: 1, lost: 1 },
    ]);
  });

  test('are told to their webhook, signed, once, and again when all are taken', async () => {
    const address = server.address();
    const hook = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/hook`;
    assert.equal((await spine('contact', 'add', '999000000201', hook)).code, 0);
    await quiet(5);
    const { confirmUrl, secret, whose } = JSON.parse(calls[0]?.body ?? '');
    assert.equal(whose, 'asid:999000000201');
    await fetch(confirmUrl, { method: 'POST' });
    await quiet(11);
    const job = lateJob({ database: database().database, clock: REAL_CLOCK }, desk());
    for (let n = 0; n < 3; n += 1) {
      await job.run(() => Promise.resolve(true));
      await quiet(1);
    }
    assert.equal(calls.length, 2);
    const { headers, body } = calls[1] ?? { headers: {}, body: '' };
    const [id, timestamp] = [headers['webhook-id'], headers['webhook-timestamp']].map(String);
    assert.equal(
      headers['webhook-signature'],
      signatureOf(secret, id ?? '', timestamp ?? '', body),
    );
    const { type, data } = JSON.parse(body);
    assert.equal(type, 'local-fault.changed');
    assert.equal(data.url, null);
    assert.match(data.text.join(' '), /party key FA565-000001, ASID 999000000201, ODS code FA565/);
    for (let n = 0; n < 11; n += 1) {
      await late([]);
      await quiet(1);
    }
    assert.equal(calls.length, 3);
    assert.match(JSON.parse(calls[2]?.body ?? '').data.subject, /takes our messages again/);
    assert.deepEqual(ofTransport(), []);
    assert.doesNotMatch(await everythingPublic(status()), /LOC-|FA565/);
  });

  test('are over only when somebody has looked', async () => {
    await late([stuck('B12345-000001', 3)]);
    await quiet(14);
    assert.equal(faults()[0]?.who, 'party:B12345-000001');
    assert.equal(faults()[0]?.endedAt, null);
    await late([]);
    await quiet(1);
    assert.notEqual(faults()[0]?.endedAt, null);
  });

  test('are the service’s own, and a draft, when no party explains most of them', async () => {
    const before = faults().length;
    await late([stuck('B12345-000001', 6), stuck('C12345-000001', 5)]);
    await quiet(1);
    assert.equal(faults().length, before);
    const [incident] = ofTransport();
    assert.equal(
      incident?.symptom,
      'Message transport is slow or fails now and then at both datacentres',
    );
    assert.equal(incident.publishedAt, null);
  });

  test('are heard of from who shows the key alone, and in their form', async () => {
    const post = (authorization: string, body: string) =>
      fetch(`${status().url}/operations/late`, {
        method: 'POST',
        headers: { authorization },
        body,
      });
    assert.equal((await post('Bearer no', '{"parties":[]}')).status, 401);
    for (const body of ['', '{}', '{"parties":[1]}', '{"parties":[{"party":"x"}]}']) {
      assert.equal((await post('Bearer key-of-the-test', body)).status, 400, body);
    }
  });
});

function aSystem(partyKey: string) {
  return {
    asid: '999000000201',
    ods: 'FA565',
    clientOds: null,
    partyKey,
    interactions: [],
    manufacturerOds: null,
  };
}
