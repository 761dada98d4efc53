import { DatabaseUnavailable } from '../../platform/database.ts';
import { type Sql, sql } from '../../platform/sql.ts';
import type { OdsCode } from '../ods-code.ts';
import { type Opening, partOf } from './opening.ts';

/** A message came, or something fell due, before this Spine takes any: it is to be sent again [MIGRATION 8]. */
export class NotTakenYet extends DatabaseUnavailable {
  constructor() {
    super('prescriptions are moved to this Spine, and it takes no messages yet');
  }
}

/** Of the whole store, within the statement that would change something: so nobody is too late to see it. */
export const IS_CLOSED: Sql = sql`exists (select from prescriptions.opening where not takes_messages)`;

/** Whether what falls due must wait. */
export const IS_DUE_LATER: Sql = sql`exists (select from prescriptions.opening where not does_due)`;

/** Whether automatic downloads are not open yet to an organisation. */
export function isDownloadLater(organisation: OdsCode): Sql {
  return sql`exists (select from prescriptions.opening where downloads <= ${partOf(organisation)}::smallint)`;
}

/** Opens or closes it; one who is in the middle of a change ends it first. */
export function openTo({ takesMessages, downloads, doesDue }: Opening): Sql {
  return sql`
    insert into prescriptions.opening (takes_messages, downloads, does_due)
    values (${takesMessages}, ${downloads}, ${doesDue})
    on conflict (singleton) do update set takes_messages = excluded.takes_messages,
      downloads = excluded.downloads, does_due = excluded.does_due`;
}
