// Shows: Operations | an open incident stands in every answer that it touches; one setting leaves all such headers out
// Shows: Operations | the synthetic journeys go through every component at both datacentres, HL7 V3 too, and are left out of all counts and of the reconciliation
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { type Datacentre, startDatacentre } from '../../src/datacentre.ts';
import { present } from '../../src/kernel/bug.ts';
import { londonDate } from '../../src/kernel/london.ts';
import { keepTestPatients } from '../../src/local/patient-records.ts';
import { openProbing } from '../../src/local/probing/index.ts';
import { COMPONENT_IDS } from '../../src/operations/components.ts';
import { probesIn, reconcile } from '../../src/operations/reconcile/handle.ts';
import { incidentsIn, openIncident } from '../../src/operations/record.ts';
import { anOpening } from '../../src/operations/testing.ts';
import type { Config } from '../../src/platform/config.ts';
import type { Database } from '../../src/platform/database.ts';
import { sql } from '../../src/platform/sql.ts';
import { countsByStatus, waitingByAge } from '../../src/prescriptions/index.ts';
import { noLog } from '../nothing-lost/datacentres.ts';
import { testConfig } from '../support/config.ts';
import { createDatabase } from '../support/database.ts';
import { ANY_HL7_PORT } from '../support/hl7v3.ts';
import { freePort } from '../support/ports.ts';
import { testStatus } from './status.ts';

const urls = { a: '', b: '' };
const hl7v3: Record<'a' | 'b', string | null> = { a: null, b: null };
const metrics = { a: '', b: '' };
const status = testStatus();

