import { createHash } from 'node:crypto';

import { NO_APPLICATION } from '../../src/gateways/actor.ts';
import { present } from '../../src/kernel/bug.ts';
import { parseInstant } from '../../src/kernel/instant.ts';
import { AS_OF_MS } from '../../src/migration/testing.ts';
import type { Database } from '../../src/platform/database.ts';
import { releaseNominated } from '../../src/prescriptions/messages/release/handle.ts';
import { shortForm } from '../../src/prescriptions/prescription-id.ts';
import { aParty, aSpine, newId, ods } from '../../src/prescriptions/testing.ts';

/** The moment of the exports of tests. */
export const AT = present(parseInstant(new Date(AS_OF_MS).toISOString()), 'instant');

/** A pharmacy asks until it gets nothing more: ids with their check characters, in the order in which they came. */
export async function downloads(database: Database, organisation: string): Promise<string[]> {
  const spine = aSpine(database);
  const got: string[] = [];
  for (;;) {
    const envelope = anEnvelope(organisation, 'PORX_IN060102SM30');
    const dispenser = aParty(ods(organisation));
    const command = { by: 'nomination', dispenser, releaseId: newId(), at: AT } as const;
    const { prescriptionIds } = await releaseNominated(spine, envelope, command);
    if (prescriptionIds.length === 0) return got;
    got.push(...prescriptionIds.map(shortForm));
  }
}

/** A message of a pharmacy, with an id of its own. */
export function anEnvelope(organisation: string, interaction: string) {
  const messageId = newId();
  const body = Buffer.from(messageId);
  const actor = { ...NO_APPLICATION, userId: null, roleProfile: null, organisation, asid: null };
  return {
    messageId,
    requestId: newId(),
    interaction,
    actor: { ...actor, session: 'test', scopes: new Set<string>() },
    at: AT,
    body,
    digest: createHash('sha256').update(body).digest(),
  };
}
