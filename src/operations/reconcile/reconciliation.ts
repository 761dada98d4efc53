import { csvLines } from '../csv.ts';

/** What a site may have to look at after an incident, and what to do about it [EXPERIENCE 6.6]. */
export const CONCERNS = {
  'never-offered': {
    title: 'Accepted, but in no queue of the nominated pharmacy',
    todo: 'Release it by its id; then report this, as it must never happen.',
  },
  'not-taken': {
    title: 'Offered, but not taken',
    todo: 'Download nominated prescriptions.',
  },
  'not-acknowledged': {
    title: 'Taken, but its answer was not acknowledged',
    todo: 'Ask for the release again under the same message id: the same answer comes again.',
  },
  'nothing-since': {
    title: 'Taken, and nothing heard from the pharmacy since',
    todo: 'Look whether the pharmacy has it; if not, send it back: spine return.',
  },
  returned: {
    title: 'Returned, and not offered again',
    todo: 'Nothing offers it by itself: release it by its id, or nominate a pharmacy.',
  },
  doubled: {
    title: 'Came twice, done once',
    todo: 'Nothing: the second one changed nothing.',
  },
  'claim-without-dispense': {
    title: 'Claimed, but no dispense notification',
    todo: 'Send the dispense notification, then the claim under a new message id.',
  },
  cancellation: {
    title: 'Cancellation asked for, and what became of it',
    todo: 'Tell the prescriber where it was not cancelled.',
  },
  'safe-to-resend': {
    title: 'Refused for a reason that is gone',
    todo: 'Send it again under a new message id.',
  },
  'never-received': {
    title: 'Sent by the site, but not in the record',
    todo: 'Send it again under the same message id: it is done once, however often it comes.',
  },
  unbalanced: {
    title: 'Received, but neither stored nor rejected',
    todo: 'Report it: something was lost. Keep the audit trail: spine audit export.',
  },
} as const satisfies Record<string, { readonly title: string; readonly todo: string }>;

export type Concern = keyof typeof CONCERNS;

/** One thing that one site should look at; no data of patients. */
export type Row = {
  readonly concern: Concern;
  /** ODS code; null where nobody said one. */
  readonly site: string | null;
  readonly asid: string | null;
  /** Short-form id; null of a message that is about none. */
  readonly prescription: string | null;
  readonly messageId: string | null;
  /** Last event, ISO 8601. */
  readonly at: string | null;
  /** What became of it, as the audit trail has it. */
  readonly detail: string | null;
};

/**
 * The messages of a window, counted by the audit trail, which is sealed, and looked for one by one in the record:
 * `stored` with the events that they brought, `rejected` with their refusal and none.
 */
export type Balance = {
  readonly received: number;
  readonly stored: number;
  readonly rejected: number;
  /** Messages that came again: answered as before, and in no other count. */
  readonly again: number;
  /** SHA-256 over the ids of all messages, one a line and sorted, by the audit trail and by the record. */
  readonly proof: { readonly received: string; readonly kept: string };
};

export type Reconciliation = {
  readonly from: string;
  readonly until: string;
  readonly site: string | null;
  readonly asid: string | null;
  readonly balance: Balance;
  /** All there are, also where fewer rows are shown. */
  readonly totals: Readonly<Partial<Record<Concern, number>>>;
  readonly rows: readonly Row[];
};

/** Where the query of the proof stands, for whoever wants to run it again. */
export const PROOF_QUERY = 'balance-1';

export function isBalanced({ received, stored, rejected, proof }: Balance): boolean {
  return received === stored + rejected && proof.received === proof.kept;
}

/** The equation, and by what it is proven [EXPERIENCE 6.6]. */
export function equationOf(balance: Balance): string[] {
  const { received, stored, rejected, again, proof } = balance;
  const sign = received === stored + rejected ? '=' : '≠';
  return [
    `received ${received} ${sign} stored ${stored} + rejected ${rejected}`,
    proof.received === proof.kept
      ? `proof ${PROOF_QUERY}: the ids by the audit trail and by the record have the same SHA-256, ${proof.received}`
      : `not proven by ${PROOF_QUERY}: the ids have SHA-256 ${proof.received} by the audit trail, ${proof.kept} by the record`,
    `came again, and was answered as before: ${again}`,
  ];
}

export function textOf(found: Reconciliation): string {
  const { from, until, site, asid, balance, totals, rows } = found;
  const whose = [site === null ? 'all sites' : `site ${site}`, asid === null ? [] : `ASID ${asid}`];
  const byConcern = Map.groupBy(rows, ({ concern }) => concern);
  return [
    `${from} until ${until}, ${whose.flat().join(', ')}`,
    ...equationOf(balance),
    ...concerns().flatMap((concern) => {
      const { title, todo } = CONCERNS[concern];
      const total = totals[concern] ?? 0;
      const shown = byConcern.get(concern) ?? [];
      if (total === 0) return [`${title}: none`];
      const more = total > shown.length ? [`  and ${total - shown.length} more`] : [];
      return [`${title}: ${total}. ${todo}`, ...shown.map(lineOf), ...more];
    }),
  ].join('\n');
}

function concerns(): Concern[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- they are its keys
  return Object.keys(CONCERNS) as Concern[];
}

function lineOf({ site, prescription, messageId, at, detail }: Row): string {
  const about = prescription ?? messageId ?? '';
  return `  ${(site ?? '-').padEnd(6)}  ${about.padEnd(20)}  ${at?.slice(0, 19) ?? '-'}  ${detail ?? ''}`.trimEnd();
}

const COLUMNS = ['concern', 'site', 'asid', 'prescription', 'messageId', 'at', 'detail'] as const;

/** For one supplier's program, or a spreadsheet; with what to do in the last column. */
export function csvOf({ rows }: Reconciliation): string {
  const lines = rows.map((row) => [
    ...COLUMNS.map((column) => row[column] ?? ''),
    CONCERNS[row.concern].todo,
  ]);
  return csvLines([[...COLUMNS, 'todo'], ...lines]);
}
