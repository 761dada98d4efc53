import type { BulkLoad } from '../../platform/bulk-load.ts';
import type { Change } from '../catch-up/read-feed.ts';
import type { Dump } from '../lx1/open-dump.ts';
import { readTable } from '../lx1/read-table.ts';
import { BESIDE, type BesideTable, columnsOf, TABLES } from '../lx1/tables.ts';
import * as repository from './repository.ts';

/**
 * Brings the rows that are of no prescription into the store, as they are: each part of a table whole or not at all, and
 * once [MIGRATION 2.1]. What they say is done by `settle`.
 */
export async function stageBeside(bulk: BulkLoad, dump: Dump): Promise<void> {
  const { exportId, files } = dump.manifest;
  const known = await repository.stagedParts(bulk, exportId);
  for (const { table, part } of files) {
    if (!isBeside(table) || known.has(`${table} ${part}`)) continue;
    await bulk.together(async () => {
      const count = { came: 0, twice: 0 };
      for await (const some of readTable(dump, table, part)) {
        const rows = some.map(({ row }) => ({ key: keyOf(table, row), row }));
        count.came += rows.length;
        count.twice += rows.length - (await repository.stageNew(bulk, { exportId, table, rows }));
      }
      await repository.keepPart(bulk, { exportId, table, part, ...count });
    });
  }
}

/** Changes of such rows, within the transaction that says how far the feed is applied. */
export async function changeBeside(
  bulk: BulkLoad,
  exportId: string,
  changes: readonly Change[],
): Promise<void> {
  const last = new Map<string, Change & { readonly table: BesideTable }>();
  for (const change of changes) {
    const { table } = change;
    if (isBeside(table)) last.set(`${table} ${keyOf(table, change.key)}`, { ...change, table });
  }
  for (const { table, key, after, at } of last.values()) {
    const place = { exportId, table, key: keyOf(table, key) };
    if (after === null) await repository.end(bulk, { ...place, at });
    else await repository.put(bulk, { ...place, row: wholeRow(table, after) });
  }
}

function isBeside(table: string): table is BesideTable {
  return BESIDE.some((one) => one === table);
}

function wholeRow(table: BesideTable, after: NonNullable<Change['after']>) {
  return Object.fromEntries(columnsOf(table).map(({ name }) => [name, after[name] ?? null]));
}

/** Its key's values, one after the other. */
function keyOf(table: BesideTable, row: Readonly<Record<string, string | null>>): string {
  return TABLES[table].key.map((name) => row[name]?.trim() ?? '').join(' ');
}
