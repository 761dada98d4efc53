import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { JsonReader } from '../../kernel/json-reader.ts';
import type { Json } from '../canonical.ts';
import { refused } from '../lx1/refusal.ts';
import { readSigned } from '../signed-file.ts';

/** What an old store says of itself at the switch, signed by whoever signs its exports. */
export type Word = {
  /** Its last change, as counted in the feed. */
  readonly lastChange: number;
  /** Messages that it has begun and not ended. */
  readonly inFlight: number;
  /** SHA-256 of the file, hex: no word is taken for two switches. */
  readonly digest: string;
};

export type Said = 'DRAINED' | 'FROZEN';

/** Where the old store is asked: in life by files in the folder of its feed, in a rehearsal by nobody. */
export type OldStore = {
  word(said: Said): Promise<Word>;
  /** Whether anybody answers for it: else what it says counts for a rehearsal only. */
  readonly isReal: boolean;
};

const FORMAT = 'LX-1-state';

export function wordJson(
  said: Said,
  exportId: string,
  word: Omit<Word, 'digest'>,
): { readonly [member: string]: Json } {
  return { ...word, format: FORMAT, said, exportId };
}

/** The signed files `DRAINED.json` and `FROZEN.json` beside the feed; throws `Trouble` where one is not there, or of another export. */
export function oldStoreIn(
  folder: string,
  { exportId, publicKeyPem }: { readonly exportId: string; readonly publicKeyPem: string },
): OldStore {
  return {
    isReal: true,
    async word(said) {
      const file = join(folder, `${said}.json`);
      const problems: string[] = [];
      const from = new JsonReader(await readSigned(file, publicKeyPem), '', problems);
      from.text('format', new RegExp(`^${FORMAT}$`), FORMAT);
      from.text('said', new RegExp(`^${said}$`), said);
      const owner = from.text('exportId', /./, 'a GUID');
      const word = { lastChange: countOf(from, 'lastChange'), inFlight: countOf(from, 'inFlight') };
      if (problems.length > 0) throw refused(file, null, problems.join('; '));
      if (owner !== exportId) throw refused(file, null, `it is of export ${owner}`);
      const digest = createHash('sha256')
        .update(await readFile(file))
        .digest('hex');
      return { ...word, digest };
    },
  };
}

function countOf(from: JsonReader, name: string): number {
  const value = from.value(name);
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0) return value;
  from.problem(name, 'must be a whole number from 0');
  return 0;
}

/** In a rehearsal nobody stops the old store: its feed is taken as far as it goes now. */
export function standIn(lastChange: () => Promise<number>): OldStore {
  return {
    isReal: false,
    word: async (said) => {
      const last = await lastChange();
      const digest = createHash('sha256').update(`${said} ${last} ${crypto.randomUUID()}`);
      return { lastChange: last, inFlight: 0, digest: digest.digest('hex') };
    },
  };
}
