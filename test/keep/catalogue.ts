import type pg from 'pg';

/** What a schema offers to a program, and what it demands of it. */
export type Catalogue = {
  /** By `schema.table.column`. */
  readonly columns: ReadonlyMap<string, Column>;
  /** Rules over rows of a table, by their words; of which columns. */
  readonly rules: ReadonlyMap<string, Rule>;
};

type Column = { readonly type: string; readonly isNeeded: boolean; readonly isFilled: boolean };
type Rule = { readonly columns: readonly string[] };

export async function catalogueOf(client: pg.Client): Promise<Catalogue> {
  const columns = await client.query<Column & { name: string }>(`
    select format('%s.%s.%s', n.nspname, c.relname, a.attname) as name, format_type(a.atttypid, a.atttypmod) as type,
      a.attnotnull as "isNeeded", (a.atthasdef or a.attidentity <> '') as "isFilled"
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v') and a.attnum > 0 and not a.attisdropped
      and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`);
  const rules = await client.query<{ rule: string; columns: string[] }>(`
    with named as (
      select n.nspname, c.relname, o.conkey as keys, pg_get_constraintdef(o.oid) as words, c.oid
      from pg_constraint o join pg_class c on c.oid = o.conrelid join pg_namespace n on n.oid = c.relnamespace
      where o.contype <> 'n'
      union all
      select n.nspname, c.relname, string_to_array(i.indkey::text, ' ')::smallint[], pg_get_indexdef(i.indexrelid), c.oid
      from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
      where i.indisunique and not exists (select from pg_constraint o where o.conindid = i.indexrelid))
    select format('%s.%s %s', nspname, relname, words) as rule,
      array(select format('%s.%s.%s', nspname, relname, a.attname) from pg_attribute a
        where a.attrelid = named.oid and a.attnum = any(keys)) as columns
    from named where nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`);
  return {
    columns: new Map(columns.rows.map(({ name, ...column }) => [name, column])),
    rules: new Map(rules.rows.map(({ rule, columns: names }) => [rule, { columns: names }])),
  };
}

/** Why a program that was written for the first cannot go on with the second; empty when it can. */
export function demandsOn(before: Catalogue, after: Catalogue): string[] {
  const tables = new Set([...before.columns.keys()].map(tableOf));
  const gone = [...before.columns].flatMap(([name, { type, isNeeded }]) => {
    const now = after.columns.get(name);
    if (now === undefined) return [`takes ${name} away`];
    if (now.type !== type) return [`makes ${name} a ${now.type}`];
    return now.isNeeded && !isNeeded ? [`demands a value in ${name}`] : [];
  });
  const more = [...after.columns].flatMap(([name, { isNeeded, isFilled }]) =>
    tables.has(tableOf(name)) && !before.columns.has(name) && isNeeded && !isFilled
      ? [`demands a value in ${name}, which is new`]
      : [],
  );
  const rules = [...after.rules].flatMap(([rule, { columns }]) =>
    !before.rules.has(rule) && columns.some((name) => before.columns.has(name))
      ? [`has a new rule: ${rule}`]
      : [],
  );
  return [...gone, ...more, ...rules];
}

function tableOf(column: string): string {
  return column.slice(0, column.lastIndexOf('.'));
}
