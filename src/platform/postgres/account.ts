import { spawnSync } from 'node:child_process';
import { chownSync, statSync } from 'node:fs';

import { Trouble } from '../trouble.ts';

/** The account that PostgreSQL runs as when we are root, which it refuses [PLATFORM 1.1]. */
export type Account = { readonly name: string; readonly uid: number; readonly gid: number };

/** What `spawn` needs to run a program as the account; nothing when it runs as ourselves. */
export type Credentials = { readonly uid?: number; readonly gid?: number };

const USUAL_ACCOUNTS = ['postgres', 'nobody'] as const;

/**
 * Null: run as ourselves. Root gets the owner of data that exist, else the account that was asked
 * for, else the first usual one. Only accounts with a passwd entry: PostgreSQL fails without.
 */
export function chooseAccount(cluster: string, runAs: string | null): Account | null {
  const isRoot = process.getuid?.() === 0;
  if (runAs !== null) return requested(runAs, isRoot);
  if (!isRoot) return null;
  const owner = statSync(cluster, { throwIfNoEntry: false })?.uid ?? 0;
  const candidates = owner === 0 ? USUAL_ACCOUNTS : [String(owner), ...USUAL_ACCOUNTS];
  for (const candidate of candidates) {
    const account = lookUp(candidate);
    if (account !== null) return account;
  }
  throw new Trouble(
    'PostgreSQL refuses to run as root, and this machine has neither an account "postgres" nor "nobody"',
    'choose an account with --run-as <user>, or set DATABASE_URL to a database that runs already',
  );
}

export function credentials(account: Account | null): Credentials {
  return account === null ? {} : { uid: account.uid, gid: account.gid };
}

export function giveTo(account: Account | null, path: string): void {
  if (account !== null) chownSync(path, account.uid, account.gid);
}

/** Whether the account can get into a folder. Tried, not computed: ACLs count too. */
export function canEnter(account: Account, folder: string): boolean {
  const { status } = spawnSync('sh', ['-c', 'cd -- "$0"', folder], {
    cwd: '/',
    stdio: 'ignore',
    ...credentials(account),
  });
  return status === 0;
}

function requested(name: string, isRoot: boolean): Account {
  const account = lookUp(name);
  if (account === null) {
    throw new Trouble(
      `There is no account "${name}" on this machine`,
      'give --run-as an account that exists, for example nobody',
    );
  }
  if (account.uid === 0) {
    throw new Trouble(
      'PostgreSQL refuses to run as root',
      'give --run-as an ordinary account, for example nobody',
    );
  }
  if (!isRoot && account.uid !== process.getuid?.()) {
    throw new Trouble('Only root can use --run-as', 'leave --run-as out: you are not root');
  }
  return account;
}

/** By `id`, not from /etc/passwd: accounts may come from a directory service. */
function lookUp(nameOrUid: string): Account | null {
  const [uid, gid, name] = ['-u', '-g', '-un'].map((flag) => {
    const { status, stdout } = spawnSync('id', [flag, '--', nameOrUid], { encoding: 'utf8' });
    return status === 0 ? stdout.trim() : null;
  });
  if (!uid || !gid || !name) return null;
  return { name, uid: Number(uid), gid: Number(gid) };
}
