import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { type Passwords, REPLICATOR, REWINDER, SUPERUSER } from './patroni.ts';

/** Makes new passwords for a cluster that is yet to start; answers them by the names of their roles. */
export function makePasswords(folder: string): Readonly<Record<string, string>> {
  const { superuser, replication, rewind } = keptPasswords(folder);
  return { [SUPERUSER]: superuser, [REPLICATOR]: replication, [REWINDER]: rewind };
}

/** Made at the first start, beside the data: a line for each. */
export function keptPasswords(folder: string): Passwords {
  const file = join(folder, 'passwords');
  if (!existsSync(file)) {
    const made = [1, 2, 3].map(() => randomBytes(24).toString('hex'));
    writeFileSync(file, made.join('\n'), { mode: 0o600 });
  }
  const [superuser = '', replication = '', rewind = ''] = readFileSync(file, 'utf8').split('\n');
  return { superuser, replication, rewind };
}
