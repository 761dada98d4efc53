import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { JsonReader } from '../../kernel/json-reader.ts';
import { Trouble } from '../../platform/trouble.ts';
import { groupsOf } from '../groups.ts';
import { manifestDigest } from '../lx1/manifest.ts';
import type { Dump } from '../lx1/open-dump.ts';
import { bucketOf, Buckets } from '../reconcile/buckets.ts';
import { oldView } from '../reconcile/old-view.ts';
import { readSigned } from '../signed-file.ts';

/** A report as it was signed, and what of it others are held against. */
export type Report = {
  readonly value: unknown;
  readonly manifest: string;
  /** SHA-256 of the report before it; null: it was the first. */
  readonly previous: string | null;
  /** Of each bucket of its export, `count:sum`. */
  readonly exported: readonly string[];
};

const ANY = /./;

/** Throws `Trouble` when it is not what was signed. */
export async function readReport(file: string, publicKeyPem: string): Promise<Report> {
  const value = await readSigned(file, publicKeyPem);
  const problems: string[] = [];
  const from = new JsonReader(value, '', problems);
  const report = {
    value,
    manifest: from.text('manifest', ANY, 'a digest'),
    previous: textOrNull(from.value('previous')),
    exported: from.object('buckets', (buckets) => buckets.texts('exported', ANY, 'a bucket')),
  };
  if (problems.length === 0) return report;
  throw new Trouble(`${file}: ${problems.join('; ')}`, 'name a report of spine migrate reconcile');
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

/** Reads reports, the last one first; throws `Trouble` when one of them does not name the one that is said to be before it. */
export async function readChain(files: readonly string[], publicKeyPem: string): Promise<Report[]> {
  const reports: Report[] = [];
  for (const file of files) {
    const digest = createHash('sha256')
      .update(await readFile(file))
      .digest('hex');
    const later = reports.at(-1);
    if (later !== undefined && later.previous !== digest) {
      throw new Trouble(
        `${file} is not the report before`,
        'name the reports from the last to the first: one is left out, or was altered',
      );
    }
    reports.push(await readReport(file, publicKeyPem));
  }
  return reports;
}

/** Computes one bucket of an export once more; throws `Trouble` when the report is of another one, or says otherwise. */
export async function recompute(report: Report, dump: Dump, bucket: number): Promise<string> {
  if (manifestDigest(dump.manifest).toString('hex') !== report.manifest) {
    throw new Trouble('the report is of another export', 'name the export that was compared');
  }
  const buckets = new Buckets();
  for (const part of dump.parts) {
    for await (const group of groupsOf(dump, part, (place) => bucketOf(place) === bucket)) {
      buckets.add(group.place, oldView(group, dump.manifest.timeBasis));
    }
  }
  const value = buckets.values()[bucket] ?? '';
  const said = report.exported[bucket];
  if (said === value) return value;
  throw new Trouble(
    `bucket ${bucket} is ${value}, and the report says ${said ?? 'nothing'}`,
    'the report was not made of this export: compare once more',
  );
}
