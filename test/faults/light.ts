import { createDatabase } from '../support/database.ts';
import { tokensOf } from '../nothing-lost/datacentres.ts';
import { violations } from '../nothing-lost/invariants.ts';
import { openRows, type Rows } from '../nothing-lost/rows.ts';
import { type Served, startServed } from '../nothing-lost/served.ts';
import type { Figures } from './figures.ts';
import { compared } from './kept.ts';
import { type Lanes, startLanes } from './lanes.ts';
import { signingKey } from './system.ts';

/** What was found of messages that were sent: nothing, if all is well. */
export type Found = Pick<Figures, 'acknowledged' | 'unknown' | 'unknownResolved'> & {
  readonly faults: readonly string[];
};

/**
 * Two processes over one database, and clients that send while `happen` does something to them. Answers what the
 * checks of the faults found, over all that the database holds.
 */
export async function lightly(
  { seed, imports = [] }: { readonly seed: number; readonly imports?: readonly string[] },
  happen: (served: readonly Served[]) => Promise<void>,
): Promise<Found> {
  const made = await createDatabase();
  const rows = openRows(made.url);
  const served: Served[] = [];
  let lanes: Lanes | null = null;
  try {
    for (const name of ['a', 'b'] as const) {
      served.push(await startServed(name, made.url, imports));
    }
    lanes = startLanes({
      ports: served.map(({ address }) => Number(new URL(address).port)),
      lanes: LANES,
      seed,
      tokens: await tokensOf(made.database),
      signingKey: await signingKey(made.database),
      asksAgain: 0.5,
      lastAnswersMs: LAST_ANSWERS_MS,
    });
    await happen(served);
    const figures = await lanes.end();
    const { acknowledged, unknown, unknownResolved } = figures;
    return { acknowledged, unknown, unknownResolved, faults: await faultsIn(rows, figures) };
  } finally {
    await lanes?.end(); // also when something was thrown
    await Promise.all(served.map((one) => one.stop()));
    await rows.close();
    await made.drop();
  }
}

async function faultsIn(rows: Rows, figures: Figures): Promise<readonly string[]> {
  const { lost, doubled, broken } = await compared(rows, figures);
  const swept = await violations(rows);
  return [
    ...lost.map((one) => `lost: ${one}`),
    ...doubled.map((one) => `doubled: ${one}`),
    ...figures.changed.map((one) => `changed: ${one}`),
    ...figures.contradictions.map((one) => `contradiction: ${one}`),
    ...broken,
    ...swept.map((one) => JSON.stringify(one)),
  ];
}

const LANES = 8;
const LAST_ANSWERS_MS = 5_000;
