import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { present } from '../../src/kernel/bug.ts';
import { type Database, openDatabase } from '../../src/platform/database.ts';
import {
  canMakeNetwork,
  type ClusterStatus,
  type ReplicatedPostgres,
  type Site,
  SITES,
  startReplicatedPostgres,
} from '../../src/platform/replicated-postgres.ts';
import { findPrograms } from '../../src/platform/replicated-postgres/programs.ts';
import { messageOf } from '../../src/platform/trouble.ts';

/** Why no two databases can run here; fails where CI is set, as nothing may be left out there. */
export function missing(): string | false {
  try {
    findPrograms();
    if (canMakeNetwork()) return false;
    return leftOut('networks need root, iproute2 and nftables');
  } catch (error) {
    return leftOut(messageOf(error));
  }
}

function leftOut(reason: string): string {
  if (process.env['CI'] !== undefined) throw new Error(reason);
  return reason;
}

/** Two databases for the tests of a file, and one more that tells them apart by network. */
export function testCluster(portBase: number): () => ReplicatedPostgres {
  let cluster: ReplicatedPostgres | undefined;
  const dataDir = mkdtempSync(join(tmpdir(), 'openspine-two-'));
  before(async () => {
    if (missing() !== false) return;
    cluster = await startReplicatedPostgres({ dataDir, portBase, hasNetworks: true });
  });
  after(async () => {
    await cluster?.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });
  return () => present(cluster, 'two databases');
}

/** Numbers that are written all the time through both sites; which of them were acknowledged, and when. */
export class Writers {
  readonly #databases: readonly Database[];
  readonly #acknowledged: number[] = [];
  #next = 0;
  #isWriting = true;
  #lastAt = performance.now();
  #longestMs = 0;
  readonly #writing: Promise<unknown>;

  constructor(cluster: ReplicatedPostgres) {
    this.#databases = SITES.map((site) => openDatabase({ url: cluster.urlOf(site) }));
    const writers = this.#databases.flatMap((one) => [this.#write(one), this.#write(one)]);
    this.#writing = Promise.all(writers);
  }

  async #write(database: Database): Promise<void> {
    while (this.#isWriting) {
      const number = this.#next++;
      try {
        await database.write({ text: 'insert into written values ($1)', values: [number] });
        this.#acknowledged.push(number);
        const now = performance.now();
        this.#longestMs = Math.max(this.#longestMs, now - this.#lastAt);
        this.#lastAt = now;
      } catch {
        await delay(20); // nobody knows whether it was done; a number is written once
      }
    }
  }

  /** The longest time without an acknowledgement since this was last asked, in milliseconds. */
  longestGap(): number {
    const longest = Math.max(this.#longestMs, performance.now() - this.#lastAt);
    this.#longestMs = 0;
    return longest;
  }

  /** Ends writing; answers what was acknowledged and is not there. */
  async lost(): Promise<{ readonly acknowledged: number; readonly lost: readonly number[] }> {
    this.#isWriting = false;
    await this.#writing;
    const [database] = this.#databases;
    const rows = await present(database, 'database').all<{ number: number }>({
      text: 'select number from written',
      values: [],
    });
    const kept = new Set(rows.map(({ number }) => number));
    await Promise.all(this.#databases.map((one) => one.close()));
    const acknowledged = this.#acknowledged;
    return {
      acknowledged: acknowledged.length,
      lost: acknowledged.filter((number) => !kept.has(number)),
    };
  }
}

/** Reads what is written all the time through one site, as a process there would. */
export class Reader {
  readonly #database: Database;
  #isReading = true;
  #longestMs = 0;
  readonly #reading: Promise<void>;

  constructor(cluster: ReplicatedPostgres, site: Site) {
    this.#database = openDatabase({ url: cluster.urlOf(site), readUrl: cluster.readUrlOf(site) });
    this.#reading = this.#read();
  }

  async #read(): Promise<void> {
    let lastAt = performance.now();
    while (this.#isReading) {
      const [read] = await Promise.allSettled([
        this.#database.all({ text: 'select count(*) from written', values: [] }),
      ]);
      if (read.status === 'fulfilled') {
        this.#longestMs = Math.max(this.#longestMs, performance.now() - lastAt);
        lastAt = performance.now();
      }
      await delay(20);
    }
    this.#longestMs = Math.max(this.#longestMs, performance.now() - lastAt);
  }

  /** The longest time in which nothing could be read, in milliseconds. */
  async end(): Promise<number> {
    this.#isReading = false;
    await this.#reading;
    await this.#database.close();
    return this.#longestMs;
  }
}

/** Waits for a state of the two; fails when it does not come. */
export async function until(
  cluster: ReplicatedPostgres,
  isReached: (status: ClusterStatus) => boolean,
  withinMs: number,
): Promise<ClusterStatus> {
  const end = performance.now() + withinMs;
  for (;;) {
    const status = await cluster.status();
    if (isReached(status)) return status;
    if (performance.now() > end) throw new Error(`not reached: ${JSON.stringify(status)}`);
    await delay(200);
  }
}
