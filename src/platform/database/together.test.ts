// Shows: Datacentres | statements that a connection has prepared go to the database together, with one Sync for all of them
import assert from 'node:assert/strict';
import { test } from 'node:test';

import pg from 'pg';

import { type Ended, preparedAs, Together } from './together.ts';

const INT4 = pg.types.builtins.INT4;
const JSON_TYPE = pg.types.builtins.JSON;

function prepared(name: string, ...columns: readonly (readonly [name: string, type: number])[]) {
  const fields = columns.map(([column, dataTypeID]) => ({
    name: column,
    tableID: 0,
    columnID: 0,
    dataTypeID,
    dataTypeSize: 0,
    dataTypeModifier: -1,
    format: 'text',
  }));
  return preparedAs(name, { command: 'SELECT', rowCount: 1, oid: 0, fields, rows: [] });
}

const NUMBER = prepared('s0', ['n', INT4]);
const DOCUMENT = prepared('s1', ['id', INT4], ['document', JSON_TYPE]);

function asked(...values: readonly (readonly unknown[])[]) {
  const ends: Ended[][] = [];
  const statements = values.map((one, place) => ({
    prepared: place % 2 === 0 ? NUMBER : DOCUMENT,
    values: one,
  }));
  return { ends, together: new Together(statements, (ended) => ends.push(ended)) };
}

/** Null where it was refused. */
function rowsOf(ended: readonly Ended[]): unknown[] {
  return ended.map((one) => (one.status === 'fulfilled' ? one.value.rows : null));
}

test('each is bound and executed, and all of them end with one Sync', () => {
  const said: unknown[] = [];
  const connection = Object.assign(new pg.Connection(), {
    bind: (bound: unknown) => said.push(bound),
    execute: () => said.push('execute'),
    sync: () => said.push('sync'),
  });
  const bytes = Buffer.from([1, 2]);
  asked([1, null, ['a', 'b']], [true, bytes]).together.submit(connection);
  assert.deepEqual(said, [
    { statement: 's0', values: ['1', null, '{"a","b"}'] },
    'execute',
    { statement: 's1', values: ['true', bytes] },
    'execute',
    'sync',
  ]);
});

test('the rows of each are read as they were when it was prepared', () => {
  const { ends, together } = asked([], [], []);
  together.handleDataRow({ fields: ['7'] });
  together.handleDataRow({ fields: ['8'] });
  together.handleCommandComplete({ text: 'SELECT 2' });
  together.handleDataRow({ fields: ['1', '{"a":[1]}'] });
  together.handleCommandComplete({ text: 'INSERT 0 1' });
  together.handleCommandComplete({ text: 'UPDATE 0' });
  assert.equal(ends.length, 0, 'not before the server has ended all of it');
  together.handleReadyForQuery();
  const [ended = []] = ends;
  assert.deepEqual(rowsOf(ended), [[{ n: 7 }, { n: 8 }], [{ id: 1, document: { a: [1] } }], []]);
  const commands = ended.map((one) => one.status === 'fulfilled' && one.value.command);
  assert.deepEqual(commands, ['SELECT', 'INSERT', 'UPDATE']);
});

test('after one that is refused all are, for its reason', () => {
  const { ends, together } = asked([], [], []);
  together.handleCommandComplete({ text: 'INSERT 0 1' });
  const reason = new Error('refused');
  together.handleError(reason);
  assert.deepEqual(rowsOf(ends[0] ?? []), [[], null, null]);
  assert.deepEqual(ends[0]?.slice(1), [
    { status: 'rejected', reason },
    { status: 'rejected', reason },
  ]);
});

test('rows that cannot be read are nobody else’s', () => {
  const { ends, together } = asked([], [], []);
  together.handleCommandComplete({ text: 'SELECT 0' });
  together.handleDataRow({ fields: ['1', '{'] });
  together.handleCommandComplete({ text: 'SELECT 1' });
  together.handleDataRow({ fields: ['9'] });
  together.handleCommandComplete({ text: 'SELECT 1' });
  together.handleReadyForQuery();
  assert.deepEqual(rowsOf(ends[0] ?? []), [[], null, [{ n: 9 }]]);
});
