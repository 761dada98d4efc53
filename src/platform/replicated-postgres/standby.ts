import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';

import type pg from 'pg';

import { onOneConnection } from '../one-connection.ts';
import { type KeptFor, type StandbySeen, StandbyWatch } from './left-behind.ts';

/** Where the Patroni of one node answers; by TLS with a certificate that may give orders. */
export type NodeAddress = {
  readonly url: string;
  readonly tls?: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer };
};

export type StandbyOptions = {
  /** Of the node, as Patroni has it, and so of its slot. */
  readonly name: string;
  readonly node: NodeAddress;
  /** The primary, wherever it is, as a superuser. */
  readonly primaryUrl: string;
  readonly tell: (line: string) => void;
  readonly stopping: AbortSignal;
};

const ANSWER_MS = 5_000;
const ANSWER_MAX_BYTES = 1_000_000;

/** Watches the node, and has its database copied anew when the primary does not keep any more what it would need. */
export function watchStandby(options: StandbyOptions): Promise<void> {
  const { name, node, primaryUrl, tell, stopping } = options;
  const watch = new StandbyWatch({
    standby: async () => seenIn(await ask(node, 'GET', '/patroni')),
    primary: () => atPrimary(primaryUrl, (client) => keptFor(client, name)),
    copyAnew: () => copyAnew(node),
    renewSlot: async () => {
      await atPrimary(primaryUrl, (client) => renewSlot(client, name));
    },
    tell,
    nowMs: () => performance.now(),
  });
  return watch.run(stopping);
}

/** From what Patroni answers at `/patroni`. */
export function seenIn({ text }: Answer): StandbySeen {
  const said: unknown = JSON.parse(text);
  if (PRIMARIES.includes(textOf(said, 'role'))) return null;
  const log = memberOf(said, 'xlog');
  const position = memberOf(log, 'received_location') ?? memberOf(log, 'replayed_location');
  return {
    state: textOf(said, 'state'),
    position: typeof position === 'number' ? position : null,
  };
}

const PRIMARIES = ['master', 'primary', 'promoted', 'standby_leader'];

/** As the operator's `patronictl reinit --force`: what is left of an action that hangs is broken off. */
async function copyAnew(node: NodeAddress): Promise<string | null> {
  const { status, text } = await ask(node, 'POST', '/reinitialize', '{"force": true}');
  return status === 200 ? null : text.trim();
}

/** Null when whoever answers takes no writes. */
function atPrimary<Value>(
  connectionString: string,
  work: (client: pg.Client) => Promise<Value>,
): Promise<Value | null> {
  return onOneConnection(connectionString, async (client) => {
    const { rows } = await client.query<{ isStandby: boolean }>(
      'select pg_is_in_recovery() as "isStandby"',
    );
    return rows[0]?.isStandby === false ? work(client) : null;
  });
}

/** A file of the log is named by its timeline, and by its place in two parts of eight digits. */
const KEPT = `select
  exists (select from pg_stat_replication where application_name = $1 and state = 'streaming') as "isFollowing",
  (select min(('x' || substr(name, 9, 8))::bit(32)::bigint * 4294967296
    + ('x' || substr(name, 17, 8))::bit(32)::bigint * pg_size_bytes(current_setting('wal_segment_size')))
    from pg_ls_waldir() where name ~ '^[0-9A-F]{24}$')::float8 as "keptFrom",
  exists (select from pg_replication_slots where slot_name = $1 and wal_status = 'lost') as "isSlotLost"`;

export async function keptFor(client: pg.Client, name: string): Promise<KeptFor> {
  const { rows } = await client.query<KeptFor>(KEPT, [name]);
  const [row] = rows;
  if (row === undefined) throw new Error('the primary says nothing of its log');
  return row;
}

/** Patroni makes those anew that it misses at its start alone. Only one that is lost, and that nobody uses, is dropped. */
export async function renewSlot(client: pg.Client, name: string): Promise<void> {
  await client.query(
    `select pg_drop_replication_slot(slot_name) from pg_replication_slots
      where slot_name = $1 and wal_status = 'lost' and not active`,
    [name],
  );
  await client.query(
    `select pg_create_physical_replication_slot($1, true)
      where not exists (select from pg_replication_slots where slot_name = $1)`,
    [name],
  );
}

type Answer = { readonly status: number; readonly text: string };

function ask(
  { url, tls }: NodeAddress,
  method: 'GET' | 'POST',
  path: string,
  body = '',
): Promise<Answer> {
  const signal = AbortSignal.timeout(ANSWER_MS);
  const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
  const begin = new URL(url).protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const asked = begin(new URL(path, url), { method, headers, signal, ...tls }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (part: string) => {
        text += part;
        if (text.length > ANSWER_MAX_BYTES) answer.destroy(new Error('the answer is too large'));
      });
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text }));
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown, name: string): string {
  const found = memberOf(value, name);
  return typeof found === 'string' ? found : '';
}
