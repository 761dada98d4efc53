import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { codeOf } from '../../../src/platform/trouble.ts';
import { commandLine, signal } from '../../../src/platform/processes.ts';
import { otherSite, type Site } from '../../../src/platform/replicated-postgres.ts';
import { openRows, type Rows } from '../../nothing-lost/rows.ts';
import { always, type Fault, type Scene, WRITES_BACK_MS } from '../fault.ts';
import { processesOf, signalAll } from '../programs.ts';
import { patiently, primaryOf, type System } from '../system.ts';

/** Standbys that are not what they seem. */
export const standbyFaults: readonly Fault[] = [
  {
    id: 'F12',
    name: 'pages of the standby are damaged on its disk: none is read from, people are told, and it is copied anew',
    times: 1,
    missing: always,
    gapMaxMs: WRITES_BACK_MS,
    happen: damaged,
  },
  {
    id: 'F34',
    name: 'the standby gets nothing more and says that it is well',
    times: 1,
    counted: 20,
    missing: always,
    gapMaxMs: WRITES_BACK_MS,
    happen: stale,
  },
];

const FLIPS = 20;
const PAGE_BYTES = 8_192;
const WITHIN_PAGE = 8_000; // in the first rows of a page: they are written from its end
const DAMAGED = 'XX001'; // data_corrupted
const NOTICED_MS = 30_000; // [RELIABILITY F34]
const TOLD_MS = 60_000; // [RELIABILITY P10]
const LOOK_MS = 200;
const REPLAYED_TRIES = 50;
const ENOUGH_TRIES = 150;

async function damaged({ system }: Scene): Promise<readonly string[]> {
  const standby = otherSite(await primaryOf(system));
  const own = openRows(addressItself(system, standby));
  try {
    const pages = await flip(system, own, standby);
    signalAll(system, standby, ['postgres'], 'SIGKILL'); // what it has in memory is good
    const found = await look(system, own, pages);
    const wrong = found.served === 0 ? [] : [`${found.served} damaged pages were read from`];
    // The others were written to meanwhile: that brought them from the primary whole.
    if (found.refused < FLIPS / 2) wrong.push(`only ${found.refused} pages were refused`);
    if (!(await isTold(system, standby))) wrong.push('nobody was told that pages are damaged');
    copyAnew(system, standby);
    await system.untilWhole();
    const after = await look(system, own, pages);
    const bad = after.served + after.refused;
    return bad === 0 ? wrong : [...wrong, `${bad} pages are damaged in the new copy`];
  } finally {
    await own.close();
  }
}

/** Past the proxies, which lead to one that is well. */
function addressItself({ cluster, folder }: System, site: Site): string {
  // As PostgreSQL has it: process, folder, time, port, folder of sockets, address.
  const file = readFileSync(join(folder, site, 'postgres', 'postmaster.pid'), 'utf8');
  const [, , , port, , host] = file.split('\n');
  const url = new URL(cluster.urlOf(site));
  url.host = `${host}:${port}`;
  return url.href;
}

type File = { readonly path: string; readonly pages: number };

/** Of the record, once there is enough in it. */
async function fileOf(rows: Rows): Promise<File> {
  for (let tries = 0; tries < ENOUGH_TRIES; tries += 1) {
    const [file] = await rows.all<File>(`
      select pg_relation_filepath('prescriptions.event') as path,
        (pg_relation_size('prescriptions.event') / ${PAGE_BYTES})::int as pages`);
    if (file !== undefined && file.pages >= 2 * FLIPS) return file;
    await delay(LOOK_MS);
  }
  throw new Error('too little is kept so far');
}

