import { clientSettings, serveClient } from './child.ts';
import { Changes, type Written } from './changes.ts';
import type { Task } from './journey.ts';
import { openDatabase } from '../src/platform/database.ts';
import { record } from '../src/prescriptions/record.ts';

/** Writes what the messages would write, and does nothing else: the limit of the database. */
const CONNECTIONS = 8; // as many as the two datacentres have together

const { databaseUrl, lanes } = clientSettings();
const database = openDatabase({ url: databaseUrl, connections: CONNECTIONS });
const changes = new Changes();

async function send(_lane: number, { kind, made }: Task<Written>): Promise<void> {
  if (made === null) throw new Error(`${kind} was not prepared`);
  const changed = await record(database, made.envelope, made.outcome, made.changes);
  if (changed?.length !== made.changes.length) throw new Error(`${kind} was not written`);
}

serveClient('B', lanes, (task: Task<Written>) => changes.of(task), send);
