import { randomUUID } from 'node:crypto';

import { SITES } from '../../../src/platform/replicated-postgres.ts';
import { post } from '../../nothing-lost/datacentres.ts';
import * as message from '../../nothing-lost/messages.ts';
import { always, type Fault, type Scene } from '../fault.ts';
import { type System, tokensOf } from '../system.ts';
import { buildThatDiesOf } from '../test-build.ts';

/** A message that ends whoever takes it. */
export const poisonFaults: readonly Fault[] = [
  {
    id: 'F21',
    name: 'every process that is sent a message dies of it, and its sender repeats it',
    times: 1,
    counted: 50,
    missing: always,
    gapMaxMs: 5_000,
    happen: poisoned,
  },
];

const DEATHS_MAX = 3; // [RELIABILITY F21]
const TRIES = 12;

/** Its sender goes from one datacentre to the other, whenever both are there again. */
async function poisoned({ system }: Scene): Promise<string[]> {
  const id = randomUUID();
  const poison = message.create(message.aPrescription(), id);
  const tokens = await tokensOf(system.database);
  await startedAgain(system, [buildThatDiesOf(id)]);
  const refusing = new Set<number>();
  let deaths = 0;
  for (let turn = 0; turn < TRIES && refusing.size < system.ports.length; turn += 1) {
    await system.untilWhole();
    const port = system.ports[turn % system.ports.length] ?? 0;
    const status = await post(`http://127.0.0.1:${port}`, poison, tokens).then(
      (reply) => reply.status,
      () => null,
    );
    if (status === null) deaths += 1;
    if (status === 500) refusing.add(port);
  }
  await startedAgain(system, []);
  const isPutAside = refusing.size === system.ports.length && deaths === DEATHS_MAX;
  return isPutAside ? [] : [`${deaths} processes died of a message, ${refusing.size} refuse it`];
}

/** One after the other: somebody serves all the time. */
async function startedAgain({ datacentres, loads }: System, besides: string[]): Promise<void> {
  for (const site of SITES) {
    loads[site](besides);
    await datacentres[site].fail(false);
    await datacentres[site].restore();
  }
}