/** A byte of each of twenty pages of the record that nobody writes to any more. Answers which. */
async function flip({ rows, folder }: System, own: Rows, standby: Site): Promise<number[]> {
  const file = await fileOf(rows);
  // What is written from here on is not read again from the log when it starts.
  await rows.all('checkpoint');
  const [log] = await rows.all<{ end: string }>('select pg_current_wal_lsn()::text as end');
  const isThere = 'select pg_last_wal_replay_lsn() >= $1::pg_lsn as "isThere"';
  for (let tries = 0; tries < REPLAYED_TRIES; tries += 1) {
    const [found] = await own.all<{ isThere: boolean }>(isThere, [log?.end]);
    if (found?.isThere === true) break;
    await delay(LOOK_MS);
  }
  await own.all('checkpoint');
  const pages = Array.from({ length: FLIPS }, (_, n) => n * Math.floor(file.pages / (2 * FLIPS)));
  const opened = openSync(join(folder, standby, 'postgres', file.path), 'r+');
  const byte = Buffer.alloc(1);
  for (const page of pages) {
    const place = page * PAGE_BYTES + WITHIN_PAGE;
    readSync(opened, byte, 0, 1, place);
    byte[0] = (byte[0] ?? 0) ^ 0xff;
    writeSync(opened, byte, 0, 1, place);
  }
  closeSync(opened);
  return pages;
}

/** How many pages are not read from, and how many are read otherwise than at the primary. */
async function look({ rows }: System, own: Rows, pages: readonly number[]) {
  const read = await Promise.all(pages.map((page) => patiently(() => readPage(own, page))));
  const good = await Promise.all(pages.map((page) => patiently(() => readPage(rows, page))));
  const served = read.filter((one, place) => one !== 'refused' && one !== good[place]).length;
  return { served, refused: read.filter((one) => one === 'refused').length };
}

/** A digest of all rows of a page. */
async function readPage(rows: Rows, page: number): Promise<string> {
  try {
    const [found] = await rows.all<{ digest: string | null }>(PAGE, [page]);
    return found?.digest ?? 'empty';
  } catch (error) {
    if (codeOf(error) === DAMAGED) return 'refused';
    throw error;
  }
}

const PAGE = `select md5(string_agg(e::text, ' ' order by ctid)) as digest from prescriptions.event e
  where ctid >= format('(%s,0)', $1::int)::tid and ctid < format('(%s,0)', $1::int + 1)::tid`;

/** By the datacentre whose database it is: its page, its metric and `spine doctor` say what is found here. */
async function isTold({ rows }: System, site: Site): Promise<boolean> {
  for (const until = performance.now() + TOLD_MS; performance.now() < until; ) {
    const found = await rows.all(
      `select from operations.finding, json_array_elements(found->'servers') as server
        where name = $1 and (server->>'failures')::float8 > 0 and (server->>'isStandby')::boolean`,
      [`damaged-pages-${site}`],
    );
    if (found.length > 0) return true;
    await delay(LOOK_MS);
  }
  return false;
}

/** As docs/how-to/two-datacentres.md has it. */
function copyAnew({ folder }: System, site: Site): void {
  const words = ['-c', join(folder, site, 'patroni.json'), 'reinit', 'openspine', site, '--force'];
  const { status, stderr } = spawnSync('patronictl', words, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8' },
  });
  if (status !== 0) throw new Error(stderr);
}

/** It must count for nothing soon, and be named as what it is. */
async function stale({ system }: Scene): Promise<readonly string[]> {
  const { cluster } = system;
  const standby = otherSite(await primaryOf(system));
  const receivers = processesOf(system, standby, 'postgres').filter((pid) =>
    commandLine(pid).includes('walreceiver'),
  );
  if (receivers.length === 0) throw new Error('the standby receives nothing');
  const held = performance.now();
  for (const pid of receivers) signal(pid, 'SIGSTOP');
  try {
    while (performance.now() - held < NOTICED_MS) {
      const { isDurableInBoth } = await cluster.status();
      if (!isDurableInBoth) return [];
      await delay(LOOK_MS);
    }
    return ['a standby that gets nothing counts as one that has all'];
  } finally {
    for (const pid of receivers) signal(pid, 'SIGCONT');
  }
}
