import { totalmem } from 'node:os';

export type ServerSettings = Readonly<Record<string, string>>;

const MIB = 1024 * 1024;
const BUFFERS_MAX_MIB = 128; // each connection maps each page of them once, which costs more than asking the kernel again; a live database is the distribution's [PLATFORM P-2]
const BUFFERS_MIN_MIB = 64;

/** [PLATFORM 1.3]. Time limits of statements and locks belong to the role and are set by the application. */
export function serverSettings(port: number, more: ServerSettings): ServerSettings {
  return {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // No socket file at all: one in a shared folder collides with the same port of another network
    // namespace, and one in the data folder fails when the path is longer than 107 bytes.
    unix_socket_directories: '',
    fsync: 'on',
    full_page_writes: 'on',
    synchronous_commit: 'on',
    shared_buffers: `${buffersMib(totalmem())}MB`,
    max_connections: '100',
    max_slot_wal_keep_size: '8GB', // a backup that nobody follows any more fills no disk
    max_wal_size: '2GB', // 8 GB for a live database; here the disk is a laptop's
    // Else each new 16 MB of log is written twice, and all commits wait while it is: 50-150 ms, every 2 s under load.
    wal_init_zero: 'off',
    deadlock_timeout: '50ms', // all who write wait meanwhile; a lock is held for the time of a commit
    checkpoint_timeout: '15min',
    log_checkpoints: 'off',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '',
    // Our words and what ends a session, but no failed statement: its values may be a patient's.
    log_min_messages: 'log',
    log_error_verbosity: 'terse',
    shared_preload_libraries: 'pg_stat_statements',
    ...more,
  };
}

/** A quarter of the memory, within limits. */
export function buffersMib(memoryBytes: number): number {
  const quarter = Math.floor(memoryBytes / 4 / MIB);
  return Math.min(BUFFERS_MAX_MIB, Math.max(BUFFERS_MIN_MIB, quarter));
}

/**
 * C.UTF-8 of PostgreSQL itself, so that the order of an index depends on no machine's locales; the
 * messages are English, which is how the ready line is recognised [PLATFORM 1.1].
 */
export const INITDB_FLAGS: readonly string[] = [
  '--encoding=UTF8',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--locale=C',
  '--auth=scram-sha-256',
  '--data-checksums',
];
