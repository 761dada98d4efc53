import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

import { Trouble } from '../trouble.ts';
import type { Version } from './patroni.ts';

/** Where the programs of two datacentres are on this machine. */
export type Programs = {
  readonly etcd: string;
  readonly patroni: string;
  readonly haproxy: string;
  /** Folder of PostgreSQL's own, the newest that is there. */
  readonly postgres: string;
  readonly patroniVersion: Version;
};

const PACKAGES = 'apt-get install patroni python3-etcd etcd-server haproxy postgresql';
const DEBIAN_VERSIONS = '/usr/lib/postgresql';
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The distribution's programs: the PostgreSQL that npm installs cannot be replicated [PLATFORM 1.1, P-2]. */
export function findPrograms(): Programs {
  const [etcd, patroni, haproxy] = ['etcd', 'patroni', 'haproxy'].map(find);
  const postgres = newestPostgres();
  const missing = Object.entries({ etcd, patroni, haproxy, postgresql: postgres }).flatMap(
    ([name, path]) => (path === null ? [name] : []),
  );
  if (!etcd || !patroni || !haproxy || postgres === null) {
    throw new Trouble(
      `Two databases need programs that are not here: ${missing.join(', ')}`,
      PACKAGES,
    );
  }
  return { etcd, patroni, haproxy, postgres, patroniVersion: versionOf(patroni) };
}

function find(name: string): string | null {
  const folder = PATH.split(':').find((one) => existsSync(join(one, name)));
  return folder === undefined ? null : join(folder, name);
}

/** Folder of the distribution's PostgreSQL of a version; null when it is not here. */
export function postgresOf(major: number): string | null {
  const folder = join(DEBIAN_VERSIONS, String(major), 'bin');
  return existsSync(join(folder, 'postgres')) ? folder : null;
}

function newestPostgres(): string | null {
  if (!existsSync(DEBIAN_VERSIONS)) return null;
  const [newest] = readdirSync(DEBIAN_VERSIONS)
    .map(Number)
    .filter((version) => postgresOf(version) !== null)
    .toSorted((one, other) => other - one);
  return newest === undefined ? null : postgresOf(newest);
}

/** From `patroni 3.0.2`. */
function versionOf(patroni: string): Version {
  const { stdout } = spawnSync(patroni, ['--version'], { encoding: 'utf8', env: { PATH } });
  const [, major, minor, patch] = /(\d+)\.(\d+)\.(\d+)/.exec(stdout ?? '') ?? [];
  if (major === undefined) throw new Trouble(`${patroni} does not say its version`, PACKAGES);
  return [Number(major), Number(minor), Number(patch)];
}
