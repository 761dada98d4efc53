import { type BesideTable, BESIDE } from '../lx1/tables.ts';
import type { BesideTruth } from './beside.ts';
import { guidOf } from './dice.ts';
import { keyJson, rowJson } from './feed.ts';
import type { Told } from './feed-file.ts';
import { daysLater } from './legacy-time.ts';
import type { LegacyRow } from './life-rows.ts';

export type BesideTables = Record<BesideTable, LegacyRow[]>;

/** What goes on after the export with the n-th person, by turns; changes the rows and the truth. */
type Turn = (rows: BesideTables, truth: BesideTruth, about: About) => void;

/** A person by the number in both, the moment of what goes on, and the last day before it: `YYYYMMDDHHMMSS`, `YYYYMMDD`. */
type About = { readonly n: number; readonly at: string; readonly eve: string };

/** So many of the first persons. */
const PEOPLE_MOST = 100;

const TURNS: readonly Turn[] = [
  /** To another pharmacy. */
  (rows, truth, { n, at }) => {
    const one = truth.nominations[n];
    if (one === undefined) return;
    for (const row of rows.NOMINATION) {
      if (row['NHS_NO'] === one.patient && row['TO_TS'] == null) row['TO_TS'] = at;
    }
    rows.NOMINATION.push({ NHS_NO: one.patient, TYPE: 'P1', FROM_TS: at, ORG: 'F0000' });
    one.dispensers.push('F0000');
    one.now = 'F0000';
  },
  /** The role is over, and the card is taken away. */
  (rows, truth, { n, at, eve }) => {
    const [role, card] = [truth.roles[n], truth.cards[n]];
    if (role === undefined || card === undefined) return;
    const row = rows.USER_ROLE[n];
    if (row !== undefined && role.lastDay === null) {
      row['VALID_TO'] = eve;
      role.lastDay = eve;
    }
    Object.assign(rows.CARD[n] ?? {}, { STATE: 'REVOKED', CHANGED_TS: at });
    Object.assign(rows.CERT_STATUS[n] ?? {}, { STATE: 'REVOKED', REASON: '4', TIME: at });
    card.isWithdrawn = true;
  },
  /** What was not delivered is; who is at work begins another session, and asks. */
  (rows, truth, { n, at }) => {
    const gone = rows.OUTBOX.shift();
    const place = truth.undelivered.indexOf(gone?.['MSG_ID'] ?? '');
    if (place !== -1) truth.undelivered.splice(place, 1);
    const session = guidOf('session after', n);
    const old = rows.SESSION[n] ?? {};
    rows.SESSION[n] = { ...old, SESSION_ID: session, STARTED_TS: at };
    truth.sessions.push(session);
    Object.assign(rows.SITE_STATE[n] ?? {}, { LAST_POLL_TS: at });
  },
  /** Nobody is nominated any more. */
  (rows, truth, { n, at }) => {
    const one = truth.nominations[n];
    if (one === undefined) return;
    for (const row of rows.NOMINATION) {
      if (row['NHS_NO'] === one.patient && row['TO_TS'] == null) row['TO_TS'] = at;
    }
    one.now = null;
  },
  /** The role, the card and its certificate are struck out. */
  (rows, truth, { n, eve }) => {
    const [role, card] = [truth.roles[n], truth.cards[n]];
    if (role === undefined || card === undefined) return;
    const serial = rows.CARD[n]?.['CARD_SERIAL'];
    rows.USER_ROLE = rows.USER_ROLE.map((row, at) => (at === n ? GONE : row));
    rows.CARD = rows.CARD.map((row, at) => (at === n ? GONE : row));
    rows.CERT_STATUS = rows.CERT_STATUS.map((row) => (row['CARD_SERIAL'] === serial ? GONE : row));
    role.lastDay ??= eve;
    card.isWithdrawn = true;
  },
];

/** In the place of a row that is gone, so that the others keep theirs. */
const GONE: LegacyRow = {};

/** Lets something go on with each person; answers a transaction for each, in their order. */
export function goOnBeside(
  rows: BesideTables,
  truth: BesideTruth,
  { people, at }: { readonly people: number; readonly at: string },
): Told[][] {
  const eve = daysLater(at.slice(0, 8), -1);
  return Array.from({ length: Math.min(people, PEOPLE_MOST) }, (_, n) => {
    const before = byKey(rows);
    TURNS[n % TURNS.length]?.(rows, truth, { n, at, eve });
    const after = byKey(rows);
    return [...new Set([...before.keys(), ...after.keys()])].flatMap((place): Told[] => {
      const [was, is] = [before.get(place) ?? null, after.get(place) ?? null];
      const key = place.slice(place.indexOf(' ') + 1);
      const table = place.slice(0, place.indexOf(' '));
      return was === is ? [] : [{ table, key, before: was, after: is }];
    });
  });
}

function byKey(rows: BesideTables): Map<string, string> {
  const all = BESIDE.flatMap((table) =>
    rows[table]
      .filter((row) => row !== GONE)
      .map((row) => [`${table} ${keyJson(table, row)}`, rowJson(table, row)] as const),
  );
  return new Map(all);
}
