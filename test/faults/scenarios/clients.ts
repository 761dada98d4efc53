import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import { rotateKeys } from '../../../src/identity/index.ts';
import * as message from '../../nothing-lost/messages.ts';
import { inShort, post } from '../../nothing-lost/datacentres.ts';
import { eventsOf } from '../../nothing-lost/rows.ts';
import { always, type Fault, type Scene } from '../fault.ts';
import { patiently, tokensOf } from '../system.ts';

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
  { ...common('F15', 'fifty copies of a message come at once'), happen: copies },
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
const COPIES = 50;
const STORMS = 20;

function common(id: string, name: string): Omit<Fault, 'happen'> {
  return { id, name, times: 1, missing: always, gapMaxMs: 5_000 };
}

/** Through both datacentres: one effect, and one answer for all that got one. */
async function copies({ system: { database, ports, rows } }: Scene): Promise<string[]> {
  const tokens = await tokensOf(database);
  const wrong: string[] = [];
  for (let storm = 0; storm < STORMS; storm += 1) {
    const written = message.aPrescription();
    const sent = message.create(written, randomUUID());
    const replies = await Promise.all(
      Array.from({ length: COPIES }, (_, n) =>
        post(`http://127.0.0.1:${ports[n % ports.length]}`, sent, tokens),
      ),
    );
    const answers = new Set(replies.filter(({ status }) => status < 409).map(inShort));
    const events = await patiently(() => eventsOf(rows, written.shortFormId));
    if (answers.size !== 1 || events !== 1) {
      wrong.push(`copies: ${[...answers].join(', ')}; ${events} events`);
    }
  }
  return wrong;
}
