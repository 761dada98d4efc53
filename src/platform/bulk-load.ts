import type { Writable } from 'node:stream';

import pg from 'pg';

import type { Statement } from './database.ts';
import { CopyRows } from './copy-rows.ts';
import { told } from './database/faults.ts';

export { copyLine, CopyRows, type CopyType, type CopyValue } from './copy-rows.ts';
export { DatabaseUnavailable, DiskFull } from './database/faults.ts';

/**
 * One connection for more rows than statements are made for: they are sent by COPY. When it is lost, or the disk of the
 * database is full, all of these throw `DatabaseUnavailable`: what was not yet whole is not there.
 */
export type BulkLoad = {
  /** The rows of one statement. */
  all<Row extends object>(statement: Statement): Promise<Row[]>;
  /**
   * Appends to a table, named with its columns: `schema.table (a, b)`. Rows are lines made by `copyLine` or gathered as
   * `CopyRows`, as many as memory holds at once; throws the server's error when one of them is refused, and then none is kept.
   */
  copy(into: string, rows: string | CopyRows): Promise<void>;
  /** What is done within it is done whole or not at all. */
  together<Value>(work: () => Promise<Value>): Promise<Value>;
  close(): Promise<void>;
};

export async function openBulkLoad(url: string): Promise<BulkLoad> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // whoever uses it next is told
  await told(client.connect());
  const run = (text: string): Promise<unknown> => told(client.query(text));
  return {
    async all<Row extends object>({ text, values }: Statement) {
      const { rows } = await told(client.query<Row>(text, [...values]));
      return rows;
    },
    copy: (into, rows) =>
      rows instanceof CopyRows
        ? told(copyIn(client, `copy ${into} from stdin (format binary)`, rows.bytes))
        : told(copyIn(client, `copy ${into} from stdin`, Buffer.from(rows))),
    async together(work) {
      await run('begin');
      try {
        const value = await work();
        await run('commit');
        return value;
      } catch (error) {
        // A connection that is lost has rolled back by itself; why it failed counts for more.
        await run('rollback').catch(() => undefined);
        throw error;
      }
    },
    close: () => client.end(),
  };
}

function copyIn(client: pg.Client, text: string, data: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const query = new CopyIn(text, (error) => (error == null ? resolve() : reject(error)));
    query.data = data;
    client.query(query);
  });
}

/** The part of pg's connection that its types leave out. */
type CopyConnection = {
  readonly stream: Writable;
  endCopyFrom(): void;
};

/** pg asks a query of its own for the data of a COPY. */
class CopyIn extends pg.Query {
  data: Buffer = Buffer.alloc(0);

  /** pg itself would copy the data once more before it sends it. */
  handleCopyInResponse(connection: CopyConnection): void {
    const { stream } = connection;
    stream.cork();
    for (let at = 0; at < this.data.length; at += COPY_DATA_BYTES) {
      const some = this.data.subarray(at, at + COPY_DATA_BYTES);
      stream.write(copyDataHead(some.length));
      stream.write(some);
    }
    stream.uncork();
    connection.endCopyFrom();
  }
}

const COPY_DATA_BYTES = 131_072; // a server keeps each message whole

/** What stands before the bytes of a CopyData message: its letter, and its length from there on. */
function copyDataHead(length: number): Buffer {
  const head = Buffer.allocUnsafe(5);
  head.write('d');
  head.writeInt32BE(length + 4, 1);
  return head;
}
