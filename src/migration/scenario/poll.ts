import { createHash } from 'node:crypto';

import { NO_APPLICATION } from '../../gateways/actor.ts';
import { assure } from '../../kernel/bug.ts';
import type { Instant } from '../../kernel/instant.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import { type Database, DatabaseUnavailable } from '../../platform/database.ts';
import {
  COMPATIBLE,
  openSignatures,
  type PrescriptionId,
  releaseNominated,
  type Spine,
} from '../../prescriptions/index.ts';
import { odsOf } from '../fold/record.ts';

/** What handlers work with where nobody sends orders, so that no authority is trusted. */
export function pollingSpine(database: Database): Spine {
  const own = { all: () => Promise.resolve([]), read: () => Promise.resolve(null) };
  const signatures = openSignatures('', () => new Date(), { database, own });
  assure(signatures.ok, 'no authorities are nothing that cannot be read');
  return { database, settings: COMPATIBLE, signatures: signatures.value };
}

/** A pharmacy asks for what is nominated to it until it gets nothing more; what it got, in that order. */
export async function pollAll(
  spine: Spine,
  pharmacy: string,
  at: Instant,
): Promise<PrescriptionId[]> {
  const got: PrescriptionId[] = [];
  for (let poll = 0; ; poll += 1) {
    const messageId = derivedUuid('poll', pharmacy, String(poll), crypto.randomUUID());
    const body = Buffer.from(messageId);
    const nobody = { userId: null, roleProfile: null, asid: null, scopes: new Set<string>() };
    const actor = { ...NO_APPLICATION, ...nobody, organisation: pharmacy, session: 'migration' };
    const digest = createHash('sha256').update(body).digest();
    const act = { messageId, requestId: messageId, interaction: 'PORX_IN060102SM30', actor, at };
    const person = { userId: null, name: null, roleProfile: null, jobRole: null, telecom: null };
    const nowhere = { name: null, telecom: null, addressLines: [], postcode: null };
    const dispenser = { person, organisation: { ...nowhere, ods: odsOf(pharmacy) } };
    const releaseId = derivedUuid('release response', messageId);
    const command = { by: 'nomination', dispenser, releaseId, at } as const;
    const { prescriptionIds } = await answered(() =>
      releaseNominated(spine, { ...act, body, digest }, command),
    );
    if (prescriptionIds.length === 0) return got;
    got.push(...prescriptionIds);
  }
}

const PATIENCE_MS = 60_000;

/** A pharmacy that is told to come again does so, with the same message: on a busy machine a write may be refused. */
async function answered<Value>(ask: () => Promise<Value>): Promise<Value> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof DatabaseUnavailable) || performance.now() > until) throw error;
    }
  }
}
