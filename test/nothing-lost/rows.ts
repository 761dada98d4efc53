import { createHash } from 'node:crypto';

import pg from 'pg';

/** The rows of a statement; past the service, which is what is tested. */
export type Rows = {
  all<Row extends object>(text: string, values?: readonly unknown[]): Promise<Row[]>;
};

export function openRows(url: string): Rows & { close(): Promise<void> } {
  // A sweep over few prescriptions costs more to plan than to run, so that it is planned once.
  const options = '-c jit=off -c plan_cache_mode=force_generic_plan';
  const pool = new pg.Pool({ connectionString: url, max: CONNECTIONS, options });
  pool.on('error', () => undefined); // one that broke while nobody used it is replaced
  return { all: allBy(pool), close: () => pool.end() };
}

const CONNECTIONS = 4;

export function allBy(client: pg.Pool | pg.Client): Rows['all'] {
  return async <Row extends object>(text: string, values: readonly unknown[] = []) =>
    (await client.query<Row>({ name: nameOf(text), text, values: [...values] })).rows;
}

function nameOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 40);
}

export async function eventsOf(rows: Rows, shortFormId: string): Promise<number> {
  const text = 'select from prescriptions.event where prescription_id = $1';
  return (await rows.all(text, [shortFormId.slice(0, -1)])).length;
}

/** How many messages are kept that came as these bytes. */
export async function keptAs(rows: Rows, body: Buffer): Promise<number> {
  return (await rows.all('select from prescriptions.message where body = $1', [body])).length;
}
