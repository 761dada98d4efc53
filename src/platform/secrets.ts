import { randomBytes } from 'node:crypto';

import { present } from '../kernel/bug.ts';
import type { Database } from './database.ts';
import { sql } from './sql.ts';

const SECRET_BYTES = 32;

/** A secret of this installation, the same in every process of it; the first one that asks makes it. */
export async function sharedSecret(database: Database, name: string): Promise<Buffer> {
  const known = await readSecret(database, name);
  if (known !== null) return known;
  await database.write(sql`
    insert into platform.secret (name, bytes) values (${name}, ${randomBytes(SECRET_BYTES)})
    on conflict do nothing`);
  return present(await readSecret(database, name), 'secret');
}

async function readSecret(database: Database, name: string): Promise<Buffer | null> {
  const [row] = await database.all<{ bytes: Buffer }>(sql`
    select bytes from platform.secret where name = ${name}`);
  return row?.bytes ?? null;
}
