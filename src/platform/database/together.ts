import pg from 'pg';
import Result from 'pg/lib/result.js';
import utils from 'pg/lib/utils.js';

import type { Statement } from './line.ts';
import { present } from '../../kernel/bug.ts';
import { nameOf } from '../sql.ts';

/** How one of several statements ended. */
export type Ended = PromiseSettledResult<pg.QueryResult>;

/** A statement that a connection has prepared, and how the rows that it answers are read. */
export type Prepared = {
  readonly name: string;
  readonly fields: pg.FieldDef[];
  readonly parseRow: (fields: readonly (string | null)[]) => pg.QueryResultRow;
};

export function preparedAs(name: string, { fields }: pg.QueryResult): Prepared {
  const reader = new Result();
  reader.addFields(fields);
  return { name, fields, parseRow: (row) => reader.parseRow(row) };
}

type Asked = { readonly prepared: Prepared; readonly values: readonly unknown[] };
type Written = { readonly prepared: Prepared; readonly values: (Buffer | string | null)[] };

/** A connection, and what it has prepared by name. */
type Preparing = { readonly client: pg.Client; readonly prepared: Map<string, Prepared> };

/** Never rejects. What was not prepared before is sent one by one, and whatever of it is refused, the others are done. */
export function answersTo(open: Preparing, statements: readonly Statement[]): Promise<Ended[]> {
  return new Promise((resolve) => {
    const together = togetherIn(open, statements, resolve);
    if (together !== null) open.client.query(together);
    else resolve(Promise.allSettled(statements.map((one) => answerTo(open, one))));
  });
}

function togetherIn(
  { prepared }: Preparing,
  statements: readonly Statement[],
  done: (ended: Ended[]) => void,
): Together | null {
  const asked: Asked[] = [];
  for (const { text, values } of statements) {
    const known = prepared.get(nameOf(text));
    if (known === undefined) return null;
    asked.push({ prepared: known, values });
  }
  try {
    return new Together(asked, done);
  } catch {
    return null; // a value that cannot be written: sent one by one, whoever it belongs to is told
  }
}

/** By a callback: a promise of pg's own keeps what was answered until the whole memory is collected. */
function answerTo(
  { client, prepared }: Preparing,
  { text, values }: Statement,
): Promise<pg.QueryResult> {
  const name = nameOf(text);
  return new Promise((resolve, reject) => {
    client.query({ name, text, values: [...values] }, (error: Error | null, result) => {
      if (error !== null) return reject(error);
      prepared.set(name, preparedAs(name, result));
      resolve(result);
    });
  });
}

/**
 * Statements that a connection has prepared, one behind the other: after one that is refused none is done. They are sent with one
 * Sync, as the server answers each Sync by itself, and wakes us for it; and nothing is asked of how their answers look, which is
 * known since they were prepared. As pg sends statements, each has both.
 */
export class Together extends pg.Query {
  readonly #asked: readonly Written[];
  readonly #done: (ended: Ended[]) => void;
  readonly #ended: Ended[] = [];
  #rows: pg.QueryResultRow[] = [];
  #unread: { readonly reason: unknown } | null = null;

  /** Throws when a value cannot be written. */
  constructor(asked: readonly Asked[], done: (ended: Ended[]) => void) {
    super('', () => undefined);
    this.#asked = asked.map(({ prepared, values }) => ({
      prepared,
      values: values.map((value) => utils.prepareValue(value)),
    }));
    this.#done = done;
  }

  override submit = (connection: pg.Connection): void => {
    for (const { prepared, values } of this.#asked) {
      connection.bind({ statement: prepared.name, values }, true);
      connection.execute({}, true);
    }
    connection.sync();
  };

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    try {
      this.#rows.push(this.#current().parseRow(fields));
    } catch (reason) {
      this.#unread = { reason };
    }
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    const { fields } = this.#current();
    const [command = ''] = text.split(' ', 1);
    const value = { command, rowCount: null, oid: 0, fields, rows: this.#rows };
    const ended: Ended =
      this.#unread === null
        ? { status: 'fulfilled', value }
        : { status: 'rejected', reason: this.#unread.reason };
    this.#ended.push(ended);
    this.#rows = [];
    this.#unread = null;
  }

  /** The server's, after which it does nothing up to the Sync; or the connection's. */
  handleError(reason: unknown): void {
    while (this.#ended.length < this.#asked.length)
      this.#ended.push({ status: 'rejected', reason });
    this.#done(this.#ended);
  }

  handleReadyForQuery(): void {
    this.#done(this.#ended);
  }

  #current(): Prepared {
    return present(this.#asked[this.#ended.length], 'statement that is answered').prepared;
  }
}
