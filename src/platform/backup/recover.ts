import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';

import { type Base, filesOf, sizeOf } from './base.ts';
import { keptFile, keptHistories, keptLog, type KeptSegment } from './log.ts';
import { nextSegment } from './positions.ts';
import type { Store } from './store.ts';
import { present } from '../../kernel/bug.ts';
import { type Account, credentials, giveTo } from '../postgres/account.ts';
import { codeOf, messageOf, Trouble } from '../trouble.ts';

export type RecoverOptions = {
  /** Where the cluster is to be; not there yet. */
  readonly cluster: string;
  /** The last instant that counts; null: all that the log has. */
  readonly until: Date | null;
  /** `postgres` of the version that the backup is of. */
  readonly program: string;
  readonly account: Account | null;
};

/** A database that was brought back and answers, to us alone. */
export type Recovered = {
  readonly url: string;
  /** When the last transaction in it was committed; null: none since the base backup. */
  readonly lastAt: Date | null;
  /** Written to make it: base backup and log. */
  readonly sizeBytes: number;
  readonly stop: () => Promise<void>;
};

/** Puts a base backup and the log after it into a folder, and lets PostgreSQL bring it to the instant. */
export async function recover(
  store: Store,
  base: Base,
  options: RecoverOptions,
): Promise<Recovered> {
  const { cluster, account } = options;
  const sizeBytes = await whole(() => putFiles(store, base, cluster, account));
  await signal(cluster, account);
  const sockets = await mkdtemp(join(tmpdir(), 'openspine-restore-'));
  giveTo(account, sockets);
  await writeFile(join(sockets, 'postgresql.conf'), '');
  await writeFile(join(sockets, 'hba.conf'), 'local all all trust\n'); // the folder is ours alone
  let ended = await run(options, sockets, options.until);
  // Nothing was committed between the instant and the end of the log: all of it is what was asked for.
  if (ended.said.includes(ENDED_BEFORE)) ended = await run(options, sockets, null);
  const { child, said } = ended;
  if (child === null) {
    await rm(sockets, { recursive: true });
    throw new Trouble(
      `The backup of ${base.startedAt} could not be brought back: ${said.trim().split('\n').slice(-3).join(' / ')}`,
      'try an earlier instant (--to), or an older base backup',
    );
  }
  const at = /last completed transaction was at log time (\S+ \S+)\+00/.exec(said)?.[1];
  return {
    url: `postgresql://${[base.user, sockets].map(encodeURIComponent).join('@')}/${encodeURIComponent(base.database)}`,
    lastAt: at === undefined ? null : new Date(`${at.replace(' ', 'T')}Z`),
    sizeBytes,
    stop: async () => {
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGINT');
      await gone;
      await rm(sockets, { recursive: true });
    },
  };
}

const ENDED_BEFORE = 'recovery ended before configured recovery target was reached';
const READY = 'database system is ready to accept connections';

/** What is not as it was kept is found by its tag, its form or its digest. */
async function whole<Value>(work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    const isOfFiles = /^E[A-Z]+$/.test(codeOf(error) ?? '') && codeOf(error) !== 'ENOENT';
    throw error instanceof Trouble || isOfFiles ? error : damaged(messageOf(error));
  }
}

/** Answers how many bytes they are. */
async function putFiles(
  store: Store,
  base: Base,
  cluster: string,
  account: Account | null,
): Promise<number> {
  const ours = async (folder: string): Promise<void> => {
    await mkdir(folder, { mode: 0o700, recursive: true });
    giveTo(account, folder);
  };
  await ours(cluster);
  for (const folder of base.folders) await ours(join(cluster, folder));
  let sizeBytes = sizeOf(base);
  await unpack(store, base, cluster, account);
  await writeFile(join(cluster, 'backup_label'), base.label, { mode: 0o600 });
  giveTo(account, join(cluster, 'backup_label'));
  const log = connected(await keptLog(store, base.firstSegment), base);
  for (const { name, parts } of log) {
    const file = join(cluster, 'pg_wal', name);
    await put(store, parts, file, base.segmentBytes);
    giveTo(account, file);
    sizeBytes += base.segmentBytes;
  }
  for (const name of await keptHistories(store)) {
    await put(store, [keptFile(name)], join(cluster, 'pg_wal', name));
    giveTo(account, join(cluster, 'pg_wal', name));
  }
  return sizeBytes;
}

