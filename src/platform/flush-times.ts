import { setTimeout as delay } from 'node:timers/promises';

import type pg from 'pg';

import { onOneConnection } from './one-connection.ts';

/** How long the disk of a database takes to keep what was written to it. */
export type FlushLook = {
  /** Of the primary its address and port; of a standby its name, and its address. */
  readonly server: string;
  readonly isStandby: boolean;
  readonly ms: number;
};

const TRIES = 5;
const TRIES_MIN = 2;
const ENOUGH_MS = 4_000; // of tries, where each takes long
const GIVEN_UP_MS = 3_000;
const LOOK_MS = 2;

const WHO = `select coalesce(host(inet_server_addr()) || ':' || inet_server_port(), 'here') as server,
  pg_is_in_recovery() as "isStandby"`;
/** Something of the log that means nothing, so that there is something to keep. */
const NOTHING = `select pg_logical_emit_message(true, 'openspine', '')`;
const POSITION = 'select pg_current_wal_flush_lsn()::text as position';
/** None for whoever may not see. */
const STANDBYS = `select concat_ws(' at ', application_name, host(client_addr)) as server,
  write_lsn >= $1::pg_lsn as "isWritten", flush_lsn >= $1::pg_lsn as "isFlushed"
  from pg_stat_replication where state = 'streaming' and flush_lsn is not null`;

type Reached = {
  readonly server: string;
  readonly isWritten: boolean;
  readonly isFlushed: boolean;
};

/**
 * Of the primary of an address and of those who follow it, each the quickest but one of some tries. Asked on a connection of
 * its own; none: nobody answers, or it is no primary.
 */
export async function flushTimesAt(connectionString: string): Promise<readonly FlushLook[]> {
  try {
    return await onOneConnection(connectionString, async (client) => {
      const [who] = (await client.query<Omit<FlushLook, 'ms'>>(WHO)).rows;
      return who === undefined || who.isStandby ? [] : await tried(client, who.server);
    });
  } catch {
    return [];
  }
}

async function tried(client: pg.Client, server: string): Promise<readonly FlushLook[]> {
  const own: number[] = [];
  const standbys: [server: string, ms: number][] = [];
  const enough = performance.now() + ENOUGH_MS;
  for (let n = 0; n < TRIES && (n < TRIES_MIN || performance.now() < enough); n += 1) {
    own.push(await ownFlush(client));
    standbys.push(...(await flushesOfStandbys(client)));
  }
  const byName = Map.groupBy(standbys, ([name]) => name);
  return [
    { server, isStandby: false, ms: quickestButOne(own) },
    ...[...byName].map(([name, all]) => ({
      server: name,
      isStandby: true,
      ms: quickestButOne(all.map(([, ms]) => ms)),
    })),
  ];
}

/** Of a commit that waits for no standby. */
async function ownFlush(client: pg.Client): Promise<number> {
  await client.query('begin');
  await client.query('set local synchronous_commit = local');
  await client.query(NOTHING);
  const since = performance.now();
  await client.query('commit');
  return performance.now() - since;
}

/** From when each had written all that is there now until it had flushed it: it tells both. */
async function flushesOfStandbys(client: pg.Client): Promise<readonly [string, number][]> {
  const [now] = (await client.query<{ position: string }>(POSITION)).rows;
  const writtenAt = new Map<string, number>();
  const took = new Map<string, number>();
  for (const until = performance.now() + GIVEN_UP_MS; performance.now() < until; ) {
    const { rows } = await client.query<Reached>(STANDBYS, [now?.position]);
    const at = performance.now();
    for (const { server, isWritten, isFlushed } of rows) {
      if (isWritten && !writtenAt.has(server)) writtenAt.set(server, at);
      if (isFlushed && !took.has(server)) took.set(server, at - (writtenAt.get(server) ?? at));
    }
    if (rows.every(({ isFlushed }) => isFlushed)) break;
    await delay(LOOK_MS);
  }
  return [...took];
}

/** Whoever waits for a processor, and not for the disk, is slow now and then; by chance one may be quick. */
function quickestButOne(all: readonly number[]): number {
  const [first = 0, second = first] = all.toSorted((one, other) => one - other);
  return second;
}
