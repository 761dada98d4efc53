import type { Database } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import { prescriptionKey } from '../prescription-id.ts';
import type { ListKey, ListStore, StoredList } from './fetch-lists.ts';
import { FINDINGS, type SignatureCheck } from './finding.ts';

/** Revocation lists in the database: what one process has fetched, each of them knows. */
export function listStore(database: Database): ListStore {
  return {
    all: () =>
      database.all<StoredList>(sql`
        select authority, uri, wanted_at as "wantedAt", fetched_at as "fetchedAt"
        from prescriptions.revocation_list`),
    bytesOf: async ({ authority, uri }) => {
      const [row] = await database.all<{ list: Buffer | null }>(sql`
        select list from prescriptions.revocation_list where authority = ${authority} and uri = ${uri}`);
      return row?.list ?? null;
    },
    want: ({ authority, uri }, at) => want(database, { authority, uri }, at),
    keep: async ({ authority, uri }, bytes, at) => {
      await database.all(sql`
        insert into prescriptions.revocation_list as l (authority, uri, wanted_at, list, fetched_at)
        values (${authority}, ${uri}, ${at}, ${bytes}, ${at})
        on conflict (authority, uri) do update set list = excluded.list, fetched_at = excluded.fetched_at`);
    },
  };
}

async function want(database: Database, { authority, uri }: ListKey, at: Date): Promise<Date> {
  const [row] = await database.all<{ wantedAt: Date }>(sql`
    insert into prescriptions.revocation_list as l (authority, uri, wanted_at)
    values (${authority}, ${uri}, ${at})
    on conflict (authority, uri) do update set wanted_at = least(l.wanted_at, excluded.wanted_at)
    returning wanted_at as "wantedAt"`);
  return row?.wantedAt ?? at;
}

/** What was found when an order came, with its texts. */
export type RecordedSignature = {
  readonly prescription: string;
  /** None: the signature is good. */
  readonly findings: readonly string[];
  /** Revocation lists that were not to be had, and were done without for the grace time. */
  readonly unlisted: readonly string[];
};

/** Of these prescriptions, by their ids as people write them; orders of older versions do not say. */
export async function recordedSignatures(
  database: Database,
  shortForms: readonly string[],
): Promise<RecordedSignature[]> {
  const byKey = new Map(shortForms.map((text) => [String(prescriptionKey(text)), text]));
  const rows = await database.all<{ id: string; signature: SignatureCheck }>(sql`
    select prescription_id as id, data -> 'signature' as signature
    from prescriptions.event
    where prescription_id = any(${[...byKey.keys()]}) and kind = 'Created'
      and data -> 'signature' is not null
    order by prescription_id`);
  return rows.map(({ id, signature: { findings, unlisted } }) => ({
    prescription: byKey.get(id) ?? id,
    findings: findings.map((finding) => FINDINGS[finding]),
    unlisted,
  }));
}
