import type { Json } from '../canonical.ts';
import type { Dump } from '../lx1/open-dump.ts';
import { manifestDigest } from '../lx1/manifest.ts';
import { DUE_DAYS } from './due.ts';
import { levelsOf, type Reconciled } from './reconcile.ts';
import { scopeWords } from './scope.ts';

/** What a report says besides what was found. */
export type Circumstances = {
  readonly reportId: string;
  readonly version: string;
  readonly started: string;
  readonly ended: string;
  readonly seconds: number;
  /** SHA-256 of the report before this one, so that none is left out; null for the first. */
  readonly previous: string | null;
  readonly classes: readonly {
    readonly class: string;
    readonly count: number;
    readonly digest: string;
  }[];
  /** Orders whose signature was judged, whether all were, and how many are not good, by what is wrong with them. */
  readonly signatures: {
    readonly judged: number;
    readonly isAll: boolean;
    readonly bad: Readonly<Record<string, number>>;
  };
  readonly held: number;
};

/** As it is signed [MIGRATION 6]: no data of patients, and ids as digests but those that differ. */
export function reportJson(dump: Dump, found: Reconciled, about: Circumstances): Json {
  const { manifest } = dump;
  const { classes, signatures, ...circumstances } = about;
  return {
    ...circumstances,
    format: 'openspine-reconciliation-1',
    exportId: manifest.exportId,
    manifest: manifestDigest(manifest).toString('hex'),
    changeSeq: found.changeSeq,
    rows: Object.fromEntries(
      Object.entries(manifest.tables).map(([table, { rows }]) => [table, rows]),
    ),
    scope: {
      levels: [...found.scope.levels].toSorted(),
      of: scopeWords(found.scope),
      seed: found.scope.seed,
    },
    levels: levelsOf(found, manifest.files.length).map(({ differences, ...one }) => ({
      ...one,
      differences,
      result: differences === 0 ? 'clean' : 'different',
    })),
    compared: { ids: found.ids, events: found.events },
    perSecond: Math.round(found.ids / about.seconds),
    buckets: { ...found.buckets, exported: [...found.buckets.exported] },
    invariants: found.invariants,
    due: { days: DUE_DAYS, ...found.due },
    explained: found.explained,
    classes: classes.map((one) => ({ ...one })),
    signatures: { ...signatures, bad: { ...signatures.bad } },
    differences: found.differences.length,
    differing: found.differences.slice(0, SHOWN_MAX).map((one) => ({ ...one })),
    result: found.differences.length === 0 ? 'clean' : 'different',
  };
}

const SHOWN_MAX = 100;
