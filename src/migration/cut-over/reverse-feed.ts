import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { csvLine } from '../lx1/csv.ts';
import { MANIFEST, type Manifest, manifestJson } from '../lx1/manifest.ts';
import { PartFile, PayloadFile } from '../lx1/write-part.ts';
import { columnsOf } from '../lx1/tables.ts';
import { PLAN_KEY } from '../plan/plan.ts';
import { writeSigned } from '../signed-file.ts';
import { signingKeyIn } from '../signing-key.ts';
import type { Rig } from './cut-over.ts';
import * as repository from './repository.ts';

const AT_ONCE = 500;

/** What went back. */
export type Reversed = {
  readonly folder: string;
  readonly messages: number;
  readonly doneByItself: number;
  /** SHA-256 over all messages in their order, hex. */
  readonly digest: string;
};

/**
 * Writes every message that was taken here since the switch, as it was received and in the order in which it was taken,
 * as a signed export that holds messages only: the old store takes them through its own doors, by the same ids. Beside
 * it, in `by-itself.csv`, what was done without a message. Written anew when it was begun before.
 */
export async function writeReverseFeed(rig: Rig, folder: string, since: number): Promise<Reversed> {
  await rm(folder, { recursive: true, force: true });
  const messages = join(folder, 'messages');
  await mkdir(messages, { recursive: true });
  const table = new PartFile(messages, 'MESSAGE', 1, 'none');
  const payload = new PayloadFile(messages, 1);
  const hash = createHash('sha256');
  let count = 0;
  let place = since;
  for (;;) {
    const some = await repository.takenSince(rig.bulk, { since, place, most: AT_ONCE });
    for (const one of some) {
      await table.line(await lineOf(one, payload));
      hash.update(one.body);
      count += 1;
      place = one.place;
    }
    if (some.length === 0) break;
  }
  const files = [await table.close(), await payload.close()];
  const key = await signingKeyIn(dirname(folder), PLAN_KEY);
  await writeSigned(join(messages, MANIFEST), manifestJson(manifestOf(rig, files, count)), key);
  const others = await repository.doneByItself(rig.bulk, since);
  const lines = others.map(({ interaction, prescription, at }) =>
    csvLine([interaction, prescription, at.toISOString()]),
  );
  await writeFile(join(folder, 'by-itself.csv'), lines.join(''));
  return { folder, messages: count, doneByItself: others.length, digest: hash.digest('hex') };
}

async function lineOf(
  message: repository.TakenMessage,
  payload: PayloadFile,
): Promise<(string | null)[]> {
  const { messageId, interaction, receivedAt, asid, organisation, prescription, body } = message;
  const row: Readonly<Record<string, string | null>> = {
    MSG_ID: messageId.toUpperCase(),
    INTERACTION: interaction,
    DIRECTION: 'IN',
    PRESC_ID: prescription,
    RECV_TS: receivedAt.toISOString().replaceAll(/[-T:]/g, '').slice(0, 14),
    FROM_SYSTEM: asid ?? organisation,
    OUTCOME: message.kind === 'Refused' ? 'rejected' : 'accepted',
    PAYLOAD_FILE: payload.name,
    OFFSET: String(await payload.add(body)),
    LENGTH: String(body.length),
    SHA256: createHash('sha256').update(body).digest('hex'),
  };
  return columnsOf('MESSAGE').map(({ name }) => row[name] ?? null);
}

function manifestOf({ plan, by }: Rig, files: Manifest['files'], count: number): Manifest {
  const now = new Date().toISOString();
  return {
    format: 'LX-1',
    version: '1.0.0',
    source: `openspine after export ${plan.exportId}`,
    exportId: randomUUID(),
    operator: by,
    started: now,
    ended: now,
    startChgSeq: 0,
    endChgSeq: 0,
    timeBasis: {},
    files,
    tables: { MESSAGE: { rows: count } },
    statusCounts: {},
  };
}
