import { onOneConnection } from './one-connection.ts';

/** How the pages of a server's databases are, as it knows itself. */
export type PageLook = {
  /** Its address and port. */
  readonly server: string;
  readonly isStandby: boolean;
  /** It keeps checksums: else a damaged page is read like any other. */
  readonly isChecked: boolean;
  /** Pages that it refused to read, since its statistics began: a crash begins them again. */
  readonly failures: number;
};

const LOOK = `select coalesce(host(inet_server_addr()) || ':' || inet_server_port(), 'here') as server,
  pg_is_in_recovery() as "isStandby", current_setting('data_checksums') = 'on' as "isChecked",
  (select coalesce(sum(checksum_failures), 0) from pg_stat_database)::float8 as failures`;

/** Asked on a connection of its own, which may lead to a standby; null: nobody answers. */
export async function pageFailuresAt(connectionString: string): Promise<PageLook | null> {
  try {
    return await onOneConnection(connectionString, async (client) => {
      const { rows } = await client.query<PageLook>(LOOK);
      return rows[0] ?? null;
    });
  } catch {
    return null;
  }
}
