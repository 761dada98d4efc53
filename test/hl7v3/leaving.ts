import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import type { TestSystem } from '../../src/local/systems.ts';
import type { Database } from '../../src/platform/database.ts';
import { sql } from '../../src/platform/sql.ts';
import { type Hl7Client, hl7Frame, wrapped } from '../support/hl7v3.ts';
import { RETURN_UK } from './door.ts';

export type Sent = { readonly messageId: string; readonly conversationId: string };

/** Sends a message of reliable messaging, and waits until its answer waits. */
export async function asked(database: Database, from: Hl7Client, of: TestSystem): Promise<Sent> {
  const ids = {
    messageId: randomUUID().toUpperCase(),
    conversationId: randomUUID().toUpperCase(),
  };
  const payload = hl7Frame({ system: of, interaction: RETURN_UK, subject: '<Act/>' });
  const cpaId = 'S20000A000084';
  const post = wrapped({ system: of, interaction: RETURN_UK, payload, cpaId, ...ids });
  const { status } = await from.send('/reliablemessaging/reliablerequest', post);
  assert.equal(status, 202);
  for (let n = 0; n < 100; n += 1) {
    const key = ids.messageId.toLowerCase();
    const rows = await database.all(sql`
      select 1 from platform.outbox where topic = 'hl7v3-answer' and key = ${key}`);
    if (rows.length === 1) return ids;
    await delay(20);
  }
  throw new Error('no answer waits');
}

export type Kept = {
  readonly state: string | null;
  readonly attempts: number;
  readonly failure: string | null;
  readonly payload: string | null;
};

/** What became of an answer. */
export async function kept(database: Database, { messageId }: Sent): Promise<Kept> {
  const [found, ...more] = await database.all<Kept>(sql`
    select end_state as state, attempts, last_failure as failure, payload from gateways.delivery
    where ref_to_message_id = ${messageId}`);
  assert.ok(found !== undefined && more.length === 0);
  return found;
}
