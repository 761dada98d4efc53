import { join } from 'node:path';

import { FOLLOW_SLOT } from '../backup/follow.ts';
import { addressOf, type Layout, type Site, SITES, ZONES } from './layout.ts';

/** Of the three accounts that PostgreSQL's nodes know each other by. */
export type Passwords = {
  readonly superuser: string;
  readonly replication: string;
  readonly rewind: string;
};

/** `[3, 0, 2]`. */
export type Version = readonly [number, number, number];

export const SUPERUSER = 'openspine';
export const REPLICATOR = 'replicator';
export const REWINDER = 'rewinder';

/** The configuration of one node as Patroni reads it: JSON, which is YAML too. Holds the passwords. */
export function patroniConfiguration(
  layout: Layout,
  site: Site,
  {
    passwords,
    programs,
    version,
  }: {
    readonly passwords: Passwords;
    /** Folder of PostgreSQL's programs. */
    readonly programs: string;
    readonly version: Version;
  },
): object {
  const folder = join(layout.folder, site);
  const { host } = layout.places[site];
  const { postgres, patroni } = layout.ports[site];
  const hosts = ZONES.map((zone) => addressOf(layout, zone, 'etcdClient'));
  return {
    scope: 'openspine',
    name: site,
    restapi: { listen: `${host}:${patroni}`, connect_address: `${host}:${patroni}` },
    [lockStore(version)]: { hosts },
    bootstrap: { dcs: shared(version), initdb: INITDB, pg_hba: admitted(layout) },
    postgresql: {
      listen: `${host}:${postgres}`,
      connect_address: `${host}:${postgres}`,
      data_dir: join(folder, 'postgres'),
      bin_dir: programs,
      pgpass: join(folder, 'pgpass'),
      pg_hba: admitted(layout),
      authentication: {
        superuser: { username: SUPERUSER, password: passwords.superuser },
        replication: { username: REPLICATOR, password: passwords.replication },
        rewind: { username: REWINDER, password: passwords.rewind },
      },
      remove_data_directory_on_rewind_failure: true,
      remove_data_directory_on_diverged_timelines: true,
      basebackup: { checkpoint: 'fast' }, // else a copy begins when the checkpoint of the primary is over: minutes
      parameters: { unix_socket_directories: '' },
    },
  };
}

/** With the newer protocol of the lock store Patroni 3.0.2 has lost acknowledged writes [PLATFORM H-1]. */
function lockStore(version: Version): 'etcd' | 'etcd3' {
  return isBefore(version, [3, 0, 3]) ? 'etcd' : 'etcd3';
}

function isBefore(version: Version, other: Version): boolean {
  const [at] = [0, 1, 2].filter((part) => version[part] !== other[part]);
  return at !== undefined && (version[at] ?? 0) < (other[at] ?? 0);
}

/** The shortest times that each line of Patroni accepts and that lost nothing [PLATFORM 4.1, 4.2]. */
function shared(version: Version): object {
  const start = isBefore(version, [3, 0, 0]) ? 'master_start_timeout' : 'primary_start_timeout';
  return {
    ttl: isBefore(version, [3, 2, 0]) ? 7 : 20,
    loop_wait: 1,
    retry_timeout: 3,
    synchronous_mode: true,
    synchronous_mode_strict: false, // with one node a site, losing either would stop writes
    failsafe_mode: true,
    [start]: 0,
    check_timeline: true,
    maximum_lag_on_failover: 1_048_576,
    ignore_slots: [{ name: FOLLOW_SLOT, type: 'physical' }], // the log that spine backup --follow has yet to copy
    // Kept while the other site is away: what it missed is there when it comes back.
    slots: Object.fromEntries(SITES.map((site) => [site, { type: 'physical' }])),
    postgresql: { use_pg_rewind: true, use_slots: true, parameters: PARAMETERS },
  };
}

const PARAMETERS = {
  wal_sender_timeout: '3s',
  wal_receiver_timeout: '3s',
  wal_receiver_status_interval: '1s',
  wal_retrieve_retry_interval: '500ms',
  // More than max_wal_size: a primary that was lost starts again from its last checkpoint, and pg_rewind leaves it
  // only the log that the new primary has.
  wal_keep_size: '3GB',
  max_slot_wal_keep_size: '8GB', // a backup that nobody follows, or a site that stays away, fills no disk
  wal_log_hints: 'on',
  wal_init_zero: 'off',
  deadlock_timeout: '50ms', // all who write wait meanwhile; a lock is held for the time of a commit
  max_connections: 100,
  max_wal_size: '2GB',
  checkpoint_timeout: '15min',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // What a failed statement was about may be a patient.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  tcp_keepalives_idle: 2,
  tcp_keepalives_interval: 1,
  tcp_keepalives_count: 3,
  tcp_user_timeout: 3_000,
};

const INITDB = [{ encoding: 'UTF8' }, { locale: 'C.UTF-8' }, 'data-checksums'];

/** Also from the machine itself: without that line a standby is never promoted [PLATFORM 4.2]. */
function admitted({ places }: Layout): string[] {
  const hosts = new Set(['127.0.0.1', ...SITES.map((site) => places[site].host)]);
  return [
    ...[...hosts].map((host) => `host replication ${REPLICATOR} ${host}/32 scram-sha-256`),
    'host all all 0.0.0.0/0 scram-sha-256',
  ];
}
