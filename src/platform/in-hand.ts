import { hash } from 'node:crypto';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';

import type { Database } from './database.ts';
import type { HttpRequest, HttpRoute } from './http.ts';
import { sql } from './sql.ts';
import { codeOf } from './trouble.ts';

/** A request that processes died of is not done any more [RELIABILITY F21]. */
export class PutAside extends Error {
  override readonly name = 'PutAside';
  /** Method and route: no id of anybody. */
  readonly interaction: string;

  constructor(interaction: string) {
    super('processes died while they had this request in hand');
    this.interaction = interaction;
  }
}

export type InHand = {
  /** The same routes: what is asked of them with a body is noted while it is done; throws `PutAside`. */
  readonly guarded: (routes: readonly HttpRoute[]) => readonly HttpRoute[];
  /** Nothing is in hand any more. */
  readonly close: () => void;
};

const DEATHS_MAX = 3; // [RELIABILITY F21]
const DIGEST_BYTES = 32;
const PLACES = 5_120; // more than a process admits at once
const FREE = Buffer.alloc(DIGEST_BYTES);

/**
 * Notes in a file what this process has in hand, as that outlasts it whatever it dies of. Its next start counts a death for
 * each request that it finds there. Such a request is done alone from then on, so that nobody else is counted if the process
 * dies again, and is cleared when it was done; after three deaths it is done no more. Without a file, or room for it, nothing is noted.
 */
export async function openInHand(database: Database, file: string | null): Promise<InHand> {
  if (file === null) return { guarded: (routes) => routes, close: () => undefined };
  await countDeaths(database, leftIn(file));
  const places = openPlaces(file);
  const suspects = await suspectsOf(database);
  const alone = oneByOne();
  const noted = async <Done>(digest: Buffer, work: () => Done | Promise<Done>): Promise<Done> => {
    const leave = places.take(digest);
    try {
      return await work();
    } finally {
      leave();
    }
  };
  const guard = ({ handle, ...route }: HttpRoute): HttpRoute => ({
    ...route,
    handle: (request) => {
      const digest = digestOf(request);
      const work = (): ReturnType<typeof handle> => handle(request);
      if (!suspects.has(digest.toString('hex'))) return noted(digest, work);
      return alone(async () => {
        const deaths = await deathsOf(database, digest);
        if (deaths >= DEATHS_MAX) throw new PutAside(`${route.method} ${route.path}`);
        const response = await noted(digest, work);
        await clear(database, digest);
        suspects.delete(digest.toString('hex'));
        return response;
      });
    },
  });
  return {
    guarded: (routes) =>
      routes.map((route) => (HAVE_BODY.has(route.method) ? guard(route) : route)),
    close: () => {
      places.close();
      rmSync(file, { force: true });
    },
  };
}

const HAVE_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** The same for a repeat, whatever the headers that came with it. */
function digestOf({ method, path, body }: HttpRequest): Buffer {
  return hash('sha256', Buffer.concat([Buffer.from(`${method} ${path}\n`), body]), 'buffer');
}

/** What the process before had in hand when it died. */
function leftIn(file: string): readonly Buffer[] {
  const bytes = existsSync(file) ? readFileSync(file) : FREE;
  const places = Array.from({ length: Math.floor(bytes.length / DIGEST_BYTES) }, (_, place) =>
    bytes.subarray(place * DIGEST_BYTES, (place + 1) * DIGEST_BYTES),
  );
  return places.filter((digest) => !digest.equals(FREE));
}

/** All places are there from the start: a disk that is full later stops nobody. One that is full now leaves none. */
function openPlaces(file: string) {
  const opened = openSync(file, 'w', 0o600);
  const isRoom = isWritten(opened, Buffer.alloc(PLACES * DIGEST_BYTES));
  const free = Array.from({ length: isRoom ? PLACES : 0 }, (_, place) => place);
  return {
    take: (digest: Buffer): (() => void) => {
      const place = free.pop();
      if (place === undefined) return () => undefined;
      writeSync(opened, digest, 0, DIGEST_BYTES, place * DIGEST_BYTES);
      return () => {
        writeSync(opened, FREE, 0, DIGEST_BYTES, place * DIGEST_BYTES);
        free.push(place);
      };
    },
    close: () => closeSync(opened),
  };
}

function isWritten(file: number, bytes: Buffer): boolean {
  try {
    return writeSync(file, bytes, 0, bytes.length, 0) === bytes.length;
  } catch (error) {
    if (codeOf(error) === 'ENOSPC') return false;
    throw error;
  }
}

function oneByOne(): <Done>(work: () => Promise<Done>) => Promise<Done> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const done = last.then(work);
    last = done.then(
      () => undefined,
      () => undefined,
    );
    return done;
  };
}

/** What is old is tried again: it may be mended by now. */
async function countDeaths(database: Database, digests: readonly Buffer[]): Promise<void> {
  await database.all(sql`
    delete from platform.suspect where died_at < now() - interval '2 days'`);
  if (digests.length === 0) return;
  await database.all(sql`
    insert into platform.suspect as s (digest, deaths, died_at)
    select distinct digest, 1, now() from unnest(${digests}::bytea[]) as found (digest)
    on conflict (digest) do update set deaths = s.deaths + 1, died_at = excluded.died_at`);
}

async function suspectsOf(database: Database): Promise<Set<string>> {
  const rows = await database.all<{ digest: string }>(sql`
    select encode(digest, 'hex') as digest from platform.suspect`);
  return new Set(rows.map(({ digest }) => digest));
}

/** Counted by all processes. */
async function deathsOf(database: Database, digest: Buffer): Promise<number> {
  const [row] = await database.all<{ deaths: number }>(sql`
    select deaths from platform.suspect where digest = ${digest}::bytea`);
  return row?.deaths ?? 0;
}

async function clear(database: Database, digest: Buffer): Promise<void> {
  await database.all(sql`delete from platform.suspect where digest = ${digest}::bytea`);
}
