import type { Database } from '../../../platform/database.ts';
import { reconcile } from '../../reconcile/handle.ts';
import {
  CONCERNS,
  equationOf,
  isBalanced,
  type Reconciliation,
} from '../../reconcile/reconciliation.ts';
import { incidentEvents } from '../../record.ts';
import type { Store } from '../../store/repository.ts';
import { sentOf } from '../../subscriptions/record.ts';
import type { Incident } from '../incident.ts';
import { reportOf } from './report.ts';

export type Written = {
  readonly report: string;
  /** Null: the database did not answer, and the report says so. */
  readonly reconciliation: Reconciliation | null;
};

/** Rows of each concern that are kept with a report as data; the report itself says how many there are. */
const ROWS_MAX = 1_000;

/**
 * The report of an incident: its timeline from the events of the status site, and what became of the messages from
 * the record [EXPERIENCE 6.4].
 */
export async function writeReport(
  store: Store,
  incident: Incident,
  { database, now }: { readonly database: Database | null; readonly now: Date },
): Promise<Written> {
  const window = { from: new Date(incident.beganAt), until: new Date(incident.resolvedAt ?? now) };
  const asked = { ...window, site: null, asid: null, most: ROWS_MAX, sent: [] };
  const reconciliation = database === null ? null : await reconcile(database, asked);
  const facts = [
    ...metBy(store, incident, window),
    `Told to subscribers: ${sentOf(store, `incident/${incident.number}`).length} messages.`,
    ...lossesIn(reconciliation),
  ];
  const report = reportOf(incident, incidentEvents(store, incident.number), facts);
  return { report, reconciliation };
}

/** What users met, as both datacentres counted it; nothing where nobody counted. */
function metBy(
  { observed }: Store,
  { cells }: Incident,
  { from, until }: { readonly from: Date; readonly until: Date },
): string[] {
  const minutes = observed
    .minutes(from, until)
    .filter(({ component, datacentre }) =>
      cells.some((cell) => cell.component === component && cell.datacentre === datacentre),
    );
  if (minutes.length === 0) return [];
  const sum = (of: readonly number[]): number => of.reduce((total, one) => total + one, 0);
  const calls = sum(minutes.map((one) => one.calls));
  const failures = sum(minutes.map((one) => one.failures));
  const most = Math.max(...minutes.map(({ organisations }) => organisations));
  return [
    `Of ${calls} requests for what was affected ${failures} failed; up to ${most} organisations asked in a minute.`,
  ];
}

/** A line each: whether anything was lost, by what that is proven, and what sites still have to look at. */
export function lossesIn(found: Reconciliation | null): string[] {
  if (found === null) {
    return ['Not reconciled: the database did not answer. Write the report again when it does.'];
  }
  const lost = isBalanced(found.balance)
    ? 'Nothing that was received was lost.'
    : 'SOMETHING THAT WAS RECEIVED IS NEITHER STORED NOR REJECTED.';
  const left = Object.entries(found.totals).map(
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- totals has concerns alone
    ([concern, total]) => `${CONCERNS[concern as keyof typeof CONCERNS].title}: ${total}`,
  );
  return [lost, ...equationOf(found.balance), ...left];
}
