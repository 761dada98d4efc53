import pg from 'pg';

import type { Statement } from './database.ts';

/** One connection for more rows than statements are made for: they are sent by COPY. */
export type BulkLoad = {
  /** The rows of one statement. */
  all<Row extends object>(statement: Statement): Promise<Row[]>;
  /**
   * Appends to a table, named with its columns: `schema.table (a, b)`. `lines` are made by `copyLine`, as many as memory
   * holds at once; throws the server's error when one of them is refused, and then none is kept.
   */
  copy(into: string, lines: string): Promise<void>;
  /** What is done within it is done whole or not at all. */
  together<Value>(work: () => Promise<Value>): Promise<Value>;
  close(): Promise<void>;
};

export async function openBulkLoad(url: string): Promise<BulkLoad> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  return {
    async all<Row extends object>({ text, values }: Statement) {
      const { rows } = await client.query<Row>(text, [...values]);
      return rows;
    },
    copy: (into, lines) => copyIn(client, `copy ${into} from stdin`, Buffer.from(lines)),
    async together(work) {
      await client.query('begin');
      try {
        const value = await work();
        await client.query('commit');
        return value;
      } catch (error) {
        await client.query('rollback');
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
