import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';

import { parseStatusConfig } from '../../src/operations/config.ts';
import { startStatusSite, type StatusSite } from '../../src/operations/handle.ts';
import type { Step } from '../../src/operations/monitor/observed.ts';
import { type Broken, stepsWith } from '../../src/operations/testing.ts';

/** A status site whose probes find what a test says, at a time that the test moves; it watches nothing by itself. */
export type TestStatus = {
  readonly url: string;
  readonly folder: string;
  readonly site: StatusSite;
  /** A minute later. */
  round(broken?: Broken): Promise<void>;
  /** Goes on without a round. */
  pass(minutes: number): void;
  now(): Date;
  refresh(): Promise<void>;
  restart(): Promise<void>;
};

export function testStatus(env: Readonly<Record<string, string>> = {}): () => TestStatus {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-status-test-'));
  let now = Date.now();
  let steps: readonly Step[] = [];
  let site: StatusSite | null = null;
  const start = (): Promise<StatusSite> => {
    const config = parseStatusConfig(
      {
        OPENSPINE_STATUS_PORT: '0',
        OPENSPINE_STATUS_FOLDER: folder,
        OPENSPINE_STATUS_KEY: 'key-of-the-test',
        OPENSPINE_STATUS_DATACENTRE_A: 'http://127.0.0.1:9',
        OPENSPINE_STATUS_DATACENTRE_B: 'http://127.0.0.1:9',
        ...env,
      },
      { helpContact: 'Ask your local IT support.' },
    );
    assert.ok(config.ok);
    return startStatusSite(config.value, {
      version: '0.0.0-test',
      log: (entry) => assert.fail(JSON.stringify(entry)),
      probe: async () => steps,
      time: { now: () => new Date(now), steadyMs: () => now },
      everyMs: null,
    });
  };
  const running = (): StatusSite => {
    if (site === null) throw new Error('the site is there only while tests run');
    return site;
  };
  before(async () => {
    site = await start();
  });
  after(async () => {
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return () => ({
    url: running().url,
    folder,
    site: running(),
    round: async (broken = []) => {
      now += 60_000;
      steps = stepsWith(broken);
      await running().monitor.round();
    },
    pass: (minutes) => {
      now += minutes * 60_000;
    },
    now: () => new Date(now),
    refresh: () => running().refresh(),
    restart: async () => {
      await running().close();
      site = await start();
    },
  });
}
