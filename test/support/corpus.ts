import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Public example messages; nobody here wrote them. */
export const CORPUS =
  process.env['OPENSPINE_CORPUS'] ??
  fileURLToPath(new URL('../../../shared/corpus', import.meta.url));

export const hasCorpus = existsSync(join(CORPUS, 'eps'));

export type CorpusFile = {
  /** Path under the corpus. */
  readonly path: string;
  readonly folder: string;
  /** `1` of `1-Process-Request-Send-200_OK.json`. */
  readonly number: string;
  readonly endpoint: string;
  readonly operation: string;
  /** What the name promises. */
  readonly status: number;
};

const NAME = /^(\d+)-(Prepare|Process|Task|Claim)-Request(?:-([A-Za-z]+))?-(\d{3})_/;

/** Requests whose name says what they are and how they are answered. */
export function corpusRequests(): CorpusFile[] {
  if (!hasCorpus) return [];
  return readdirSync(join(CORPUS, 'eps'), { recursive: true, encoding: 'utf8' })
    .map((path) => join(CORPUS, 'eps', path))
    .flatMap((path) => {
      const [, number = '', endpoint = '', operation = '', status = ''] =
        NAME.exec(basename(path)) ?? [];
      if (number === '') return [];
      return [
        {
          path: relative(CORPUS, path),
          folder: dirname(relative(CORPUS, path)),
          number,
          endpoint,
          operation,
          status: Number(status),
        },
      ];
    })
    .toSorted((one, other) => (one.path < other.path ? -1 : 1));
}

/** Requests of the contract's own pages, which are named by what they show. */
export function exampleRequests(): readonly string[] {
  if (!hasCorpus) return [];
  return readdirSync(join(CORPUS, 'eps', 'spec'), { recursive: true, encoding: 'utf8' })
    .filter((path) => /(-req|Request-\w+(-\w+)?)\.json$/.test(path))
    .map((path) => join('eps', 'spec', path))
    .toSorted();
}

export function corpusBytes(path: string): Buffer {
  return readFileSync(join(CORPUS, path));
}
