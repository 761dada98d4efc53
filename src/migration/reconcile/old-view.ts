import type { Group } from '../lx1/read-groups.ts';
import type { Row } from '../lx1/tables.ts';

/**
 * What one id is, in the words of the old store: what both sides are brought to, and compared by. Codes, ids in upper
 * case [MIGRATION 6].
 */
export type View = {
  readonly fate: 'live' | 'placeholder' | 'tombstone' | 'apart';
  /** Of each issue: status, items, holder, live claim. */
  readonly issues: readonly (readonly [number, string, string, string, string])[];
  readonly waitsFor: string;
  /** Who had which issue. */
  readonly had: readonly string[];
  readonly pending: number;
  readonly messages: readonly string[];
};

/** Straight from the rows, by nothing that the loader uses. */
export function oldView({ rows }: Group): View {
  const [prescription] = rows.PRESCRIPTION;
  const messages = rows.MESSAGE.map(({ row }) => `${row.MSG_ID} ${row.SHA256}`).toSorted();
  const common = { issues: [], waitsFor: '', had: [], pending: 0, messages };
  const isApart = rows.PRESCRIPTION.length > 1;
  if (isApart) return { ...common, fate: 'apart', messages: [] };
  if (prescription === undefined && rows.TOMBSTONE.length > 0) {
    return {
      ...common,
      fate: 'tombstone',
      messages: rows.MESSAGE.map(({ row }) => row.MSG_ID).toSorted(),
    };
  }
  const pending = rows.CANCELLATION.filter(({ row }) => row.STATE === 'PENDING').length;
  if (prescription === undefined) {
    return pending > 0
      ? { ...common, fate: 'placeholder', pending }
      : { ...common, fate: 'apart', messages: [] };
  }
  const had = rows.RELEASE.map(({ row }) => `${row.ISSUE_NO} ${row.ORG}`);
  return {
    fate: 'live',
    issues: rows.ISSUE.map(({ row }) => issueOf(row, rows)).toSorted(
      ([one], [other]) => one - other,
    ),
    waitsFor: rows.NOM_RELEASE.findLast(({ row }) => row.STATE === 'PENDING')?.row.ORG ?? '',
    had: [...new Set(had)].toSorted(),
    pending,
    messages,
  };
}

function issueOf(row: Row<'ISSUE'>, rows: Group['rows']): View['issues'][number] {
  const items = rows.ITEM.filter(({ row: item }) => item.ISSUE_NO === row.ISSUE_NO)
    .map(({ row: item }) => [Number(item.ITEM_ORDER), item.STATUS] as const)
    .toSorted(([one], [other]) => one - other);
  const statuses = items.map(([, status]) => status).join(' ');
  const claim = row.STATUS === '0008' ? (row.CLAIM_ID ?? '') : '';
  return [Number(row.ISSUE_NO), row.STATUS, statuses, row.DISPENSER_ORG ?? '', claim];
}
