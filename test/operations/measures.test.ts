// Shows: Operations | metrics by interface, site, interaction and outcome, and a line of JSON a request: no patient in either, whichever door they came through
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { PATIENTS } from '../../src/local/patients.ts';
import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { type LogEntry, logTo } from '../../src/platform/log.ts';
import { FACADE, RELIABLE, wholeSpine } from '../hl7v3/whole-spine.ts';
import { aJourney } from '../support/journey.ts';
import {
  type CallOptions,
  DISPENSING,
  LEGACY,
  PRESCRIBING,
  type TestSpine,
} from '../support/server.ts';

const lines: string[] = [];
const entries: LogEntry[] = [];
const log = logTo({ write: (text: string) => lines.push(text) });
const { spine, hl7Of, post } = wholeSpine(
  { measures: { metrics: { host: '127.0.0.1', port: 0 }, logsRequests: true, tracesUrl: null } },
  (entry) => {
    entries.push(entry);
    log(entry);
  },
);

const { nhsNumber, family, given, line, postcode } = PATIENTS.adult;
const PATIENT = [nhsNumber, family, ...given, ...line, postcode];
const PDS = '/personal-demographics/FHIR/R4';
const CPA_OF_CANCELS = 'S20001A000126';

/** The value of a series; 0: there is none. */
type Value = (name: string, labels: Readonly<Record<string, string>>) => number;
let text = '';
let value: Value;

async function readMetrics(): Promise<string> {
  const answer = await fetch(spine().datacentre.metricsUrl ?? '');
  assert.equal(answer.status, 200);
  assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
  return answer.text();
}

function valueIn(metrics: string): Value {
  return (name, labels) =>
    metrics
      .split('\n')
      .filter((row) => row.startsWith(`${name}{`))
      .filter((row) =>
        Object.entries(labels).every(([label, is]) => row.includes(`${label}="${is}"`)),
      )
      .reduce((sum, row) => sum + Number(row.slice(row.lastIndexOf(' '))), 0);
}

/** A prescription through every step, by FHIR. */
async function wholeJourney(): Promise<string> {
  const journey = aJourney(spine());
  assert.equal((await journey.send()).status, 200);
  assert.equal((await journey.release()).status, 200);
  assert.equal((await journey.dispense(['FullyDispensed'])).status, 200);
  assert.equal((await journey.claim()).status, 200);
  assert.equal((await journey.giveBack()).status, 400);
  return journey.id;
}

/** The same patient through the door of HL7 V3: an order of a facade, the same one with a fault, one of a message handler. */
async function overHl7(): Promise<void> {
  const system = TEST_SYSTEMS.surgery;
  const payload = await hl7Of(aJourney(spine()).order(), system);
  const ids = () => ({ messageId: randomUUID().toUpperCase(), conversationId: randomUUID() });
  const sent = { system };
  assert.equal((await post(FACADE, { ...sent, payload, ...ids() })).status, 200);
  const broken = payload.replace('<birthTime', '<birthTimes');
  assert.equal((await post(FACADE, { ...sent, payload: broken, ...ids() })).status, 200);
  let body: CallOptions['body'] = '';
  const call: TestSpine['call'] = async (_path, options = {}) => {
    body = options.body ?? '';
    return { status: 0, headers: new Headers(), text: '', body: null };
  };
  await aJourney({ ...spine(), call }).cancel();
  assert.ok(typeof body === 'object');
  const later = { ...sent, payload: await hl7Of(body, system), cpaId: CPA_OF_CANCELS };
  assert.equal((await post(RELIABLE, { ...later, ...ids() })).status, 202);
}

