// Shows: Operations | a message is followed through doors and time: FHIR, the service, the outbox, HL7 V3 at the supplier, in one trace with no patient in it
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { PATIENTS } from '../../src/local/patients.ts';
import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import type { LogEntry } from '../../src/platform/log.ts';
import { openSupplier } from '../hl7v3/supplier.ts';
import { RELIABLE, wholeSpine } from '../hl7v3/whole-spine.ts';
import { aJourney } from '../support/journey.ts';
import { DISPENSING, type TestSpine } from '../support/server.ts';
import { openCollector, type SpanTold } from './collector.ts';

const collector = await openCollector();
after(() => collector.close());
const entries: LogEntry[] = [];
const { spine, hl7Of, post } = wholeSpine(
  { measures: { metrics: null, logsRequests: true, tracesUrl: collector.url } },
  (entry) => entries.push(entry),
);

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const CALLER = '00f067aa0ba902b7';
const CPA = 'S20001A000126';
const LATE = 'PORX_IN050102UK32';

/** The spans of a trace once there are so many; they come a second late. */
async function spansOf(trace: string, least: number): Promise<SpanTold[]> {
  const found = () => collector.spans.filter(({ traceId }) => traceId === trace);
  for (let n = 0; n < 1_200 && found().length < least; n += 1) await delay(25);
  assert.ok(
    found().length >= least,
    found()
      .map(({ name }) => name)
      .join(', '),
  );
  return found();
}

/** Cancels over HL7 V3 what a pharmacy has, and lets the pharmacy give it back by FHIR, as part of a trace of its own. */
async function givenBack(): Promise<void> {
  const plain: TestSpine['call'] = (...asked) => spine().call(...asked);
  let through = plain;
  const routed: TestSpine = { ...spine(), call: (...asked) => through(...asked) };
  const journey = aJourney(routed, { nominated: null });
  assert.equal((await journey.send()).status, 200);
  assert.equal((await journey.release()).status, 200);
  through = async (_path, { body } = {}) => {
    assert.ok(typeof body === 'object');
    const system = TEST_SYSTEMS.surgery;
    const payload = await hl7Of(body, system);
    const ids = { messageId: randomUUID().toUpperCase(), conversationId: randomUUID() };
    const { status, text } = await post(RELIABLE, { system, payload, cpaId: CPA, ...ids });
    return { status, text, headers: new Headers(), body: null };
  };
  assert.equal((await journey.cancel()).status, 202);
  through = plain;
  for (let n = 0; n < 1_500 && (await pending()) === 0; n += 1) await delay(20);
  const traceparent = `00-${TRACE}-${CALLER}-01`;
  through = (path, options = {}) =>
    spine().call(path, { ...options, headers: { ...options.headers, traceparent } });
  assert.equal((await journey.giveBack()).status, 200);
}

async function pending(): Promise<number> {
  const [row] = await spine().database.all<{ n: number }>({
    text: `select count(*)::int as n from prescriptions.event where kind = 'CancellationPended'`,
    values: [],
  });
  return row?.n ?? 0;
}

describe('a message that is followed', () => {
  test('is one trace from the caller to the supplier who is told of it later', async () => {
    const supplier = await openSupplier(spine().database, TEST_SYSTEMS.surgery);
    after(() => supplier.close());
    await givenBack();
    const spans = await spansOf(TRACE, 6);
    const one = (name: string): SpanTold => {
      const found = spans.find((span) => span.name === name);
      assert.ok(found !== undefined, `${name} in ${spans.map((span) => span.name).join(', ')}`);
      return found;
    };
    const door = one(`POST ${DISPENSING}/Task`);
    assert.deepEqual([door.parentSpanId, door.kind], [CALLER, 2]);
    const done = one('PORX_IN100101SM31');
    assert.deepEqual([done.parentSpanId, done.kind], [door.spanId, 1]);
    // Two leave: of the item and of the prescription.
    const sent = one(`deliver ${LATE}`);
    const waited = spans.find(({ spanId }) => spanId === sent.parentSpanId);
    assert.match(waited?.name ?? '', /^outbox /);
    assert.deepEqual([waited?.parentSpanId, waited?.kind, sent.kind], [done.spanId, 1, 3]);
    assert.ok(BigInt(waited?.endTimeUnixNano ?? 0) > BigInt(waited?.startTimeUnixNano ?? 0));
    const told = supplier.delivered.map(({ headers }) => headers['traceparent']);
    assert.ok(told.includes(`00-${TRACE}-${sent.spanId}-01`), told.join(', '));
  });

  test('is found in the log by its trace', () => {
    const [line] = entries.filter(({ traceId }) => traceId === TRACE);
    assert.equal(line?.interface, 'fhir-dispensing');
  });

  test('begins a trace of its own when the caller names none, or one that is none', async () => {
    const before = new Set(collector.spans.map(({ traceId }) => traceId));
    const headers = { traceparent: `00-${'0'.repeat(32)}-${CALLER}-01` };
    await spine().call('/fhir-dispensing/metadata', { headers });
    for (let n = 0; n < 1_200; n += 1) {
      if (collector.spans.some(({ name }) => name.endsWith('/metadata'))) break;
      await delay(25);
    }
    const metadata = collector.spans.find(({ name }) => name.endsWith('/metadata'));
    assert.ok(metadata !== undefined && !before.has(metadata.traceId));
    assert.ok(!metadata.parentSpanId);
  });

  test('has nothing of the patient in it, and says where it was done', () => {
    const { nhsNumber, family, given } = PATIENTS.adult;
    const text = collector.texts.join('\n');
    for (const word of [nhsNumber, family, ...given])
      assert.equal(text.includes(word), false, word);
    assert.match(collector.resources[0] ?? '', /openspine\.datacentre[^}]*\{"stringValue":"a"\}/);
  });
});
