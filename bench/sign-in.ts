import type { Installation } from './installation.ts';
import { accessTokenVerifier, openKeyRing, openRevocations } from '../src/identity/index.ts';
import { present } from '../src/kernel/bug.ts';
import { PERSONAS } from '../src/local/personas.ts';
import { REAL_CLOCK } from '../src/platform/clock.ts';
import { type Database, openDatabase } from '../src/platform/database.ts';
import * as broker from '../test/support/broker.ts';
import { aCard, type TestCard } from '../test/support/cards.ts';

/** Log-ins with a card at the broker, and checks of access tokens. */
export type SignIn = {
  readonly loginsPerSecond: number;
  readonly loginCpuMs: number | null;
  readonly loginDbCpuMs: number | null;
  readonly checksPerSecond: number;
  readonly checkCpuMicroseconds: number;
};

const { prescriber, otherPrescriber, nurse, dispenser, otherDispenser } = PERSONAS;
const HOLDERS = [prescriber, otherPrescriber, nurse, dispenser, otherDispenser];
const LANES = 15;
const WARM_UP_SECONDS = 3;

/**
 * A log-in is begun at one datacentre and ended at the other; cards have P-256 keys, since what a card does is not
 * measured; there are several, for each may log in only so often. A check is of a token that was seen before, as nearly all are.
 */
export async function measureSignIn(installation: Installation, seconds: number): Promise<SignIn> {
  const database = openDatabase({ url: installation.databaseUrl, connections: 2 });
  try {
    const cards: TestCard[] = [];
    for (const { userId } of HOLDERS) cards.push(await aCard(database, userId, { type: 'p256' }));
    await logInFor(installation, cards, WARM_UP_SECONDS);
    const before = await installation.meters();
    const { done, elapsedMs } = await logInFor(installation, cards, seconds);
    const after = await installation.meters();
    const each = (name: 'datacentresMs' | 'databaseMs'): number | null => {
      const [from, until] = [before[name], after[name]];
      return from === null || until === null ? null : (until - from) / done;
    };
    return {
      loginsPerSecond: (done / elapsedMs) * 1000,
      loginCpuMs: each('datacentresMs'),
      loginDbCpuMs: each('databaseMs'),
      ...(await measureChecks(database, installation.tokens.dispenser)),
    };
  } finally {
    await database.close();
  }
}

async function logInFor(
  { ports }: Installation,
  cards: readonly TestCard[],
  seconds: number,
): Promise<{ readonly done: number; readonly elapsedMs: number }> {
  const [a = '', b = ''] = ports.map((port) => `http://127.0.0.1:${port}`);
  const begun = performance.now();
  let done = 0;
  const lane = async (addresses: readonly [string, string], card: TestCard): Promise<void> => {
    while (performance.now() - begun < seconds * 1000) {
      const answer = await broker.logIn(addresses, card);
      if (answer.status !== 200) throw new Error(`a log-in was refused: ${answer.text}`);
      done += 1;
    }
  };
  const lanes = Array.from({ length: LANES }, (_, n) =>
    lane(n % 2 === 0 ? [a, b] : [b, a], present(cards[n % cards.length], 'card')),
  );
  await Promise.all(lanes);
  return { done, elapsedMs: performance.now() - begun };
}

const CHECKS = 100_000;

async function measureChecks(
  database: Database,
  token: string,
): Promise<Pick<SignIn, 'checksPerSecond' | 'checkCpuMicroseconds'>> {
  const keys = await openKeyRing(database);
  const revocations = await openRevocations(database, REAL_CLOCK);
  try {
    const verify = accessTokenVerifier(keys, revocations);
    const request = { authorization: `Bearer ${token}`, roleProfile: undefined, at: new Date() };
    const check = async (times: number): Promise<void> => {
      for (let n = 0; n < times; n += 1) {
        if (!(await verify(request)).ok) throw new Error('a good token was refused');
      }
    };
    await check(CHECKS / 10);
    const [cpu, begun] = [process.cpuUsage(), performance.now()];
    await check(CHECKS);
    const [{ user, system }, elapsedMs] = [process.cpuUsage(cpu), performance.now() - begun];
    return {
      checksPerSecond: (CHECKS / elapsedMs) * 1000,
      checkCpuMicroseconds: (user + system) / CHECKS,
    };
  } finally {
    keys.close();
    revocations.close();
  }
}
