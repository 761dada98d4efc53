import { setTimeout as delay } from 'node:timers/promises';

import { rotateKeys } from '../../../src/identity/index.ts';
import { always, type Fault } from '../fault.ts';
import { tokensOf } from '../system.ts';

/** What clients and networks do to messages, and what happens to the keys of their tokens. */
export const clientFaults: readonly Fault[] = [
  {
    ...common('F19', 'every fifth answer is lost on its way'),
    happen: async ({ client }) => {
      await client.lose(0.2);
      await delay(LASTS_MS);
      await client.lose(0);
    },
  },
  {
    ...common('F26', 'the keys of the access tokens change every ten seconds'),
    happen: async ({ system: { database }, client }) => {
      for (let rotation = 0; rotation < ROTATIONS; rotation += 1) {
        await rotateKeys(database, new Date());
        await client.renew(await tokensOf(database));
        await delay(ROTATED_EVERY_MS);
      }
    },
  },
];

const LASTS_MS = 15_000;
const ROTATIONS = 3;
const ROTATED_EVERY_MS = 10_000;

function common(id: string, name: string): Omit<Fault, 'happen'> {
  return { id, name, times: 1, missing: always, gapMaxMs: 5_000 };
}
