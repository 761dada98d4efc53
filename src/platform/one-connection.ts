import pg from 'pg';

const ANSWER_MS = 5_000;

/**
 * Asks the server of an address on a connection of its own, which is gone afterwards; rejects when no answer comes within
 * 5 s.
 */
export async function onOneConnection<Value>(
  connectionString: string,
  work: (client: pg.Client) => Promise<Value>,
): Promise<Value> {
  const client = new pg.Client({
    connectionString,
    connectionTimeoutMillis: ANSWER_MS,
    query_timeout: ANSWER_MS,
  });
  client.on('error', () => undefined); // told by whatever is asked
  try {
    await client.connect();
    return await work(client);
  } finally {
    client.end().catch(() => undefined); // whether it says goodbye or not
  }
}
