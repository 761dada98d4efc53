import { after, before } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { openHl7Door, type Hl7Door } from '../../src/hl7v3.ts';
import type {
  DeskLimits,
  Hl7Answer,
  Hl7Interaction,
  Hl7Request,
} from '../../src/gateways/hl7v3/index.ts';
import type { Element } from '../../src/gateways/xml/element.ts';
import { derivedUuid } from '../../src/kernel/uuid.ts';
import type { TestSystem } from '../../src/local/systems.ts';
import { sourceAddress } from '../../src/platform/audit/source.ts';
import type { Config } from '../../src/platform/config.ts';
import { type Clock, REAL_CLOCK } from '../../src/platform/clock.ts';
import type { Database } from '../../src/platform/database.ts';
import { testConfig } from '../support/config.ts';
import { createDatabase } from '../support/database.ts';
import { ANY_HL7_PORT, type Hl7Client, openHl7Client } from '../support/hl7v3.ts';

/** A handler that keeps what it did: as the real ones, once for each message id. */
export type Ledger = {
  readonly interaction: Hl7Interaction;
  /** Message ids that had their effect; as the real ones, with what goes alongside or not at all. */
  readonly effects: Set<string>;
  /** What was handed in. */
  readonly requests: Hl7Request[];
  /** The act in each. */
  readonly acts: (Element | null)[];
  /** Where each came from, as the audit would have it. */
  readonly addresses: (string | null)[];
  /** Where effects are written: that of the door. */
  database: Database | null;
  /** How long it takes. */
  delayMs: number;
  /** Fails so many times, as a mistake of ours would. */
  failures: number;
};

export const RETURN = 'PORX_IN100101SM31';
export const RETURN_UK = 'PORX_IN100101UK31';

export function openLedger(): Ledger {
  const ledger: Ledger = {
    effects: new Set(),
    requests: [],
    acts: [],
    addresses: [],
    database: null,
    delayMs: 0,
    failures: 0,
    interaction: {
      ids: [RETURN, RETURN_UK],
      handle: async (request, act) => {
        ledger.requests.push(request);
        ledger.acts.push(act);
        ledger.addresses.push(sourceAddress());
        if (ledger.delayMs > 0) await delay(ledger.delayMs);
        if (ledger.failures > 0) {
          ledger.failures -= 1;
          throw new Error('a mistake of ours');
        }
        const { id } = request.message;
        const answer = answerTo(request);
        const isKept = !ledger.effects.has(id) && request.alongside !== null;
        if (isKept) await ledger.database?.write(request.alongside(answer));
        ledger.effects.add(id);
        return { ...answer, isKept };
      },
    },
  };
  return ledger;
}

function answerTo({ message, at }: Hl7Request): Hl7Answer {
  return {
    interaction: 'MCCI_IN010000UK13',
    messageId: derivedUuid('answer', message.id),
    acknowledgement: 'AA',
    details: [],
    reasons: [],
    subject: null,
    at,
  };
}

export type TestDoor = Hl7Door & { readonly logged: string[] };

export type DoorSettings = Partial<Config> & {
  readonly limits?: DeskLimits;
  readonly clock?: Clock;
  readonly lookEveryMs?: number;
};

/** The door alone, over the database of a test. */
export async function openDoor(
  url: string,
  database: Database,
  ledger: Ledger,
  { limits, lookEveryMs, clock = REAL_CLOCK, ...settings }: DoorSettings = {},
): Promise<TestDoor> {
  const logged: string[] = [];
  ledger.database = database;
  const config = testConfig(url, { hl7v3: ANY_HL7_PORT, ...settings });
  const door = await openHl7Door(
    config,
    ({ event, outcome, certificate }) =>
      logged.push([event, outcome, ...(certificate === undefined ? [] : [certificate])].join(' ')),
    {
      database,
      clock,
      interactions: [ledger.interaction],
      ...(limits === undefined ? {} : { limits }),
      ...(lookEveryMs === undefined ? {} : { lookEveryMs }),
    },
  );
  if (door === null) throw new Error('a door has a port');
  return { ...door, logged };
}

/** This test file's own door, with its database and a client of a party. */
export function testDoor(system: TestSystem, settings: DoorSettings = {}) {
  const ledger = openLedger();
  let open: Awaited<ReturnType<typeof start>> | null = null;
  const start = async () => {
    const made = await createDatabase();
    const door = await openDoor(made.url, made.database, ledger, settings);
    const client = await openHl7Client(made.database, door.url, system);
    return { made, door, client };
  };
  before(async () => {
    open = await start();
  });
  after(async () => {
    open?.client.close();
    await open?.door.close();
    await open?.made.drop();
  });
  const there = () => {
    if (open === null) throw new Error('the door is there only while tests run');
    return open;
  };
  return {
    ledger,
    door: (): TestDoor => there().door,
    client: (): Hl7Client => there().client,
    database: (): Database => there().made.database,
    url: (): string => there().made.url,
  };
}

/** Does what waits, as the job of some process would. */
export async function doWaiting({ jobs }: TestDoor): Promise<void> {
  const [waiting] = jobs;
  await waiting?.run(() => Promise.resolve(true));
}

/** Sends what waits for parties, as the job of some process would. */
export async function deliverWaiting({ jobs }: TestDoor): Promise<void> {
  const job = jobs.find(({ name }) => name === 'hl7v3-delivery');
  if (await job?.hasWork()) await job?.run(() => Promise.resolve(true));
}
