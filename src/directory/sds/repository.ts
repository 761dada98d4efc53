import { type Result, fail, ok } from '../../kernel/result.ts';
import type { Database } from '../../platform/database.ts';
import { type Sql, sql } from '../../platform/sql.ts';
import { ASID, type AccreditedSystem, type MessageHandler, PARTY_KEY } from '../endpoints/index.ts';
import { findHandlers, findSystems } from '../endpoints/repository.ts';
import { ODS_CODE } from '../organisation.ts';
import type { Ask } from './ask.ts';

/** Null: what the directory holds is no such record. */
export async function systemsFor(
  database: Database,
  { organisation, interaction, partyKey, manufacturer }: Ask,
): Promise<Result<AccreditedSystem[], 'Nonsense'>> {
  // Values compare without regard to case, as those of the national directory do [SDS 1.4].
  const found = await findSystems(
    database,
    sql`${optional(organisation, sql`ods`)} and ${optional(partyKey, sql`party_key`)}
      and ${optional(manufacturer, sql`manufacturer_ods`)}
      and lower(${interaction ?? ''}) in (select lower(one) from unnest(interactions) as one)`,
  );
  return found.every(({ asid, ods, partyKey: key }) => isRecord(ods, key) && ASID.test(asid))
    ? ok(found)
    : fail('Nonsense');
}

export async function handlersFor(
  database: Database,
  { organisation, interaction, partyKey }: Ask,
): Promise<Result<MessageHandler[], 'Nonsense'>> {
  const ofInteraction =
    interaction === null ? sql`true` : sql`lower(interaction) = lower(${interaction})`;
  const found = await findHandlers(
    database,
    sql`${optional(organisation, sql`ods`)} and ${optional(partyKey, sql`party_key`)} and ${ofInteraction}`,
  );
  return found.every(({ ods, partyKey: key }) => isRecord(ods, key)) ? ok(found) : fail('Nonsense');
}

/** Codes and keys are kept in capitals. */
function optional(value: string | null, column: Sql): Sql {
  return value === null ? sql`true` : sql`${column} = upper(${value})`;
}

function isRecord(ods: string, partyKey: string): boolean {
  return ODS_CODE.test(ods) && PARTY_KEY.test(partyKey);
}
