import { findOrganisations } from '../../directory/index.ts';
import type { Uuid } from '../../kernel/uuid.ts';
import type { Database } from '../../platform/database.ts';
import { shortForm } from '../../prescriptions/index.ts';
import { PROBE_ORGANISATIONS } from '../probe-organisations.ts';
import type { Reconciliation, Row } from './reconciliation.ts';
import { balanceOf, concernsIn, type Found, knownOf, type Window } from './repository.ts';

export type Asked = Omit<Window, 'without'> & {
  /** Rows of each concern. */
  readonly most: number;
  /** Ids of messages that a site says it sent; empty: it says none. */
  readonly sent: readonly Uuid[];
  /** The synthetic journeys too, which are left out else. */
  readonly withProbes?: boolean;
};

/** What became of the messages of a window, read from the record and nothing else [EXPERIENCE 6.6]. */
export async function reconcile(database: Database, asked: Asked): Promise<Reconciliation> {
  const { from, until, site, asid, most, sent, withProbes = false } = asked;
  const without = withProbes ? [] : await probesIn(database);
  const window = { from, until, site, asid, without };
  const balance = await balanceOf(database, window);
  const found = await concernsIn(database, window, most);
  const missing = await missingOf(database, asked, sent);
  const totals = Object.fromEntries(found.map(({ concern, total }) => [concern, total]));
  return {
    from: from.toISOString(),
    until: until.toISOString(),
    site,
    asid,
    balance,
    totals: { ...totals, ...(sent.length === 0 ? {} : { 'never-received': missing.length }) },
    rows: [...found.map(rowOf), ...missing.slice(0, most)],
  };
}

/** Those that are here: a live installation has none, and there the codes may be anybody's. */
export async function probesIn(database: Database): Promise<string[]> {
  const found = await findOrganisations(database, Object.values(PROBE_ORGANISATIONS));
  return found.flatMap(({ ods, name }) => (name.endsWith('(SYNTHETIC)') ? [ods] : []));
}

function rowOf({ concern, site, asid, prescription, messageId, at, detail }: Found): Row {
  return {
    concern,
    site,
    asid,
    prescription: prescription === null ? null : shortForm(prescription),
    messageId,
    at: at?.toISOString() ?? null,
    detail,
  };
}

async function missingOf(
  database: Database,
  { site, asid }: Pick<Asked, 'site' | 'asid'>,
  sent: readonly Uuid[],
): Promise<Row[]> {
  if (sent.length === 0) return [];
  const known = await knownOf(database, sent);
  const missing = [...new Set(sent)].filter((id) => !known.has(id));
  const nothing = { prescription: null, at: null, detail: null };
  return missing.map((messageId) => ({
    concern: 'never-received',
    site,
    asid,
    messageId,
    ...nothing,
  }));
}
