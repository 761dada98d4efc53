import { chmod, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

import pg from 'pg';

import { type Base, bases } from './base.ts';
import { logEnd } from './log.ts';
import { parsePosition } from './positions.ts';
import { recover, type Recovered } from './recover.ts';
import type { Store } from './store.ts';
import { type Account, chooseAccount, giveTo } from '../postgres/account.ts';
import { letIn, makeDataFolder, makePassword } from '../postgres/cluster.ts';
import { packagedMajor, preparePrograms } from '../postgres/programs.ts';
import { makePasswords } from '../replicated-postgres.ts';
import { postgresOf } from '../replicated-postgres/programs.ts';
import { codeOf, Trouble } from '../trouble.ts';

/** What a restore begins with, and how far the log goes beyond. */
export type Choice = { readonly base: Base; readonly goesTo: Date };

/** The newest base backup before an instant, or of all. */
export async function choose(store: Store, until: Date | null): Promise<Choice> {
  const end = await logEnd(store);
  const usable = (await bases(store)).filter(
    (base) => end !== null && parsePosition(base.until) <= parsePosition(end.position),
  );
  const [oldest] = usable;
  if (end === null || oldest === undefined) {
    throw new Trouble(`${store.folder} has no whole base backup`, 'take one with spine backup');
  }
  const goesTo = new Date(end.at);
  if (until !== null && until > goesTo) {
    throw new Trouble(
      `The backups go up to ${end.at}`,
      'name an earlier instant with --to, or leave it out for all that there is',
    );
  }
  const base = usable.findLast(({ endedAt }) => until === null || new Date(endedAt) <= until);
  if (base !== undefined) return { base, goesTo };
  throw new Trouble(
    `The first instant that can be restored is ${oldest.endedAt}`,
    'name that one or a later one with --to',
  );
}

export type RestoreOptions = {
  /** Not there yet, or empty. */
  readonly into: string;
  readonly until: Date | null;
};

/** Brings a base backup to an instant in a folder of its own; what answers is to be stopped. */
export async function restore(
  store: Store,
  base: Base,
  { into, until }: RestoreOptions,
): Promise<Recovered> {
  const folder = await emptyFolder(into);
  const account = chooseAccount(join(folder, 'postgres'), null);
  letIn(folder, account);
  const place = base.kind === 'two' ? join(folder, 'a') : folder;
  if (base.kind === 'two') {
    await mkdir(place, { mode: 0o700 });
    giveTo(account, place);
  }
  const program = programOf(base, folder, account);
  const cluster = join(place, 'postgres');
  const recovered = await recover(store, base, { cluster, until, program, account });
  try {
    await newPasswords(recovered.url, base, { folder, account });
  } catch (error) {
    await recovered.stop();
    throw error;
  }
  return recovered;
}

async function emptyFolder(into: string): Promise<string> {
  try {
    if ((await readdir(into)).length > 0) {
      throw new Trouble(`${into} is not empty`, 'name a folder that is not there yet with --into');
    }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  const folder = makeDataFolder(into);
  await chmod(folder, 0o700);
  return folder;
}

/** A base backup can only be read by a PostgreSQL of its own version. */
function programOf({ major }: Base, folder: string, account: Account | null): string {
  const installed = postgresOf(major);
  if (installed !== null) return join(installed, 'postgres');
  const packaged = preparePrograms(folder, account);
  if (packagedMajor(packaged, account) === major) return packaged.postgres;
  throw new Trouble(
    `The backup is of PostgreSQL ${major}, which is not on this machine`,
    `apt-get install postgresql-${major}`,
  );
}

/** Those of before are in no backup; the roles of a database that is not ours keep theirs. */
async function newPasswords(
  url: string,
  { kind, user }: Base,
  { folder, account }: { readonly folder: string; readonly account: Account | null },
): Promise<void> {
  if (kind === 'external') return;
  const passwords =
    kind === 'two' ? makePasswords(folder) : { [user]: makePassword(folder, account) };
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    for (const [role, password] of Object.entries(passwords)) {
      await client.query(
        `alter role ${client.escapeIdentifier(role)} password ${client.escapeLiteral(password)}`,
      );
    }
  } finally {
    await client.end();
  }
}
