import type { Edit } from '../faults/seeded-bugs.ts';

/** A mistake that is put into the loader, and what must find it before messages are taken [MIGRATION 9, MF13]. */
export type LoaderBug = {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** One of the differences that the comparison finds. */
  readonly finds: RegExp;
  /** An automatic download after it is stopped, too: nothing comes again. */
  readonly trips?: true;
};

const QUEUE = 'src/migration/fold/queue-facts.ts';
const FACTS = 'src/migration/fold/facts.ts';
const GROUP = 'src/migration/fold/fold-group.ts';
const LOAD = 'src/migration/load/load.ts';

export const LOADER_BUGS: readonly LoaderBug[] = [
  {
    name: 'what came back is queued for the pharmacy that its order names',
    finds: /waitsFor|M3 is broken/,
    trips: true,
    edits: [
      {
        file: QUEUE,
        find: 'const row = pending.at(-1)?.row ?? null;',
        put: "const named = record.rows.NOM_RELEASE.find((one) => one.row.STATE === 'RETURNED' && one.row.ORG === record.prescription.NOM_ORG)?.row; const isHere = state.issues.some((one) => one.status === 'ToBeDispensed' && String(one.number) === named?.ISSUE_NO); return pending.at(-1)?.row ?? (isHere ? (named ?? null) : null); const row = null;",
      },
    ],
  },
  {
    name: 'a nomination is kept on a return',
    finds: /waitsFor|M3 is broken/,
    trips: true,
    edits: [
      {
        file: QUEUE,
        find: 'left: row === waiting ? null : leftOf(record, row, enteredAt),',
        put: "left: row === waiting || row.STATE === 'RETURNED' ? null : leftOf(record, row, enteredAt),",
      },
    ],
  },
  {
    name: 'events are put in the order of the clocks of their senders',
    finds: /: issues/,
    edits: [
      {
        file: FACTS,
        find: 'return Number(one.HIST_ID) - Number(other.HIST_ID);',
        put: 'return Number(one.EVENT_TS) - Number(other.EVENT_TS);',
      },
    ],
  },
  {
    name: 'tombstones are passed over',
    finds: /: fate/,
    edits: [
      {
        file: GROUP,
        find: 'const tombstone = group.rows.TOMBSTONE[0]?.row;',
        put: 'const tombstone = group.rows.TOMBSTONE[group.rows.TOMBSTONE.length]?.row;',
      },
    ],
  },
  {
    name: 'cancellations that wait are dropped',
    finds: /: pending/,
    edits: [
      {
        file: FACTS,
        find: "? [{ kind: 'CancellationPended', cancellation: cancellationOf(record, row) }]",
        put: '? []',
      },
    ],
  },
  {
    name: 'clocks of London are read as if they showed UTC',
    finds: /: had/,
    edits: [
      {
        file: 'src/migration/fold/record.ts',
        find: "const basis: TimeBasis = this.#bases[column] ?? 'utc';",
        put: "const basis: TimeBasis = column.startsWith('RELEASE') ? 'utc' : (this.#bases[column] ?? 'utc');",
      },
    ],
  },
  {
    name: 'rows that are kept apart are not counted',
    finds: /M7 is broken/,
    edits: [
      {
        file: LOAD,
        find: 'rows[table] = [came + group.rows[table].length, apart + own];',
        put: 'rows[table] = [came + group.rows[table].length, apart + own * 0];',
      },
    ],
  },
  {
    name: 'ids of messages are not loaded',
    finds: /: messages/,
    edits: [
      {
        file: 'src/migration/load/lines.ts',
        find: 'for (const message of messages) {',
        put: 'for (const message of messages.slice(messages.length)) {',
      },
    ],
  },
  {
    name: 'prescriptions of test organisations are live',
    finds: /: fate/,
    edits: [
      {
        file: GROUP,
        find: "const TEST_SITES = new Set(['Z99901', 'Z99902']);",
        put: 'const TEST_SITES = new Set<string>();',
      },
    ],
  },
  {
    name: 'what administrators took back is queued again',
    finds: /waitsFor|M3 is broken/,
    trips: true,
    edits: [
      {
        file: QUEUE,
        find: 'left: row === waiting ? null : leftOf(record, row, enteredAt),',
        put: "left: row === waiting || record.rows.RELEASE.some((one) => one.row.END_KIND === 'ADMIN_RESET' && one.row.ORG === row.ORG) ? null : leftOf(record, row, enteredAt),",
      },
    ],
  },
];