/** Questions about the patient, and text about them wherever a caller can write some. */
async function questions(): Promise<void> {
  const { url } = spine();
  const call = (...asked: Parameters<TestSpine['call']>) => spine().call(...asked);
  const about = encodeURIComponent(`https://fhir.nhs.uk/Id/nhs-number|${nhsNumber}`);
  await call(`${LEGACY}/Task?patient:identifier=${about}`, { as: 'dispenser' });
  await call(`${PDS}/Patient/${nhsNumber}`);
  await call(`${PDS}/Patient?family=${family}&given=${given[0]}&birthdate=eq1984-05-17`);
  await call(`${PDS}/Patient/${nhsNumber}/RelatedPerson`);
  await call(`/spine-directory/FHIR/R4/Device?organization=${nhsNumber}`);
  await call(`${PRESCRIBING}/${nhsNumber}/${family}`);
  await call(`/${family}?nhs=${nhsNumber}`);
  const headers = { 'x-request-id': `${family} ${nhsNumber}`, 'x-correlation-id': family };
  await call(`${PRESCRIBING}/$process-message`, { body: { family }, headers });
  await call(`${DISPENSING}/Task/$release`, { body: `{"${family}`, method: 'POST' });
  await call(`${PRESCRIBING}/$process-message`, { body: { resourceType: nhsNumber } });
  await call(`${PRESCRIBING}/$process-message`, { body: {}, headers: { authorization: family } });
  await fetch(`${url}/signin?return=/${family}`);
  const login = new URLSearchParams({ user: family, nhs: nhsNumber }).toString();
  await fetch(`${url}/login?${login}`);
  await fetch(`${url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: family, code: nhsNumber }),
  });
  await fetch(`${url}/_ready`);
}

describe('what is told of the work of a process', () => {
  let prescription = '';
  before(async () => {
    prescription = await wholeJourney();
    await overHl7();
    await questions();
    log.flush();
    text = await readMetrics();
    value = valueIn(text);
  });

  describe('the metrics of a process', () => {
    const requests = (door: string, outcome: string, interaction?: string): number =>
      value('openspine_requests_total', {
        interface: door,
        outcome,
        ...(interaction === undefined ? {} : { interaction }),
      });

    test('count requests by interface, interaction and outcome', () => {
      const message = `POST ${PRESCRIBING}/$process-message`;
      // One of them is of the journey that a test system sends through itself at its start.
      assert.equal(requests('fhir-prescribing', 'accepted', message), 2);
      assert.equal(requests('fhir-prescribing', 'refused', message), 2);
      assert.equal(requests('fhir-prescribing', 'denied', message), 1);
      assert.equal(requests('hl7v3', 'accepted', 'PORX_IN020101SM31'), 1);
      assert.equal(requests('hl7v3', 'accepted', 'PORX_IN030101SM32'), 1);
      assert.equal(requests('hl7v3', 'refused', 'PORX_IN020101SM31'), 1);
      assert.equal(
        value('openspine_requests_total', { interface: 'pds', interaction: 'search' }),
        1,
      );
      assert.equal(value('openspine_requests_total', { interface: 'sds' }), 1);
      assert.ok(requests('oauth2', 'refused') >= 1 && requests('health', 'accepted') >= 1);
    });

    test('tell how long they took, in buckets that can be added up over processes', () => {
      const about = { interface: 'fhir-dispensing' };
      const all = value('openspine_request_duration_seconds_count', about);
      assert.ok(all >= 3, String(all));
      const buckets = { ...about, le: '+Inf' };
      assert.equal(value('openspine_request_duration_seconds_bucket', buckets), all);
      const sum = value('openspine_request_duration_seconds_sum', about);
      assert.ok(sum > all / 1_000 && sum < all * 10, String(sum));
    });

    test('count messages whichever door they came through, and why some were refused', () => {
      const orders = { interaction: 'PORX_IN020101SM31', outcome: 'accepted' };
      assert.equal(value('openspine_messages_total', orders), 3);
      const back = { interaction: 'PORX_IN100101SM31', outcome: 'refused' };
      assert.equal(value('openspine_messages_total', back), 1);
      assert.equal(value('openspine_rejections_total', { interaction: back.interaction }), 1);
      assert.ok(value('openspine_refusals_total', { interface: 'fhir-prescribing' }) >= 1);
    });

    test('count for each organisation and system', () => {
      const site = (door: string, organisation: string) =>
        value('openspine_site_requests_total', { interface: door, organisation });
      assert.ok(site('fhir-prescribing', 'A83008') >= 2);
      assert.ok(site('hl7v3', 'A83008') >= 2);
    });

    test('show jobs, the database and the process itself', async () => {
      const jobs = [
        'openspine_job_turns_total{job="hl7v3-waiting"',
        'openspine_job_late_seconds{job="hl7v3-delivery"',
      ];
      for (let n = 0; n < 200 && !jobs.every((job) => text.includes(job)); n += 1) {
        await delay(50);
        text = await readMetrics();
      }
      for (const name of [
        ...jobs,
        'openspine_database_load{of="waiting"',
        'openspine_requests_under_way{of="most"',
        'nodejs_eventloop_lag_seconds',
        'process_resident_memory_bytes',
      ]) {
        assert.ok(text.includes(name), name);
      }
    });

    test('are not where everybody can read them', async () => {
      const answer = await fetch(`${spine().url}/metrics`);
      assert.equal(answer.status, 404);
    });
  });

  test('what a process counts is kept for the pages of all, every five seconds', async () => {
    const kept = async (): Promise<number> => {
      const [row] = await spine().database.all<{ n: number }>({
        text: `select coalesce(sum(accepted), 0)::int as n from operations.measure
          where span_seconds = 60 and interface = 'message' and interaction = 'PORX_IN020101SM31'`,
        values: [],
      });
      return row?.n ?? 0;
    };
    for (let n = 0; n < 600 && (await kept()) < 3; n += 1) await delay(50);
    assert.equal(await kept(), 3);
    const sites = await spine().database.all<{ organisation: string }>({
      text: `select distinct organisation from operations.site order by organisation`,
      values: [],
    });
    assert.deepEqual(
      sites.map(({ organisation }) => organisation),
      ['A83008', 'FA565'],
    );
  });

  describe('the log of requests', () => {
    test('has one line of JSON for each, with the fields of the reference and no others', () => {
      log.flush();
      const said = lines.join('').trimEnd().split('\n');
      assert.equal(said.length, entries.length);
      const fields = new Set(
        'at event requestId interface interaction organisation asid outcome status reason elapsedMs businessAt'.split(
          ' ',
        ),
      );
      for (const one of said) {
        const entry: Record<string, unknown> = JSON.parse(one);
        if (entry['event'] !== 'request') continue;
        for (const name of ['at', 'interface', 'interaction', 'outcome', 'status', 'elapsedMs']) {
          assert.ok(name in entry, one);
        }
        assert.deepEqual(
          Object.keys(entry).filter((name) => !fields.has(name)),
          [],
        );
      }
    });

    test('tells for whom a message was, and by which request', () => {
      const sent = entries.find(
        ({ interface: door, interaction, outcome }) =>
          door === 'fhir-prescribing' && interaction?.includes('process') && outcome === 'accepted',
      );
      assert.match(sent?.requestId ?? '', /^[0-9a-f-]{36}$/);
      assert.equal(sent?.organisation, 'A83008');
      const over = entries.find(
        ({ interface: door, outcome }) => door === 'hl7v3' && outcome === 'refused',
      );
      assert.match(over?.requestId ?? '', /^[0-9a-f-]{36}$/i);
      assert.ok((over?.reason ?? '') !== '');
    });

    test('leaves out what balancers ask all the time', () => {
      assert.deepEqual(
        entries.filter(({ interaction }) => interaction?.includes('_ready')),
        [],
      );
    });
  });

  describe('a patient whose messages came through every door', () => {
    test('is in no metric and no line of the log, nor is the prescription', async () => {
      const told = `${lines.join('')}\n${await readMetrics()}`;
      for (const word of [...PATIENT, prescription]) {
        assert.equal(told.toLowerCase().includes(word.toLowerCase()), false, word);
      }
    });
  });
});
