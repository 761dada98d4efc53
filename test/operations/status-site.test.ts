// Shows: Operations | the status site answers 10,000 readers at once with everything else away, and says so when it is out of date
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { openStore } from '../../src/operations/store/repository.ts';
import { anOpening, minute } from '../../src/operations/testing.ts';
import { openIncident } from '../../src/operations/record.ts';
import { testStatus } from './status.ts';

const status = testStatus();

const text = async (path: string, headers: Record<string, string> = {}) => {
  const answer = await fetch(`${status().url}${path}`, { headers, redirect: 'manual' });
  return { status: answer.status, headers: answer.headers, body: await answer.text() };
};

describe('the status site, with no database, no datacentre and no sign-in', () => {
  test('says that it is checking until all was seen once; what is not there yet is no fault', async () => {
    await status().round([['sign-in', 'a']]);
    const page = (await text('/')).body;
    assert.match(page, /We are checking the service for the first time/);
    assert.doesNotMatch(page, /Degraded/);
    await status().round();
    assert.doesNotMatch((await text('/')).body, /checking the service for the first time/);
    assert.equal(JSON.parse((await text('/status/v1/summary')).body).state, 'operational');
  });

  test('says what its probes found within the round', async () => {
    await status().round([['sign-in', 'a']]);
    assert.match((await text('/')).body, /Degraded/);
    await status().round([['sign-in', 'a']]);
    const page = (await text('/')).body;
    assert.match(page, /Smartcard and sign-in does not work at datacentre A/);
    assert.match(page, /calculated, being confirmed/);
    const summary = JSON.parse((await text('/status/v1/summary')).body);
    assert.equal(summary.state, 'partial');
    assert.equal(summary.incidents[0].severity, 1);
    assert.equal(summary.incidents[0].severityIs, 'suggested');
  });

  test('is read by machines from anywhere, and answers 304 to who has it', async () => {
    const first = await text('/status/v1/components');
    assert.equal(first.headers.get('access-control-allow-origin'), '*');
    assert.equal(first.headers.get('cache-control'), 'max-age=30');
    const etag = first.headers.get('etag') ?? '';
    assert.equal((await text('/status/v1/components', { 'if-none-match': etag })).status, 304);
    for (const path of ['feed.atom', 'feed.json', 'incidents', 'maintenance', 'openapi']) {
      assert.equal((await text(`/status/v1/${path}`)).status, 200, path);
    }
    assert.match((await text('/status/v1/badge/sign-in.svg')).body, /Partial outage/);
  });

  test('answers what it does not have with 404, and nothing from beside its folder', async () => {
    for (const path of [
      '/nothing',
      '/../status.sqlite',
      '/%2e%2e/status.sqlite',
      '/status/v1/incidents/INC-1',
    ]) {
      assert.equal((await text(path)).status, 404, path);
    }
    assert.match((await text('/nothing', { accept: 'text/html' })).body, /Page not found/);
  });

  test('says that it may be out of date three minutes after it was last written', async () => {
    await status().round();
    assert.doesNotMatch((await text('/')).body, /<strong>This page may be out of date/);
    status().pass(3.1);
    const late = await text('/', {});
    assert.match(late.body, /<strong>This page may be out of date\.<\/strong>/);
    assert.equal((await text('/status/v1/summary')).headers.get('x-status-out-of-date'), 'true');
    await status().round();
    assert.doesNotMatch((await text('/')).body, /<strong>This page may be out of date/);
  });

  test('has what was written before from its first moment when it starts again', async () => {
    const before = (await text('/status/v1/incidents')).body;
    await status().restart();
    assert.equal((await text('/status/v1/incidents')).body, before);
  });

  test('loads no font, script, style or picture from another host, and has none in its pages', async () => {
    const pages = ['/', '/history/', '/maintenance/', '/subscribe/', '/suppliers/'];
    const loaded = new Set<string>();
    for (const path of pages) {
      const { headers, body } = await text(path);
      const policy = headers.get('content-security-policy') ?? '';
      assert.match(policy, /default-src 'none'/);
      assert.doesNotMatch(policy, /unsafe|http|\*/);
      assert.doesNotMatch(body, /<script(?![^>]* src=)|<style|\son\w+="/);
      const tags = body.matchAll(
        /<(?:script|img|link|iframe|source)\b[^>]*\s(?:src|href)="([^"]+)"/g,
      );
      for (const [, address = ''] of tags) loaded.add(address);
    }
    assert.ok(loaded.size >= 3, [...loaded].join());
    for (const address of loaded) {
      assert.match(address, /^\/(?!\/)/);
      const { status: found, body } = await text(address);
      assert.equal(found, 200, address);
      if (!address.endsWith('.css')) continue;
      for (const [, font = ''] of body.matchAll(/url\(["']?([^)"']+)/g)) {
        assert.match(font, /^\/(?!\/)|^data:image\//);
      }
    }
  });

  test('takes the state of a component from nobody: it is computed', async () => {
    const before = (await text('/status/v1/components')).body;
    const words = { method: 'POST', body: JSON.stringify({ state: 'operational' }) };
    const authorization = 'Bearer key-of-the-test';
    for (const method of ['POST', 'PUT', 'PATCH', 'DELETE']) {
      for (const path of [
        '/status/v1/components',
        '/status/v1/summary',
        '/operations/components',
      ]) {
        const asked = { ...words, method, headers: { authorization } };
        assert.equal((await fetch(`${status().url}${path}`, asked)).status, 404, path);
      }
    }
    const order = { act: 'state', number: '', version: '', fields: {}, components: ['sign-in'] };
    const body = JSON.stringify(order);
    const headers = { authorization };
    const answer = await fetch(`${status().url}/operations/incidents`, { ...words, headers, body });
    assert.equal(answer.status, 400);
    await status().refresh();
    assert.equal((await text('/status/v1/components')).body, before);
  });

  test('tells who listens of each change, and answers with the page that has it', async () => {
    const closing = new AbortController();
    const answer = await fetch(`${status().url}/status/v1/events`, { signal: closing.signal });
    assert.equal(answer.headers.get('content-type'), 'text/event-stream');
    assert.ok(answer.body !== null);
    const events = answer.body.pipeThrough(new TextDecoderStream());
    await status().refresh();
    let heard = '';
    for await (const part of events) {
      heard += part;
      if (heard.includes('event: change\n')) break;
    }
    closing.abort();
    assert.match(heard, /^retry: 30000\n\nevent: change\ndata: \{\}\n\n/);
  });

  test('answers 10,000 readers at once', { timeout: 120_000 }, async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 250 });
    // One in five is a person at the page, the others are systems that ask.
    const read = (_: unknown, n: number): Promise<number> =>
      new Promise((resolve, reject) => {
        const asked = request(
          `${status().url}${n % 5 === 0 ? '/' : '/status/v1/summary'}`,
          { agent },
          (answer) => {
            answer.resume();
            answer.once('end', () => resolve(answer.statusCode ?? 0));
          },
        );
        asked.once('error', reject);
        asked.end();
      });
    const statuses = await Promise.all(Array.from({ length: 10_000 }, read));
    agent.destroy();
    assert.deepEqual([...new Set(statuses)], [200]);
  });
});

describe('the record', () => {
  test('takes no change of what it holds, and tells where one was forced on it', () => {
    const { store } = status().site;
    openIncident(store, anOpening({ at: minute(0) }));
    assert.equal(store.brokenAt(), null);
    assert.throws(() => store.sql.exec("update event set body = '{}'"), /never changed/);
    assert.throws(() => store.sql.exec('delete from event'), /never removed/);
    const copy = mkdtempSync(join(tmpdir(), 'openspine-status-copy-'));
    store.sql.exec(`vacuum into '${join(copy, 'status.sqlite')}'`);
    const tampered = openStore(copy);
    tampered.sql.exec('drop trigger event_is_never_changed');
    tampered.sql.exec("update event set body = replace(body, 'a', 'b') where seq = 3");
    assert.equal(tampered.brokenAt(), 3);
    tampered.close();
    rmSync(copy, { recursive: true });
  });
});