describe('two datacentres that ask a status site', () => {
  const datacentres: Datacentre[] = [];
  let database: Awaited<ReturnType<typeof createDatabase>> | null = null;
  before(async () => {
    const at = new Date();
    const cells = [{ component: 'signing', datacentre: 'a' }] as const;
    const incident = openIncident(status().site.store, anOpening({ at, beganAt: at, cells }));
    assert.ok(incident.ok);
    await status().refresh();
    database = await createDatabase();
    const { url } = database;
    await keepTestPatients(database.database);
    const start = async (datacentre: 'a' | 'b', more: Partial<Config>): Promise<void> => {
      const told = { url: status().url, key: 'key-of-the-test' };
      const measures = { metrics: LOOPBACK, logsRequests: false, tracesUrl: null };
      const said = { datacentre, status: told, measures, hl7v3: ANY_HL7_PORT, ...more };
      const config = testConfig(url, said);
      const started = await startDatacentre(config, noLog);
      datacentres.push(started);
      urls[datacentre] = started.url;
      hl7v3[datacentre] = started.hl7v3Url;
      metrics[datacentre] = started.metricsUrl ?? '';
    };
    await start('b', { strictHeaders: true });
    const port = await freePort();
    await start('a', { port, publicUrls: [`http://127.0.0.1:${port}`, urls.b] });
  });

  after(async () => {
    for (const one of datacentres) await one.close();
    await database?.drop();
  });

  const PREPARE = '/fhir-prescribing/FHIR/R4/$prepare';

  describe('an open incident of severity 1 that touches signing at datacentre A', () => {
    const headersOf = async (url: string, path: string) =>
      (await fetch(`${url}${path}`, { method: 'POST', body: '{}' })).headers;

    test('stands in what is answered there, with advice, and in nothing else', async () => {
      const told = await headersOf(urls.a, PREPARE);
      const [incident] = incidentsIn(status().site.store);
      assert.match(
        told.get('x-service-incident') ?? '',
        new RegExp(
          `^${incident?.number}; severity=1; next-update=\\S+; url=${status().url}/incidents/`,
        ),
      );
      assert.equal(told.get('x-client-advice'), 'failover=no; retry=no');
      const other = await headersOf(urls.a, '/fhir-dispensing/FHIR/R4/Claim');
      assert.equal(other.get('x-service-incident'), null);
    });

    test('is in the metrics, with how late its next update is', async () => {
      const [incident] = incidentsIn(status().site.store);
      const text = await (await fetch(metrics.a)).text();
      const line = `openspine_incident_update_late_seconds{incident="${incident?.number}"`;
      assert.ok(text.includes(line), text);
    });

    test('is not told where the operator wants answers as the contracts have them', async () => {
      const strict = await headersOf(urls.b, PREPARE);
      for (const name of [
        'x-service-incident',
        'x-client-advice',
        'x-served-by',
        'x-environment',
      ]) {
        assert.equal(strict.get(name), null, name);
      }
    });
  });

  test('what should have left a quarter of an hour ago troubles the probe of overnight work', async () => {
    const store = present(database, 'database').database;
    const troubled = async (): Promise<readonly [number, unknown]> => {
      await delay(1_100); // an answer stands for a second
      const answer = await fetch(`${urls.a}/_jobs`);
      const { troubled: named } = JSON.parse(await answer.text());
      return [answer.status, named];
    };
    await store.write(sql`
      insert into platform.outbox (bucket, topic, destination, key, body, due_at)
      values (0, 'of-the-test', 'X', 'K', '{}', now() - interval '16 minutes')`);
    assert.deepEqual(await troubled(), [503, ['outbox: of-the-test']]);
    await store.write(sql`delete from platform.outbox where topic = 'of-the-test'`);
    assert.deepEqual(await troubled(), [200, []]);
  });

  test('what users met is taken from datacentres alone', async () => {
    const post = (key: string) =>
      fetch(`${status().url}/operations/minutes`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
        body: JSON.stringify({ minutes: [] }),
      });
    assert.equal((await post('wrong')).status, 401);
    assert.equal((await post('key-of-the-test')).status, 204);
  });

  test('the synthetic journeys go through all that is watched, and are in no count', async () => {
    const { database: store } = present(database, 'database');
    const counts = async () => ({
      metrics: await Promise.all([countedAt(metrics.a), countedAt(metrics.b)]),
      statuses: await countsByStatus(store, await probesIn(store)),
      waiting: await waitingNow(store),
      balance: (await reconcile(store, ALL_TIME)).balance,
      rows: (await reconcile(store, ALL_TIME)).rows,
    });
    const before = await counts();
    const steps = await openProbing(urls, { hl7v3 })();
    const gone = new Set(
      steps.flatMap(({ component, outcome }) => (outcome === 'ok' ? component : [])),
    );
    // The status site looks at its own messages, and at the door of HL7 V3, by itself.
    const watched = COMPONENT_IDS.filter((id) => id !== 'notifications' && id !== 'transport');
    assert.deepEqual(
      watched.filter((id) => !gone.has(id)),
      [],
    );
    assert.deepEqual(await counts(), before);
    const { balance } = await reconcile(store, { ...ALL_TIME, withProbes: true });
    assert.ok(balance.received >= 20, String(balance.received));
  });

  test('each line of the audit that a request leaves says what address it came from', async () => {
    const { database: store } = present(database, 'database');
    const [last] = await store.all<{ id: number }>(sql`select max(id) as id from platform.audit`);
    await openProbing(urls, { hl7v3 })();
    const lines = await store.all<{ interaction: string; source: string | null }>(sql`
      select distinct interaction, source_address as source from platform.audit where id > ${last?.id ?? 0}`);
    assert.ok(lines.length >= 10, String(lines.length));
    assert.deepEqual(
      lines.filter(({ source }) => source !== '127.0.0.1'),
      [],
    );
  });

  test('a fault on purpose is no failure to the probes of the real site', async () => {
    const probe = openProbing(urls);
    const first = await probe();
    const bad = first.filter(({ outcome }) => outcome !== 'ok');
    assert.deepEqual(bad, []);
    const fault = { name: 'a-test', signIn: 100 };
    const set = (method: string, body?: object) =>
      fetch(`${urls.a}/_local/faults`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    assert.equal((await set('PUT', fault)).status, 200);
    const steps = await probe();
    assert.deepEqual(
      steps.filter(({ outcome }) => outcome !== 'ok'),
      [],
    );
    assert.equal((await set('PUT', { name: 'x', signIn: 101 })).status, 400);
    assert.equal((await set('DELETE')).status, 200);
  });
});

const LOOPBACK = { host: '127.0.0.1', port: 0 };
const ALL_TIME = {
  from: new Date(0),
  until: new Date('2100-01-01'),
  site: null,
  asid: null,
  most: 100,
  sent: [],
};

/** What a process has counted of requests, messages, sites and refusals; the provider of test users is no part of the service. */
async function countedAt(url: string): Promise<string[]> {
  const text = await (await fetch(url)).text();
  const lines = text
    .split('\n')
    .filter((line) => COUNTERS.test(line) && !line.includes('interface="local"'));
  return lines.toSorted((one, other) => one.localeCompare(other));
}

const COUNTERS =
  /^openspine_(requests|site_requests|refusals|messages|rejections|request_duration)/;

async function waitingNow(store: Database): Promise<readonly number[]> {
  const at = new Date();
  const { byAge } = await waitingByAge(store, {
    at,
    day: londonDate(at),
    without: await probesIn(store),
  });
  return byAge;
}
