import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { addressOf, type Layout, type Site } from './layout.ts';
import { type Passwords, SUPERUSER } from './patroni.ts';

/** The primary, or any that may be read, as a site reaches it. Holds the password. */
export function urlAt(
  layout: Layout,
  site: Site,
  { superuser }: Passwords,
  port: 'proxy' | 'reads' = 'proxy',
): string {
  return `postgresql://${SUPERUSER}:${superuser}@${addressOf(layout, site, port)}/postgres`;
}

/** The address of the databases on these data, also for a process that did not start them; null: there are none. */
export function replicatedUrl(dataDir: string): string | null {
  const file = addressFile(dataDir);
  return existsSync(file) ? readFileSync(file, 'utf8') : null;
}

export function addressFile(folder: string): string {
  return join(folder, 'address');
}
