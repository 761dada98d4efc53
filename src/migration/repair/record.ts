import { createHash, randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { brand } from '../../kernel/brand.ts';
import { JsonReader } from '../../kernel/json-reader.ts';
import { parseUuid, type Uuid } from '../../kernel/uuid.ts';
import { Trouble } from '../../platform/trouble.ts';
import type { Looked, PrescriptionId, RepairKind, Tried } from '../../prescriptions/index.ts';
import { readSigned, writeSigned } from '../signed-file.ts';
import { signingKeyIn } from '../signing-key.ts';
import type { Done } from './handle.ts';
import type { Selection } from './selection.ts';

const KEY = 'repair-key';
const PROPOSAL = 'openspine-repair-1';
const RECORD = 'openspine-repair-done-1';

/** What is to be done, or was: as it is signed. */
export type Written = {
  readonly repairId: Uuid;
  readonly kind: RepairKind;
  readonly code: string;
  readonly reason: string;
  readonly records: readonly Looked[];
};

/** What a repair would do, for two persons to look at; ids, and nothing of patients. */
export async function writeProposal(
  file: string,
  about: Omit<Written, 'repairId' | 'records'> & { readonly selection: Selection },
  tried: readonly Tried[],
): Promise<Uuid> {
  const repairId = randomUUID();
  const able = tried.filter(({ refused }) => refused === null);
  const json = {
    ...about,
    selection: { ...about.selection },
    format: PROPOSAL,
    repairId,
    at: new Date().toISOString(),
    selected: tried.length,
    refused: countsOf(tried),
    queues: { entered: 0, left: able.reduce((sum, { left }) => sum + left, 0) },
    records: able.map(({ id, version }) => ({ id, version })),
  };
  await writeSigned(file, json, await signingKeyIn(dirname(file), KEY));
  return brand<Uuid>(repairId);
}

/** How many are not done, by reason. */
export function countsOf(tried: readonly Tried[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { refused } of tried) {
    if (refused !== null) counts[refused] = (counts[refused] ?? 0) + 1;
  }
  return counts;
}

/** What was done, by whom, and of which file: what can be undone. */
export async function writeRecord(
  file: string,
  about: Omit<Written, 'records'> & { readonly of: string; readonly isUndone: boolean },
  by: readonly [string, string],
  { changed, skipped, stoppedBy }: Done,
): Promise<void> {
  const { of, ...rest } = about;
  const digest = createHash('sha256')
    .update(await readFile(of))
    .digest('hex');
  const json = {
    ...rest,
    format: RECORD,
    of: digest,
    people: [...by],
    at: new Date().toISOString(),
    stoppedBy,
    skipped: { ...skipped },
    records: changed.map((one) => ({ ...one })),
  };
  await writeSigned(file, json, await signingKeyIn(dirname(file), KEY));
}

export const readProposal = (file: string): Promise<Written> => read(file, PROPOSAL);
export const readRecord = (file: string): Promise<Written> => read(file, RECORD);

/** Throws `Trouble` when it is not what was signed, or another thing. */
async function read(file: string, format: string): Promise<Written> {
  const key = await readFile(join(dirname(file), `${KEY}.pem`), 'utf8');
  const problems: string[] = [];
  const from = new JsonReader(await readSigned(file, key), '', problems);
  from.text('format', new RegExp(`^${format}$`), format);
  const repairId = parseUuid(from.text('repairId', ANY, 'an id'));
  const kind = kindIn(from.text('kind', /^(return|hold|end-hold)$/, 'a repair'));
  const records = from.each('records', (one) => ({
    id: brand<PrescriptionId>(one.text('id', ANY, 'an id')),
    version: Number(one.value('version')),
  }));
  const [code, reason] = [from.text('code', ANY, 'a code'), from.text('reason', ANY, 'a reason')];
  if (problems.length === 0 && repairId !== null) return { repairId, kind, code, reason, records };
  throw new Trouble(`${file}: ${problems.join('; ')}`, 'name the file that the step before wrote');
}

const ANY = /./;

function kindIn(text: string): RepairKind {
  return text === 'return' || text === 'hold' ? text : 'end-hold';
}
