import { Client } from 'pg';

import { messageOf } from './trouble.ts';
import { fail, ok, type Result } from '../kernel/result.ts';

export type ExternalPostgres = { readonly version: string; readonly host: string };

/** Why the database of DATABASE_URL cannot be used, and what to do about it. */
export type ExternalProblem = {
  readonly kind: 'UrlMalformed' | 'NotReachable' | 'TooOld' | 'NotUtf8';
  readonly message: string;
  readonly remedy: string;
};

const VERSION_MIN = 15; // what Debian 12 has; CI runs on it [PLATFORM P-2]
const CONNECT_TIMEOUT_MS = 5_000;

/** Looks at a database that somebody else runs, before anything of ours is started on it. */
export async function checkExternalPostgres(
  databaseUrl: string,
): Promise<Result<ExternalPostgres, ExternalProblem>> {
  const place = parsePlace(databaseUrl);
  if (place === null) {
    return fail({
      kind: 'UrlMalformed',
      message: 'DATABASE_URL is not the address of a PostgreSQL database',
      remedy: 'write it as postgresql://user:password@host:5432/database, or unset it',
    });
  }
  try {
    const [version, encoding] = await ask(databaseUrl);
    return judge(version, encoding, place);
  } catch (error) {
    return fail({
      kind: 'NotReachable',
      message: `The database of DATABASE_URL at ${place} cannot be used: ${messageOf(error)}`,
      remedy: 'start it, correct DATABASE_URL, or unset DATABASE_URL to use the database we bring',
    });
  }
}

function judge(
  version: string,
  encoding: string,
  host: string,
): Result<ExternalPostgres, ExternalProblem> {
  if (Number.parseInt(version, 10) < VERSION_MIN) {
    return fail({
      kind: 'TooOld',
      message: `The database of DATABASE_URL is PostgreSQL ${version}; ${VERSION_MIN} or newer is needed`,
      remedy: `use PostgreSQL ${VERSION_MIN} or newer, or unset DATABASE_URL`,
    });
  }
  if (encoding !== 'UTF8') {
    return fail({
      kind: 'NotUtf8',
      message: `The database of DATABASE_URL is encoded in ${encoding}; UTF8 is needed`,
      remedy: "create one with: create database openspine encoding 'UTF8' template template0",
    });
  }
  return ok({ version, host });
}

async function ask(databaseUrl: string): Promise<readonly [version: string, encoding: string]> {
  const client = new Client({
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
  });
  client.on('error', () => {}); // lost after the answer: not our concern any more
  try {
    await client.connect();
    const { rows } = await client.query<string[]>({
      text: "select current_setting('server_version'), current_setting('server_encoding')",
      rowMode: 'array',
    });
    const [version = '', encoding = ''] = rows[0] ?? [];
    return [version, encoding];
  } finally {
    await client.end();
  }
}

/** Host and port without user and password, which must not get into a message. */
function parsePlace(databaseUrl: string): string | null {
  if (!URL.canParse(databaseUrl)) return null;
  const { protocol, host, searchParams } = new URL(databaseUrl);
  if (protocol !== 'postgres:' && protocol !== 'postgresql:') return null;
  return host || (searchParams.get('host') ?? 'the usual place');
}
