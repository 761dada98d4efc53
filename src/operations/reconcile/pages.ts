import { londonDate } from '../../kernel/london.ts';
import {
  type Download,
  type FieldError,
  type PageRequest,
  problemOf,
  timeOf,
  type View,
} from '../../pages/index.ts';
import type { Database } from '../../platform/database.ts';
import { instantIn, localTime } from '../london-fields.ts';
import { type Asked, reconcile } from './handle.ts';
import { CONCERNS, csvOf, equationOf, isBalanced, type Reconciliation } from './reconciliation.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** A page has the database look at so much at once; `spine reconcile` takes any time. */
const WINDOW_MAX_HOURS = 24;
const ROWS_MAX = 50;
const EXPORT_MAX = 10_000;

/** After an incident: the balance of a time, and what each site should look at [EXPERIENCE 6.6]. */
export async function reconciliationPage(
  database: Database,
  { query }: PageRequest,
): Promise<View> {
  const typed = typedIn(query);
  const common = { view: 'operations/reconciliation.njk', title: 'Reconciliation' };
  const asked = askedOf(typed, ROWS_MAX);
  if (asked.errors.length > 0) return { ...common, errors: asked.errors, model: { typed } };
  const found = await reconcile(database, asked.value);
  return { ...common, model: { typed, found: shown(found), csv: csvAddress(typed) } };
}

/** The rows for a spreadsheet, under the same words; there are none for words that the page refuses. */
export async function reconciliationRows(
  database: Database,
  { query, requestId }: PageRequest,
): Promise<Download | View> {
  const asked = askedOf(typedIn(query), EXPORT_MAX);
  if (asked.errors.length > 0) return problemOf({ kind: 'NotFound' }, requestId);
  const download = csvOf(await reconcile(database, asked.value));
  return { download, mediaType: 'text/csv; charset=utf-8', name: 'reconciliation.csv' };
}

type Typed = Readonly<Record<'since' | 'until' | 'site' | 'asid', string>>;

function typedIn(query: PageRequest['query']): Typed {
  const now = new Date();
  return {
    since: query('since') || localTime(new Date(now.getTime() - HOUR_MS)),
    until: query('until') || localTime(new Date(now.getTime() + MINUTE_MS)), // this minute too
    site: query('site').trim().toUpperCase(),
    asid: query('asid').trim(),
  };
}

type Read = { readonly value: Asked; readonly errors: readonly FieldError[] };

function askedOf({ since, until, site, asid }: Typed, most: number): Read {
  const [from, end] = [instantIn(since), instantIn(until)];
  const errors: FieldError[] = [];
  if (from === null) errors.push({ field: 'since', text: 'Enter a date and a time in London' });
  if (end === null) errors.push({ field: 'until', text: 'Enter a date and a time in London' });
  const lengthMs = from === null || end === null ? HOUR_MS : end.getTime() - from.getTime();
  if (lengthMs <= 0) errors.push({ field: 'until', text: 'The end must come after the beginning' });
  if (lengthMs > WINDOW_MAX_HOURS * HOUR_MS) {
    const text = `At most ${WINDOW_MAX_HOURS} hours at once; spine reconcile takes any time`;
    errors.push({ field: 'until', text });
  }
  const value = {
    from: from ?? new Date(0),
    until: end ?? new Date(0),
    site: site || null,
    asid: asid || null,
    most,
    sent: [],
  };
  return { value, errors };
}

function shown({ balance, totals, rows }: Reconciliation) {
  const [equation = '', ...proof] = equationOf(balance);
  return {
    isBalanced: isBalanced(balance),
    equation,
    proof,
    concerns: Object.entries(CONCERNS).flatMap(([concern, { title, todo }]) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- they are its keys
      const total = totals[concern as keyof typeof CONCERNS] ?? 0;
      const own = rows.filter((row) => row.concern === concern);
      const list = own.map((row) => ({ ...row, at: row.at === null ? '' : whenOf(row.at) }));
      return total === 0 ? [] : [{ id: concern, title, todo, total, rows: list }];
    }),
  };
}

function whenOf(at: string): string {
  const when = new Date(at);
  return `${londonDate(when)} ${timeOf(when)}`;
}

function csvAddress(typed: Typed): string {
  return `/ops/reconciliation/rows?${new URLSearchParams(typed).toString()}`;
}
