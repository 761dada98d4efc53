import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { runCommand } from '../../src/cli/run.ts';
import { NO_APPLICATION } from '../../src/gateways/actor.ts';
import { installationCommands } from '../../src/installation/commands.ts';
import { NOTHING_SHOWN } from '../../src/installation/parts.ts';
import { keepingCommands } from '../../src/installation/keeping.ts';
import { present } from '../../src/kernel/bug.ts';
import { instantOf } from '../../src/kernel/instant.ts';
import { follow, openStore } from '../../src/platform/backup/index.ts';
import { type Database, openDatabase } from '../../src/platform/database.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { type Postgres, startPostgres } from '../../src/platform/postgres.ts';
import { create } from '../../src/prescriptions/messages/create/handle.ts';
import { prescriptionKey } from '../../src/prescriptions/prescription-id.ts';
import { keepBackupFacts } from '../../src/operations/backups/handle.ts';
import { recordKeeper } from '../../src/prescriptions/record-check/repository.ts';
import { NEW_PRESCRIPTION } from '../../src/prescriptions/repository.ts';
import { aSpine, newId, PATIENT, PHARMACY, SURGERY } from '../../src/prescriptions/testing.ts';
import { SCHEMAS } from '../../src/schemas.ts';
import { freePort } from '../support/ports.ts';

export const scratch = mkdtempSync(join(tmpdir(), 'openspine-keep-'));
chmodSync(scratch, 0o711); // the account that PostgreSQL runs as must get through
export const STORE = join(scratch, 'backups');
export const SHARES = ['share-1.txt', 'share-3.txt', 'share-4.txt'].map((name) =>
  join(scratch, name),
);
const commands = [
  ...keepingCommands({ ...recordKeeper, tell: keepBackupFacts }),
  ...installationCommands({
    version: '0.0.0-test',
    migrate: (url) => migrate(url, SCHEMAS),
    seed: async () => NOTHING_SHOWN,
    probe: () => Promise.resolve(),
  }),
];

let server: Postgres;
let database: Database;
let made = 0;

/** The database that is backed up, and how many prescriptions it has been sent. */
export const backedUp = () => ({ server, database, made });

before(async () => {
  server = await startPostgres({
    dataDir: join(scratch, 'data'),
    port: await freePort(),
    log: () => undefined,
    settings: { fsync: 'off' },
  });
  process.env['DATABASE_URL'] = server.url;
  const { code, data } = await spine('schema', 'apply');
  assert.deepEqual([code, data.applied], [0, data.total]);
  database = openDatabase({ url: server.url });
});
after(async () => {
  delete process.env['DATABASE_URL'];
  await database.close();
  await server.stop();
  rmSync(scratch, { recursive: true, force: true });
});

/** Answers the id of the request. */
async function prescribed(): Promise<string> {
  made += 1;
  const id = present(
    prescriptionKey(`${made.toString(16).toUpperCase().padStart(6, '0')}-A83008-7EFE6Z`),
    'key',
  );
  const body = Buffer.from(`order ${made}`);
  const [messageId, requestId, at] = [newId(), newId(), instantOf(new Date())];
  const nobody = { userId: null, roleProfile: null, organisation: 'A83008', asid: null };
  const envelope = {
    messageId,
    requestId,
    interaction: NEW_PRESCRIPTION,
    body,
    digest: createHash('sha256').update(body).digest(),
    actor: { ...nobody, ...NO_APPLICATION, session: 'a session', scopes: new Set<string>() },
    at,
  };
  await create(aSpine(database), envelope, id, {
    messageId,
    longFormId: newId(),
    treatment: 'Acute',
    repeats: null,
    signature: { findings: [], unlisted: [] },
    prescribedAt: at,
    patient: PATIENT,
    prescriber: SURGERY,
    nominated: PHARMACY,
    items: [newId()],
    at,
  });
  return requestId;
}

export async function several(count: number): Promise<string[]> {
  const ids = [];
  for (let n = 0; n < count; n += 1) ids.push(await prescribed());
  return ids;
}

export type Ran = {
  readonly code: number;
  readonly said: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came
  readonly data: any;
};

export async function spine(...words: readonly string[]): Promise<Ran> {
  let [stdout, stderr] = ['', ''];
  const code = await runCommand(commands, [...words, '-o', 'json'], {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    env: {},
  });
  return { code, said: stderr, data: stdout === '' ? null : JSON.parse(stdout) };
}

export async function followed(): Promise<void> {
  const stopping = new AbortController();
  const store = await openStore(STORE, null);
  const until = Date.now();
  const said: string[] = [];
  const following = follow({
    url: server.url,
    store,
    kind: 'external',
    mark: () => recordKeeper.mark(server.url),
    baseEveryHours: 24,
    keepDays: 35,
    stopping: stopping.signal,
    say: (line) => said.push(line),
  });
  const reached = async (): Promise<number> => {
    const noted: unknown = await store.noted('log-end.json');
    return Date.parse(String(Reflect.get(Object(noted), 'at')));
  };
  while ((await reached()) <= until) await delay(100);
  stopping.abort();
  await following;
  assert.deepEqual(said, []);
}
