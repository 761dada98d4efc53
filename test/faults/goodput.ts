import { randomUUID } from 'node:crypto';

import pg from 'pg';

import { post } from '../nothing-lost/datacentres.ts';
import * as message from '../nothing-lost/messages.ts';
import { type System, tokensOf } from './system.ts';

const USER_MS = 5_000; // what comes later helps nobody [RELIABILITY 1]
const BYTES = 8_000; // about as much as an order writes to the log
const COMMIT = `select pg_logical_emit_message(true, 'bare', repeat('x', ${BYTES}))`;

/** Orders in a second that are answered 200 in good time: so many senders, each one order after the other. */
export async function ordersPerSecond(
  { database, ports }: System,
  senders: number,
  forMs: number,
): Promise<number> {
  const tokens = await tokensOf(database);
  const until = performance.now() + forMs;
  let good = 0;
  const sender = async (n: number): Promise<void> => {
    const address = `http://127.0.0.1:${ports[n % ports.length]}`;
    while (performance.now() < until) {
      const since = performance.now();
      const sent = message.create(message.aPrescription(), randomUUID());
      const [reply] = await Promise.allSettled([post(address, sent, tokens)]);
      const isGood = reply.status === 'fulfilled' && reply.value.status === 200;
      const at = performance.now();
      if (isGood && at - since <= USER_MS && at <= until) good += 1;
    }
  };
  await Promise.all(Array.from({ length: senders }, (_, n) => sender(n)));
  return good / (forMs / 1_000);
}

/** Commits in a second, past the service: so many writers at the primary, each one commit after the other. */
export async function commitsPerSecond(
  url: string,
  writers: number,
  forMs: number,
): Promise<number> {
  const pool = new pg.Pool({ connectionString: url, max: writers });
  pool.on('error', () => undefined); // told by whoever asks
  const until = performance.now() + forMs;
  let done = 0;
  const writer = async (): Promise<void> => {
    while (performance.now() < until) {
      await pool.query(COMMIT);
      if (performance.now() <= until) done += 1;
    }
  };
  try {
    await Promise.all(Array.from({ length: writers }, writer));
  } finally {
    await pool.end();
  }
  return done / (forMs / 1_000);
}
