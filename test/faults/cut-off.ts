import { setTimeout as delay } from 'node:timers/promises';

import { type ClusterStatus, type Site, SITES } from '../../src/platform/replicated-postgres.ts';
import { messageOf } from '../../src/platform/trouble.ts';
import { post } from '../nothing-lost/datacentres.ts';
import * as message from '../nothing-lost/messages.ts';
import type { Tokens } from '../nothing-lost/datacentres.ts';
import { LEGACY } from '../support/server.ts';
import type { System } from './system.ts';

/** A site that is cut off refuses what it is asked within so long [RELIABILITY F5]. */
export const REFUSES_WITHIN_MS = 10_000;

const ASKED_MS = 3_000;
const ASK_EVERY_MS = 500;

/** Asks the datacentre of a site that is cut off for some seconds: it must do nothing, and show nothing that may be old. */
export async function refused(
  { ports }: System,
  site: Site,
  tokens: Tokens,
): Promise<readonly string[]> {
  const address = `http://127.0.0.1:${ports[SITES.indexOf(site)]}`;
  const asked: Promise<readonly string[]>[] = [];
  for (const until = performance.now() + ASKED_MS; performance.now() < until; ) {
    const order = message.create(message.aPrescription());
    asked.push(looked('an order', () => post(address, order, tokens).then(({ status }) => status)));
    asked.push(looked('a question', () => track(address, tokens)));
    await delay(ASK_EVERY_MS);
  }
  return [...new Set((await Promise.all(asked)).flat())];
}

async function track(address: string, tokens: Tokens): Promise<number> {
  const path = `${LEGACY}/Task?focus:identifier=24F5DA-A83008-7EFE6Z`;
  const headers = {
    authorization: `Bearer ${tokens.prescriber}`,
    'x-request-id': crypto.randomUUID(),
  };
  const answer = await fetch(`${address}${path}`, { headers });
  await answer.arrayBuffer();
  return answer.status;
}

async function looked(what: string, ask: () => Promise<number>): Promise<readonly string[]> {
  const since = performance.now();
  const status = await ask().catch(messageOf);
  const tookMs = performance.now() - since;
  const late = tookMs > REFUSES_WITHIN_MS ? [`${what} to a site cut off is answered late`] : [];
  return status === 503 ? late : [`${what} to a site cut off is answered ${status}`, ...late];
}

const LOOK_MS = 300;
const LOOKS = 2; // one may fall between the answers of the two

/** Looks, until it is stopped, whether ever both databases say that they take the writes. */
export function watchPrimaries({ cluster }: Pick<System, 'cluster'>): {
  readonly stop: () => Promise<readonly string[]>;
} {
  const stopping = new AbortController();
  let [inRow, most] = [0, 0];
  const watch = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      inRow = areBoth(await cluster.status()) ? inRow + 1 : 0;
      most = Math.max(most, inRow);
      await delay(LOOK_MS);
    }
  };
  const watching = watch();
  return {
    stop: async () => {
      stopping.abort();
      await watching;
      return most < LOOKS ? [] : ['two databases took the writes at one time'];
    },
  };
}

function areBoth({ sites }: ClusterStatus): boolean {
  return SITES.every((site) => sites[site]?.role === 'primary');
}