/** Cuts what is kept into the files that it was, and looks at each. */
async function unpack(
  store: Store,
  base: Base,
  cluster: string,
  account: Account | null,
): Promise<void> {
  const bytes: AsyncIterator<Buffer> = (await store.read(filesOf(base.id)))[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  for (const { path, sizeBytes, sha256 } of base.files) {
    const file = await open(join(cluster, path), 'wx', 0o600);
    const digest = createHash('sha256');
    try {
      for (let missing = sizeBytes; missing > 0; ) {
        if (rest.length === 0) {
          const next = await bytes.next();
          if (next.done === true) throw damaged(path);
          rest = next.value;
        }
        const part = rest.subarray(0, missing);
        rest = rest.subarray(part.length);
        missing -= part.length;
        digest.update(part);
        await file.writeFile(part);
      }
    } finally {
      await file.close();
    }
    if (digest.digest('hex') !== sha256) throw damaged(path);
    giveTo(account, join(cluster, path));
  }
  const end = await bytes.next(); // the tag of an encrypted file is looked at here
  if (end.done !== true) throw damaged('its end');
}

/** Up to the first file that is missing: what comes after it does not belong to this backup. */
function connected(log: readonly KeptSegment[], base: Base): KeptSegment[] {
  const places = new Set(log.map(({ name }) => name.slice(8)));
  let last = base.firstSegment;
  if (!places.has(last.slice(8))) throw damaged(`log/${last}`);
  for (let next = last; places.has(next.slice(8)); next = nextSegment(next, base.segmentBytes)) {
    last = next;
  }
  return log.filter(({ name }) => name.slice(8) <= last.slice(8));
}

function damaged(name: string): Trouble {
  return new Trouble(
    `A part of the backup is missing or is not what was kept (${name})`,
    'restore from another copy of the backups, or from an older base backup (--to)',
  );
}

/** Writes parts one after the other into a file, with zeros up to its size. */
async function put(
  store: Store,
  parts: readonly string[],
  file: string,
  sizeBytes = 0,
): Promise<void> {
  async function* content(): AsyncGenerator<Buffer, void> {
    let written = 0;
    for (const part of parts) {
      const kept: AsyncIterable<Buffer> = await store.read(part);
      for await (const bytes of kept) {
        written += bytes.length;
        yield bytes;
      }
    }
    if (written < sizeBytes) yield Buffer.alloc(sizeBytes - written);
  }
  await pipeline(content(), createWriteStream(file, { mode: 0o600 }));
}

async function signal(cluster: string, account: Account | null): Promise<void> {
  const file = join(cluster, 'recovery.signal');
  await writeFile(file, '', { mode: 0o600 });
  giveTo(account, file);
}

type Ran = { readonly child: ChildProcess | null; readonly said: string };

/** Resolves when the server answers, or has ended (`child` is null). */
async function run(
  { program, cluster, account }: RecoverOptions,
  sockets: string,
  until: Date | null,
): Promise<Ran> {
  const flags = Object.entries(settings(sockets, until));
  const words = flags.flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const child = spawn(program, ['-D', cluster, ...words], {
    cwd: '/',
    env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...credentials(account),
  });
  const said: string[] = [];
  const isReady = new Promise<boolean>((resolve) => {
    createInterface({ input: present(child.stderr, 'stderr') }).on('line', (line) => {
      said.push(line);
      if (line.includes(READY)) resolve(true);
    });
    child.once('error', (error) => {
      said.push(error.message);
      resolve(false);
    });
    child.once('close', () => resolve(false));
  });
  return { child: (await isReady) ? child : null, said: said.join('\n') };
}

/** Names of zones, such as Z, are not known yet where it is read. */
function instantOf(until: Date): string {
  return until.toISOString().replace('T', ' ').replace('Z', '+00');
}

/** As words of the command, they count before every file of the cluster. It speaks to nobody and copies to nobody. */
function settings(sockets: string, until: Date | null): Readonly<Record<string, string>> {
  return {
    config_file: join(sockets, 'postgresql.conf'),
    hba_file: join(sockets, 'hba.conf'),
    listen_addresses: '',
    port: '5432',
    unix_socket_directories: sockets,
    restore_command: 'false', // all of the log is in its place already
    recovery_target_timeline: 'latest',
    recovery_target_action: 'promote',
    ...(until === null ? {} : { recovery_target_time: instantOf(until) }),
    hot_standby: 'off',
    archive_mode: 'off',
    primary_conninfo: '',
    synchronous_standby_names: '',
    shared_preload_libraries: '',
    ssl: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    lc_messages: 'C',
    jit: 'off',
  };
}
