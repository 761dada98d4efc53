import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { list, nameOf, sql } from './sql.ts';

describe('sql', () => {
  test('binds every value, in order', () => {
    const statement = sql`select ${1} + ${"'; drop table"}`;
    assert.equal(statement.text, 'select $1 + $2');
    assert.deepEqual(statement.values, [1, "'; drop table"]);
  });

  test('puts pieces in, counting their values on', () => {
    const rows = [1, 2].map((n) => sql`(${n}, ${`row ${n}`})`);
    const statement = sql`insert into t select ${'x'} from (values ${list(rows)}) where ${true}`;
    assert.equal(
      statement.text,
      'insert into t select $1 from (values ($2, $3), ($4, $5)) where $6',
    );
    assert.deepEqual(statement.values, ['x', 1, 'row 1', 2, 'row 2', true]);
  });

  test('writes a text once for all that is put together in the same way', () => {
    const put = (...rows: number[]) =>
      sql`insert into t values ${list(rows.map((n) => sql`(${n})`))}`;
    const [one, other] = [put(1, 2).text, put(3, 4).text];
    assert.equal(one, 'insert into t values ($1), ($2)');
    assert.equal(other, one);
    assert.equal(put(5).text, 'insert into t values ($1)');
    assert.equal(put().text, 'insert into t values ');
    assert.equal(list([sql`a`, sql`b = ${1}`, sql`c`], ' and ').text, 'a and b = $1 and c');
  });

  test('names equal texts equally and other texts otherwise', () => {
    const ask = (id: number) => sql`select ${id}`;
    assert.equal(nameOf(ask(1).text), nameOf(ask(2).text));
    assert.notEqual(nameOf(ask(1).text), nameOf(sql`select ${1}, 2`.text));
  });
});
