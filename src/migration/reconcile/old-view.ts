import type { Manifest } from '../lx1/manifest.ts';
import type { Group } from '../lx1/read-groups.ts';
import type { Row } from '../lx1/tables.ts';

/**
 * What one id is, in the words of the old store: what both sides are brought to, and compared by. Codes, ids in upper
 * case [MIGRATION 6].
 */
export type View = {
  readonly fate: 'live' | 'placeholder' | 'tombstone' | 'apart';
  /** Of what is live: treatment, who prescribed it, and when: `YYYYMMDDHHMMSS` in UTC. */
  readonly about: readonly [string, string, string];
  /** Of each issue: status, items, holder, live claim. */
  readonly issues: readonly (readonly [number, string, string, string, string])[];
  readonly waitsFor: string;
  /** Who had which issue, and when first: `YYYYMMDDHHMMSS` in UTC. */
  readonly had: readonly string[];
  readonly pending: number;
  readonly messages: readonly string[];
};

/** Straight from the rows, by nothing that the loader uses. */
export function oldView({ rows }: Group, timeBasis: Manifest['timeBasis'] = {}): View {
  const [prescription] = rows.PRESCRIPTION;
  const messages = rows.MESSAGE.map(({ row }) => `${row.MSG_ID} ${row.SHA256}`).toSorted();
  const common = { about: NOTHING, issues: [], waitsFor: '', had: [], pending: 0, messages };
  const isTest = TEST_SITES.includes(prescription?.row.PRESCRIBER_ORG.trim().toUpperCase() ?? '');
  if (rows.PRESCRIPTION.length > 1 || isTest) return { ...common, fate: 'apart', messages: [] };
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
  const had = new Map<string, string>();
  for (const { row } of rows.RELEASE) {
    const place = `${row.ISSUE_NO} ${row.ORG}`;
    if (!had.has(place)) had.set(place, utcIn(timeBasis, 'RELEASE.REL_TS', row.REL_TS));
  }
  const { TREATMENT: treatment, PRESCRIBER_ORG: prescriber, PRESC_TS: time } = prescription.row;
  return {
    fate: 'live',
    about: [
      treatment,
      prescriber.trim().toUpperCase(),
      utcIn(timeBasis, 'PRESCRIPTION.PRESC_TS', time),
    ],
    issues: rows.ISSUE.map(({ row }) => issueOf(row, rows)).toSorted(
      ([one], [other]) => one - other,
    ),
    waitsFor: rows.NOM_RELEASE.findLast(({ row }) => row.STATE === 'PENDING')?.row.ORG ?? '',
    had: [...had].map(([place, time]) => `${place} ${time}`).toSorted(),
    pending,
    messages,
  };
}

export const NOTHING: View['about'] = ['', '', ''];

/** By the column's basis, which is UTC where nothing is said. */
function utcIn(timeBasis: Manifest['timeBasis'], column: string, stamp: string): string {
  return timeBasis[column] === 'london-local' ? utcOf(stamp) : stamp;
}

/** Whose prescriptions are tests, and are kept apart [MIGRATION 4, D25]. */
const TEST_SITES = ['Z99901', 'Z99902'];

/** The state of each issue by the last step that the history has of it: `1 0002`. */
export function lastSteps({ rows }: Group): string[] {
  const last = new Map<number, { readonly number: number; readonly status: string }>();
  for (const { row } of rows.STATUS_HIST) {
    if (row.ITEM_ORDER !== null) continue;
    const [issue, number] = [Number(row.ISSUE_NO ?? 1), Number(row.HIST_ID)];
    if (number >= (last.get(issue)?.number ?? 0))
      last.set(issue, { number, status: row.TO_STATUS });
  }
  return [...last].map(([issue, { status }]) => `${issue} ${status}`).toSorted();
}

const LONDON = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'Europe/London',
  hour: '2-digit',
  hourCycle: 'h23',
});
const HOUR_MS = 3_600_000;

/** The same moment in UTC, `YYYYMMDDHHMMSS`: an hour earlier where a clock in London shows the hour then. */
function utcOf(stamp: string): string {
  const [, date, hour, rest] = /^(\d{8})(\d\d)(\d{4})$/.exec(stamp) ?? [];
  if (date === undefined || rest === undefined) return stamp;
  const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
  const asUtc = Date.parse(`${day}T${hour}:${rest.slice(0, 2)}:${rest.slice(2)}Z`);
  if (Number.isNaN(asUtc)) return stamp;
  const isSummer = LONDON.format(new Date(asUtc - HOUR_MS)) === hour;
  const utc = new Date(isSummer ? asUtc - HOUR_MS : asUtc);
  return utc.toISOString().replaceAll(/[-T:]/g, '').slice(0, 14);
}

function issueOf(row: Row<'ISSUE'>, rows: Group['rows']): View['issues'][number] {
  const items = rows.ITEM.filter(({ row: item }) => item.ISSUE_NO === row.ISSUE_NO)
    .map(({ row: item }) => [Number(item.ITEM_ORDER), item.STATUS] as const)
    .toSorted(([one], [other]) => one - other);
  const statuses = items.map(([, status]) => status).join(' ');
  const claim = row.STATUS === '0008' ? (row.CLAIM_ID ?? '') : '';
  return [Number(row.ISSUE_NO), row.STATUS, statuses, row.DISPENSER_ORG ?? '', claim];
}
