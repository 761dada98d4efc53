import pg from 'pg';

import type { Statement } from './database.ts';
import { connectionProblem } from './database/faults.ts';

export { DatabaseUnavailable, DiskFull } from './database/faults.ts';

/**
 * One connection for more rows than statements are made for: they are sent by COPY. When it is lost, or the disk of the
 * database is full, all of these throw `DatabaseUnavailable`: what was not yet whole is not there.
 */
export type BulkLoad = {
  /** The rows of one statement. */
  all<Row extends object>(statement: Statement): Promise<Row[]>;
  /**
   * Appends to a table, named with its columns: `schema.table (a, b)`. `lines` are made by `copyLine`, as text or its UTF-8, as many
   * as memory holds at once; throws the server's error when one of them is refused, and then none is kept.
   */
  copy(into: string, lines: string | Buffer): Promise<void>;
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
    copy: (into, lines) => told(copyIn(client, `copy ${into} from stdin`, bytesOf(lines))),
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

function bytesOf(lines: string | Buffer): Buffer {
  return typeof lines === 'string' ? Buffer.from(lines) : lines;
}

async function told<Value>(asked: Promise<Value>): Promise<Value> {
  try {
    return await asked;
  } catch (error) {
    throw connectionProblem(error) ?? error;
  }
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
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
};

/** pg asks a query of its own for the data of a COPY. */
class CopyIn extends pg.Query {
  data: Buffer = Buffer.alloc(0);

  handleCopyInResponse(connection: CopyConnection): void {
    connection.sendCopyFromChunk(this.data);
    connection.endCopyFrom();
  }
}

const ESCAPED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
};
const LETTERS = Object.keys(ESCAPED);

/** One row in the text form of COPY, with its line end. */
export function copyLine(values: readonly (string | number | null)[]): string {
  return `${values.map(fieldOf).join('\t')}\n`;
}

function fieldOf(value: string | number | null): string {
  if (value === null) return '\\N';
  if (typeof value === 'number') return String(value);
  // Long texts have none of them: looking for each is much quicker than one expression for all.
  if (!LETTERS.some((letter) => value.includes(letter))) return value;
  return value.replaceAll(/[\\\t\n\r]/g, (letter) => ESCAPED[letter] ?? letter);
}
