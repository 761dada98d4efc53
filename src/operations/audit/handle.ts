import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';

import { copiedSeals } from '../../platform/audit/copy.ts';
import { publicKeysOf } from '../../platform/audit/key.ts';
import { bytesOf, hashOf, sealedOf } from '../../platform/audit/seal.ts';
import { AuditVerifier, type Trust, type Verified } from '../../platform/audit/verify.ts';
import { partsOf } from '../../platform/audit/walk.ts';
import type { Database } from '../../platform/database.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { headLine, readHead, readSealLine, sealLine } from './export.ts';

/** The keys and the seals of a folder that is outside the database. */
export async function trustOf(folder: string, purgedBefore: string): Promise<Trust> {
  const seals = await copiedSeals(folder);
  return {
    purgedBefore,
    keys: await publicKeysOf(folder),
    copied: seals.length === 0 ? null : new Map(seals.map((seal) => [seal.number, hashOf(seal)])),
  };
}

/** Writes seals with their rows into a file that is not there yet; answers how many rows. */
export async function exportTo(
  database: Database,
  file: string,
  range: { readonly first: number; readonly last: number },
): Promise<number> {
  const stream = createWriteStream(file, { flags: 'wx', mode: 0o600 });
  await once(stream, 'open');
  let rows = 0;
  stream.write(`${headLine(range.first, range.last)}\n`);
  for await (const { seal, sealed, lines } of partsOf(database, range)) {
    const text = [sealLine(seal, sealed === null ? null : bytesOf(sealed)), ...lines].join('\n');
    if (!stream.write(`${text}\n`)) await once(stream, 'drain');
    rows += lines.length;
  }
  stream.end();
  await finished(stream);
  return rows;
}

/** Holds the rows of an export against their seals: no database is asked. Fails on a file that is no export. */
export async function verifyFile(file: string, trust: Trust): Promise<Result<Verified, string>> {
  const verifier = new AuditVerifier(trust);
  let last: number | null = null;
  let open: ReturnType<typeof readSealLine> = null;
  let lines: string[] = [];
  const close = (): void => {
    if (open !== null) {
      verifier.add(open.seal, open.sealed === null ? null : sealedOf(open.sealed), lines);
    }
    lines = [];
  };
  for await (const line of createInterface({ input: createReadStream(file) })) {
    if (last === null) {
      last = readHead(line);
      if (last === null) return fail(`${file} is no export of an audit trail`);
      continue;
    }
    const seal = readSealLine(line);
    if (seal === null) {
      lines.push(line);
      continue;
    }
    close();
    open = seal;
  }
  close();
  return last === null ? fail(`${file} is empty`) : ok(verifier.end(last));
}
