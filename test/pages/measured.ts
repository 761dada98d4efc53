import { randomUUID } from 'node:crypto';

import { londonDate } from '../../src/kernel/london.ts';
import type { Queues } from '../../src/operations/measures/findings.ts';
import { addMeasures } from '../../src/operations/measures/repository.ts';
import { type Measured, refusalsAt } from '../../src/operations/measures/since.ts';
import type { Database } from '../../src/platform/database.ts';
import { sql } from '../../src/platform/sql.ts';

const NONE = { accepted: 0, refused: 0, denied: 0, limited: 0, unavailable: 0, failed: 0 };
export const START = new Date();
/** That no supplier took. */
export const LOST_MESSAGE = '6a3f0b52-8f6c-4c3f-9d3a-0d2f4f8b1c11';
const MINUTE = 60_000;

/** Of 60 requests, most within 40 ms. */
const DIRECTORY: Measured = {
  ...NONE,
  accepted: 50,
  refused: 4,
  unavailable: 6,
  interface: 'sds',
  interaction: 'Device',
  times: [0, 0, 30, 20, 4, 6, 0, 0, 0, 0, 0, 0, 0],
};

/** What a process of a third datacentre told 20 minutes and 20 seconds ago. */
export async function prepare(database: Database): Promise<void> {
  const figures = {
    connections: 4,
    underWay: 1,
    waiting: 2,
    requestsUnderWay: 3,
    requestsMost: 256,
  };
  const told = {
    datacentre: 'c',
    process: '0b0c7b8e-6f0e-4d51-9a3f-5f3a3f0f7a11',
    figures,
    measured: [DIRECTORY],
    sites: [],
    turns: [],
    agents: [],
  };
  const before = new Date(START.getTime() - 3 * 86_400_000);
  await addMeasures(database, {
    ...told,
    at: before,
    day: londonDate(before),
    measured: [],
    sites: [
      { ...NONE, accepted: 5, organisation: 'FLM49', asid: '999000000202', interface: 'hl7v3' },
    ],
  });
  for (const minutes of [200, 20]) {
    const at = new Date(START.getTime() - minutes * MINUTE);
    await addMeasures(database, { ...told, at, day: londonDate(at) });
  }
  const at = new Date(START.getTime() - 20_000);
  const sent = {
    ...NONE,
    accepted: 120,
    interface: 'message',
    interaction: 'PORX_IN020101SM31',
    times: [],
  };
  const refusal = {
    ...NONE,
    refused: 4,
    interface: refusalsAt('sds'),
    interaction: 'SENDER_UNKNOWN',
    times: [],
  };
  await addMeasures(database, {
    ...told,
    at,
    day: londonDate(at),
    measured: [DIRECTORY, sent, refusal],
    agents: [
      {
        organisation: 'FQQ11',
        asid: '999000000299',
        interface: 'fhir-dispensing',
        agent: 'Dispensary/7.2',
      },
    ],
    sites: [
      {
        ...NONE,
        accepted: 9,
        refused: 1,
        organisation: 'FQQ11',
        asid: '999000000299',
        interface: 'fhir-dispensing',
      },
    ],
    turns: [
      {
        job: 'due',
        everyMs: 1_000,
        at: new Date(START.getTime() - 3_600_000),
        outcome: 'done',
        doneAt: at,
        failedAt: null,
        failures: 0,
      },
    ],
  });
  await database.write(sql`
    insert into gateways.delivery (message_id, party, interaction, conversation_id, ref_to_message_id, payload, queued_at,
      next_at, ended_at, end_state, attempts, last_failure, held_until)
    values (${LOST_MESSAGE}::uuid, 'A83008-900101', 'PORX_IN050102UK32', 'C', 'R', '<PORX_IN050102UK32/>', ${at}, ${at},
      ${at}, 'given-up', 9, 'ECONNREFUSED', ${at})`);
}

export const QUEUES: Queues = {
  waiting: {
    byAge: [5, 4, 3, 2, 1, 0],
    oldestAt: new Date(START.getTime() - 5 * 86_400_000).toISOString(),
  },
  depths: [
    { name: 'outbox: test', count: 7, oldestAt: new Date(START.getTime() - 300_000).toISOString() },
  ],
  sessions: [],
};

/** An order that the trail knows and nothing else; its id. */
export async function loseMessage(database: Database): Promise<string> {
  const id = randomUUID();
  await database.write(sql`
    insert into platform.audit (at, interaction, request_id, message_id, organisation, asid, prescription_id, outcome)
    values (now(), 'PORX_IN020101SM31', ${id}::uuid, ${id}::uuid, 'A83008', '999000000101',
      '444444-A83008-44444', 'sent')`);
  return id;
}
