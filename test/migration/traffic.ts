import { setTimeout as delay } from 'node:timers/promises';

import type { Instant } from '../../src/kernel/instant.ts';
import { type Database, DatabaseUnavailable } from '../../src/platform/database.ts';

import { releaseById } from '../../src/prescriptions/messages/release/handle.ts';
import { giveBack } from '../../src/prescriptions/messages/return/handle.ts';
import type { PrescriptionId } from '../../src/prescriptions/prescription-id.ts';
import { aParty, aSpine, newId, ods } from '../../src/prescriptions/testing.ts';
import { anEnvelope, AT } from './polling.ts';
import type { Store } from './store.ts';

/** A message of a pharmacy that changes one prescription; done in two stores it is the same message. */
export type Sent = {
  readonly id: PrescriptionId;
  readonly pharmacy: string;
  readonly envelope: ReturnType<typeof anEnvelope>;
  /** Answers what became of it. */
  readonly send: (database: Database) => Promise<string>;
};

/** Prescriptions that anybody can have by their ids now. */
export async function onTheShelf({ rows }: Store): Promise<PrescriptionId[]> {
  const found = await rows.all<{ id: PrescriptionId }>(`
    select prescription_id as id from prescriptions.prescription
    where status = '0001' and state->>'held' is null and expires_on > '${AT}'::timestamptz::date order by 1`);
  return found.map(({ id }) => id);
}

/** One pharmacy has a prescription by its id; whoever has it gives it back. */
export function aRelease(id: PrescriptionId, pharmacy: string, at: Instant = AT): Sent {
  const envelope = { ...anEnvelope(pharmacy, 'PORX_IN132004SM30'), at };
  const command = {
    by: 'id',
    dispenser: aParty(ods(pharmacy)),
    releaseId: newId(),
    at,
  } as const;
  const send = async (database: Database): Promise<string> => {
    const { outcome } = await releaseById(aSpine(database), envelope, id, command);
    return outcome.kind;
  };
  return { id, pharmacy, envelope, send };
}

export function aReturn({ id, pharmacy }: Sent, at: Instant = AT): Sent {
  const envelope = { ...anEnvelope(pharmacy, 'PORX_IN100101SM31'), at };
  const command = { dispenser: ods(pharmacy), reason: '0001', release: null, issue: null, at };
  const send = async (database: Database): Promise<string> => {
    const { outcome } = await giveBack(aSpine(database), envelope, id, command);
    return outcome.kind;
  };
  return { id, pharmacy, envelope, send };
}

/** As a client does that is told to come again: with the same message, until it is answered. */
export async function untilAnswered(sent: Sent, database: Database): Promise<string> {
  for (;;) {
    try {
      return await sent.send(database);
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable)) throw error;
      await delay(5);
    }
  }
}
