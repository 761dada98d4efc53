import type { Instant } from '../../kernel/instant.ts';
import type { BulkLoad } from '../../platform/bulk-load.ts';
import { sql } from '../../platform/sql.ts';
import { Trouble } from '../../platform/trouble.ts';
import { CLOSED, openTo } from '../../prescriptions/rules.ts';
import { UNKNOWN_CLASS } from '../fold/shape.ts';
import { manifestDigest } from '../lx1/manifest.ts';
import type { Dump } from '../lx1/open-dump.ts';
import type { Mark } from '../lx1/read-groups.ts';
import { takeTool } from '../tool-lock.ts';
import { idsIn } from './progress.ts';

/**
 * One tool at a time, on a store that is empty or has begun with this very export; throws `Trouble` else [MIGRATION 7].
 * From now on the store takes no messages until it is opened by the cut-over.
 */
export async function begin(
  bulk: BulkLoad,
  { manifest, holds = [] }: Dump,
  asOf: Instant,
): Promise<void> {
  await takeTool(bulk);
  const digest = manifestDigest(manifest);
  const [known] = await bulk.all<{ digest: Buffer; holds: string[] }>(
    sql`select manifest_digest as digest, holds from migration.export where export_id = ${manifest.exportId}`,
  );
  if (known !== undefined && known.digest.equals(digest)) {
    if (known.holds.join() === holds.join()) return;
    if (known.holds.join() === holds.filter((name) => name !== UNKNOWN_CLASS).join()) {
      // None was met so far: that would have ended the load.
      await bulk.all(sql`
        update migration.export set holds = ${holds} where export_id = ${manifest.exportId}`);
      return;
    }
    throw new Trouble(
      `it was begun with other policies: held are ${known.holds.join(', ') || 'none'} by choice`,
      'name the plan that it was begun with: --plan',
    );
  }
  if (known !== undefined) {
    throw new Trouble(
      `export ${manifest.exportId} was begun with another manifest`,
      'take the export that was begun with; a new one needs an empty store',
    );
  }
  const [store] = await bulk.all<{ isEmpty: boolean }>(sql`
    select not exists (select from prescriptions.prescription)
      and not exists (select from migration.export) as "isEmpty"`);
  if (store?.isEmpty !== true) {
    throw new Trouble(
      'the store has prescriptions that are not of this export',
      'load into a store of its own: spine up --mode live --data <dir> --port-base <n> makes one without prescriptions',
    );
  }
  await bulk.together(async () => {
    await bulk.all(openTo(CLOSED));
    await bulk.all(sql`
      insert into migration.export (export_id, source, as_of, manifest_digest, change_seq, holds, ids_expected)
      values (${manifest.exportId}, ${manifest.source}, ${asOf}, ${digest}, ${manifest.startChgSeq}, ${holds},
        ${idsIn(manifest.tables)})`);
  });
}

/** Parts that are there whole, and how many ids each has. */
export async function wholeParts(bulk: BulkLoad, exportId: string): Promise<Map<number, number>> {
  const rows = await bulk.all<{ part: number; ids: number }>(sql`
    select p.part, coalesce(sum(u.ids), 0)::int as ids from migration.part p
    left join migration.unit u using (export_id, part)
    where p.export_id = ${exportId} group by p.part`);
  return new Map(rows.map(({ part, ids }) => [part, ids]));
}

/** What is written of a part: the digest of each unit, by the row that it begins with. */
export async function unitsOf(
  bulk: BulkLoad,
  exportId: string,
  part: number,
): Promise<Map<number, Buffer>> {
  const rows = await bulk.all<{ first: number; digest: Buffer }>(sql`
    select first_row as first, digest from migration.unit
    where export_id = ${exportId} and part = ${part}`);
  return new Map(rows.map(({ first, digest }) => [first, digest]));
}

export async function keepUnit(
  bulk: BulkLoad,
  unit: {
    readonly exportId: string;
    readonly part: number;
    readonly firstRow: number;
    readonly firstPlace: string;
    readonly ids: number;
    readonly rows: object;
    readonly marks: readonly Mark[];
    readonly digest: Buffer;
  },
): Promise<void> {
  const { exportId, part, firstRow, firstPlace, ids, rows, marks, digest } = unit;
  await bulk.all(sql`
    insert into migration.unit (export_id, part, first_row, first_place, ids, rows, marks, digest)
    values (${exportId}, ${part}, ${firstRow}, ${firstPlace}, ${ids}, ${JSON.stringify(rows)},
      ${JSON.stringify(marks)}, ${digest})`);
}

export async function endPart(bulk: BulkLoad, exportId: string, part: number): Promise<void> {
  await bulk.all(sql`insert into migration.part (export_id, part) values (${exportId}, ${part})`);
}

/** Whether all of it is there, so that changes may have been applied. */
export async function isEnded(bulk: BulkLoad, exportId: string): Promise<boolean> {
  const rows = await bulk.all(sql`
    select from migration.export where export_id = ${exportId} and loaded_at is not null`);
  return rows.length > 0;
}

export async function end(bulk: BulkLoad, exportId: string): Promise<void> {
  await bulk.all(sql`
    update migration.export set loaded_at = coalesce(loaded_at, now()) where export_id = ${exportId}`);
}
