import { setTimeout as delay } from 'node:timers/promises';

import { currentKey, signAccessToken } from '../../../src/identity/index.ts';
import { PERSONAS } from '../../../src/local/personas.ts';
import { claimsOf } from '../../../src/local/tokens.ts';
import { type Site, SITES } from '../../../src/platform/replicated-postgres.ts';
import { LEGACY } from '../../support/server.ts';
import { always, type Fault, type Scene } from '../fault.ts';
import type { System } from '../system.ts';
import { wrongClock } from '../wrong-clock.ts';

const HOUR_S = 3_600;
const DAY_S = 24 * HOUR_S;

const AHEAD = [
  { words: 'an hour ahead', aheadS: HOUR_S },
  { words: 'an hour behind', aheadS: -HOUR_S },
  { words: 'a day ahead', aheadS: DAY_S },
  { words: 'a day behind', aheadS: -DAY_S },
] as const;

/** Twelve settings: four clocks at either datacentre, and four that become wrong and right while messages come [RELIABILITY F13]. */
export const clockFaults: readonly Fault[] = AHEAD.flatMap(({ words, aheadS }) => [
  ...SITES.map((site) => ({
    ...common(`datacentre ${site.toUpperCase()} starts with a clock ${words}`),
    times: site === 'b' && aheadS === HOUR_S ? 1 : 0,
    happen: (scene: Scene) => startedWrong(scene, site, aheadS),
  })),
  {
    ...common(`the clock of datacentre B is set ${words} while it serves, and is put right`),
    times: aheadS === -DAY_S ? 1 : 0,
    happen: (scene) => setWhileServing(scene, aheadS),
  },
]);

const WRONG_MS = 12_000;
const SET_AFTER_MS = 20_000; // of its process, and so amid its messages
const PUT_RIGHT_AFTER_MS = SET_AFTER_MS + WRONG_MS;

function common(name: string): Omit<Fault, 'times' | 'happen'> {
  return { id: 'F13', name, missing: always, gapMaxMs: 5_000 };
}

/** With nobody to say whose clock is right the process judges nothing, and says where to go; with the right one it serves. */
async function startedWrong(
  { system }: Scene,
  site: Site,
  aheadS: number,
): Promise<readonly string[]> {
  const { datacentres, loads } = system;
  const watch = await watchDecisions(system, site, aheadS);
  await datacentres[site].fail(true);
  loads[site]([wrongClock(aheadS * 1_000, { fromMs: 0, untilMs: Number.POSITIVE_INFINITY })]);
  const starting = datacentres[site].restore();
  await delay(WRONG_MS);
  const state = datacentres[site].state();
  await datacentres[site].fail(true);
  await starting;
  const wrong = await watch.stop();
  loads[site]([]);
  await datacentres[site].restore();
  return [...wrong, ...(state === 'starting' ? [] : [`with a wrong clock it is ${state}`])];
}

async function setWhileServing({ system }: Scene, aheadS: number): Promise<readonly string[]> {
  const { datacentres, loads } = system;
  const span = { fromMs: SET_AFTER_MS, untilMs: PUT_RIGHT_AFTER_MS };
  loads.b([wrongClock(aheadS * 1_000, span)]);
  await datacentres.b.fail(true);
  await datacentres.b.restore();
  loads.b([]); // whoever starts next is without it
  const watch = await watchDecisions(system, 'b', aheadS);
  await delay(PUT_RIGHT_AFTER_MS);
  const { served, wrong } = { served: watch.served(), wrong: await watch.stop() };
  return [...wrong, ...(served ? [] : ['with a clock that is set it does not serve'])];
}

const ASK_EVERY_MS = 200;

/** Asks a datacentre, until it is stopped, with tokens that hold, are over, or are yet to come: it must judge them by the right time. */
async function watchDecisions({ database, ports }: System, site: Site, aheadS: number) {
  const key = await currentKey(database);
  const claims = claimsOf(PERSONAS.prescriber, null);
  const madeAt = (agoS: number, livesS: number): string =>
    signAccessToken(key, claims, new Date(Date.now() - agoS * 1_000), livesS);
  const span = Math.abs(aheadS);
  const tokens = [
    { what: 'holds', token: madeAt(0, span / 2), isTaken: true },
    { what: 'is over', token: madeAt(span, span - 300), isTaken: false },
    { what: 'is yet to come', token: madeAt(-span / 2, span), isTaken: false },
  ] as const;
  const address = `http://127.0.0.1:${ports[SITES.indexOf(site)]}`;
  const stopping = new AbortController();
  const wrong = new Set<string>();
  let last = 0;
  const ask = async (): Promise<void> => {
    for (const { what, token, isTaken } of tokens) {
      const status = await statusOf(address, token);
      last = status;
      const isJudged = status !== 503 && status !== 0;
      if (isJudged && (status === 401) === isTaken) {
        wrong.add(`a token that ${what} gets ${status}`);
      }
    }
  };
  const asking = (async () => {
    while (!stopping.signal.aborted) {
      await ask();
      await delay(ASK_EVERY_MS);
    }
  })();
  return {
    /** It judges what it was asked last. */
    served: () => last === 401,
    stop: async (): Promise<readonly string[]> => {
      stopping.abort();
      await asking;
      return [...wrong];
    },
  };
}

/** 0: nobody is there. */
async function statusOf(address: string, token: string): Promise<number> {
  const path = `${LEGACY}/Task?focus:identifier=24F5DA-A83008-7EFE6Z`;
  const headers = { authorization: `Bearer ${token}`, 'x-request-id': crypto.randomUUID() };
  try {
    const answer = await fetch(`${address}${path}`, { headers });
    await answer.arrayBuffer();
    return answer.status;
  } catch {
    return 0;
  }
}
