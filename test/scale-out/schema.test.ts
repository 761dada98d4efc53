// Shows: Datacentres | the schema keeps to what scaling out over shards allows, table by table
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { testDatabase } from '../support/database.ts';

const database = testDatabase();

/** Tables that grow with patients and messages, and the column by which they are spread [PLATFORM S1, S2]. */
const SPREAD: Readonly<Record<string, string>> = {
  'demographics.answered': 'request_id',
  'demographics.event': 'nhs_number',
  'demographics.nomination': 'nhs_number',
  'demographics.patient': 'nhs_number',
  'demographics.search_key': 'key',
  'gateways.delivery': 'message_id',
  'gateways.transmission': 'message_id',
  'migration.beside': 'key',
  'migration.dirty': 'place',
  'migration.sent': 'message_id',
  'migration.touched': 'place',
  'platform.audit': 'id',
  'platform.outbox': 'bucket',
  'prescriptions.download_queue': 'organisation',
  'prescriptions.event': 'prescription_id',
  'prescriptions.message': 'message_id',
  'prescriptions.patient': 'nhs_number',
  'prescriptions.patient_prescription': 'nhs_number',
  'prescriptions.prescription': 'prescription_id',
  'prescriptions.release_before': 'prescription_id',
};

/** Schemas whose other tables are small beside these, and the same in every shard [PLATFORM S4]. */
const COPIED = [
  'demographics',
  'directory',
  'identity',
  'local',
  'migration',
  'operations',
  'pages',
  'platform',
  'prescriptions',
];
/** Numbers of people, cards, certificates and new patients: drawn where all statements arrive, never in a shard [PLATFORM S9]. */
const DRAWN = [
  'demographics.nhs_number',
  'identity.card_number',
  'identity.certificate_number',
  'identity.user_number',
];
const TYPES = ['text', 'uuid', 'smallint', 'bigint'];

const OURS = `n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')`;

type Table = { readonly name: string; readonly schema: string };

function ask<Row extends object>(text: string): Promise<Row[]> {
  return database().database.all<Row>({ text, values: [] });
}

function tables(): Promise<Table[]> {
  return ask(`
    select n.nspname || '.' || c.relname as name, n.nspname as schema from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition and ${OURS}`);
}

describe('the schema', () => {
  test('knows of every table whether it is spread, and by what, or the same everywhere', async () => {
    const found = await tables();
    const names = new Set(found.map(({ name }) => name));
    assert.deepEqual(
      Object.keys(SPREAD).filter((name) => !names.has(name)),
      [],
    );
    const unknown = found.filter(
      ({ name, schema }) => !(name in SPREAD) && !COPIED.includes(schema),
    );
    assert.deepEqual(unknown, []);
  });

  test('spreads by a column that is never null, of a plain type, in every unique key [S1, S3]', async () => {
    const columns = await ask<{ table: string; type: string; is_set: boolean; column: string }>(`
      select n.nspname || '.' || c.relname as table, a.attname as column, a.attnotnull as is_set,
        format_type(a.atttypid, null) as type
      from pg_attribute a join pg_class c on c.oid = a.attrelid
      join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p') and ${OURS}`);
    const keys = await ask<{ table: string; columns: string[] }>(`
      select n.nspname || '.' || c.relname as table, (
        select array_agg(a.attname::text) from pg_attribute a
        where a.attrelid = c.oid and a.attnum = any(i.indkey)) as columns
      from pg_index i join pg_class c on c.oid = i.indrelid
      join pg_namespace n on n.oid = c.relnamespace where i.indisunique and ${OURS}`);
    for (const [table, by] of Object.entries(SPREAD)) {
      const column = columns.find((one) => one.table === table && one.column === by);
      assert.ok(column?.is_set && TYPES.includes(column.type), `${table}.${by}: ${column?.type}`);
      const others = keys.filter((key) => key.table === table && !key.columns.includes(by));
      assert.deepEqual(others, [], `${table} has a unique key without ${by}`);
    }
  });

  test('refers only from one table that is the same everywhere to another [S2]', async () => {
    const references = await ask<{ from: string; to: string }>(`
      select conrelid::regclass::text as from, confrelid::regclass::text as to
      from pg_constraint where contype = 'f'`);
    const spread = references.filter(({ from, to }) => from in SPREAD || to in SPREAD);
    assert.deepEqual(spread, []);
    const schemaOf = (name: string): string => name.split('.', 1)[0] ?? '';
    assert.deepEqual(
      references.filter(({ from, to }) => schemaOf(from) !== schemaOf(to)),
      [],
    );
  });

  test('numbers by bigint alone [S5]', async () => {
    const numbered = await ask<{ column: string }>(`
      select c.oid::regclass || '.' || a.attname as column from pg_attribute a
      join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
      where ${OURS} and a.atttypid <> 'bigint'::regtype
        and (a.attidentity <> '' or pg_get_serial_sequence(c.oid::regclass::text, a.attname) is not null)
        and c.relkind in ('r', 'p')`);
    assert.deepEqual(numbered, []);
    const own = await ask<{ sequence: string }>(`
      select c.oid::regclass::text as sequence from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      where c.relkind = 'S' and ${OURS} and not exists (
        select from pg_depend d where d.objid = c.oid and d.deptype = 'i')`);
    assert.deepEqual(own.map(({ sequence }) => sequence).toSorted(), DRAWN);
  });

  test('has no trigger, rule, exclusion, deferrable constraint, inheritance, GiST or domain [S6]', async () => {
    const forbidden = await ask<{ what: string }>(`
      select 'trigger ' || tgname as what from pg_trigger where not tgisinternal
      union all select 'rule ' || r.rulename from pg_rewrite r
        join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
        where ${OURS} and r.rulename <> '_RETURN'
      union all select 'constraint ' || conname from pg_constraint
        where contype = 'x' or condeferrable
      union all select 'inheritance of ' || inhrelid::regclass from pg_inherits
        join pg_class c on c.oid = inhrelid where not c.relispartition and c.relkind = 'r'
      union all select 'index ' || c.oid::regclass from pg_class c join pg_am m on m.oid = c.relam
        where m.amname = 'gist'
      union all select 'domain ' || t.typname from pg_type t
        join pg_namespace n on n.oid = t.typnamespace where t.typtype = 'd' and ${OURS}
      union all select 'procedure ' || p.proname from pg_proc p
        join pg_namespace n on n.oid = p.pronamespace
        join pg_language l on l.oid = p.prolang where l.lanname = 'plpgsql' and ${OURS}`);
    assert.deepEqual(forbidden, []);
  });
});
