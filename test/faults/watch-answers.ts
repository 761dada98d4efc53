import { setTimeout as delay } from 'node:timers/promises';

import { type Database, openDatabase } from '../../src/platform/database.ts';
import { SITES } from '../../src/platform/replicated-postgres.ts';
import { sql } from '../../src/platform/sql.ts';
import { messageOf } from '../../src/platform/trouble.ts';
import * as message from '../nothing-lost/messages.ts';
import { type System, tokensOf } from './system.ts';

const EVERY_MS = 300;
const ANSWERED_WITHIN_MS = 10_000; // longer than any of our statements waits
const READ_WITHIN_MS = 5_000; // [RELIABILITY 1]
const REFUSALS: ReadonlySet<number> = new Set([429, 503]);

/**
 * Sends orders to both datacentres while something happens: each must be taken, or refused with a time at which to come
 * again. And reads, as their processes read, what nobody writes. Answers what was wrong.
 */
export async function whileAnswered(
  system: System,
  happen: () => Promise<void>,
): Promise<readonly string[]> {
  const tokens = await tokensOf(system.database);
  const stopping = new AbortController();
  const wrong = new Set<string>();
  const orders = system.ports.map(async (port) => {
    while (!stopping.signal.aborted) {
      const said = await orderAt(`http://127.0.0.1:${port}`, tokens.prescriber);
      if (said !== null) wrong.add(said);
      await delay(EVERY_MS);
    }
  });
  const reads = SITES.map(async (site) => {
    const { cluster } = system;
    const database = openDatabase({ url: cluster.urlOf(site), readUrl: cluster.readUrlOf(site) });
    const longestMs = await unread(database, stopping.signal);
    if (longestMs > READ_WITHIN_MS) {
      wrong.add(`at ${site} nothing could be read for ${(longestMs / 1_000).toFixed(1)} s`);
    }
    await database.close();
  });
  try {
    await happen();
  } finally {
    stopping.abort();
    await Promise.all([...orders, ...reads]);
  }
  return [...wrong];
}

/** Null: as it should be. */
async function orderAt(address: string, token: string): Promise<string | null> {
  const { path, body, requestId } = message.create(message.aPrescription());
  const headers = {
    authorization: `Bearer ${token}`,
    'x-request-id': requestId,
    'content-type': 'application/fhir+json',
  };
  const signal = AbortSignal.timeout(ANSWERED_WITHIN_MS);
  const asked = { method: 'POST', headers, body: Buffer.from(body), signal };
  try {
    const answer = await fetch(`${address}${path}`, asked);
    await answer.arrayBuffer();
    const isClear = REFUSALS.has(answer.status) && answer.headers.has('retry-after');
    return answer.status === 200 || isClear ? null : `an order is answered ${answer.status}`;
  } catch (error) {
    return `an order is not answered: ${messageOf(error)}`;
  }
}

/** The longest time without a read, in milliseconds. */
async function unread(database: Database, stopping: AbortSignal): Promise<number> {
  let [longestMs, lastAt] = [0, performance.now()];
  while (!stopping.aborted) {
    const [read] = await Promise.allSettled([
      database.all(sql`select ods from directory.organisation limit 1`),
    ]);
    const at = performance.now();
    longestMs = Math.max(longestMs, at - lastAt);
    if (read.status === 'fulfilled') lastAt = at;
    await delay(EVERY_MS);
  }
  return longestMs;
}
