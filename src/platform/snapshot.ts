import pg from 'pg';

import { type Database, PLANNING } from './database.ts';
import { told } from './database/faults.ts';

/** A database as it was when it was first asked: what others commit meanwhile is not seen, and nothing can be written. */
export type Snapshot = Pick<Database, 'all'> & { close(): Promise<void> };

/** One connection; throws `DatabaseUnavailable` when it is lost, as whoever asks it does. */
export async function openSnapshot(url: string): Promise<Snapshot> {
  const client = new pg.Client({ connectionString: url, options: PLANNING });
  client.on('error', () => undefined); // whoever asks next is told
  await told(client.connect());
  await told(client.query('begin isolation level repeatable read read only'));
  let last: Promise<unknown> = Promise.resolve();
  return {
    all<Row extends object>({ text, values }: { text: string; values: readonly unknown[] }) {
      const asked = last.then(() => client.query<Row>(text, [...values]));
      last = asked.then(
        () => undefined,
        () => undefined,
      );
      return told(asked).then(({ rows }) => rows);
    },
    close: () => client.end(),
  };
}
