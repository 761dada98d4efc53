/** Words of a file of the program, and what a test build has in their place. */
export type Edit = { readonly file: string; readonly find: string; readonly put: string };

/** A bug that the faults must find, under its number in the list of the specification [RELIABILITY 5]. */
export type SeededBug = {
  readonly number: string;
  readonly what: string;
  /** Of the datacentres, or of the client. */
  readonly edits: readonly Edit[];
  readonly isOfClient?: true;
  /** Faults that bring it to light; none: messages that come at the same time do. */
  readonly faults: readonly string[];
  /** The file of tests that fail with it, where no client of the faults comes by. */
  readonly tests?: string;
};

const RECORD = 'src/prescriptions/record.ts';
const LINE = 'src/platform/database/line.ts';

/** Those of the list that faults, races and repeats show; mutants.ts of test/nothing-lost and bugs-of-tests.ts have the others. */
export const SEEDED_BUGS: readonly SeededBug[] = [
  {
    number: 'B1',
    what: 'nothing keeps two messages from changing a prescription at once',
    faults: [],
    edits: [
      {
        file: RECORD,
        find: 'where p.prescription_id = v.id and p.version = v.was and not',
        put: 'where p.prescription_id = v.id and not',
      },
      {
        file: RECORD,
        find: 'as v(id, number, kind, data, hash) join head on prescription_id = v.id`;',
        put: 'as v(id, number, kind, data, hash) join head on prescription_id = v.id on conflict do nothing`;',
      },
    ],
  },
  {
    number: 'B2',
    what: 'the answer leaves before the commit',
    faults: ['F1', 'F2'],
    edits: [
      {
        file: LINE,
        find: 'const ended = await this.#ask(open, [[BEGIN, ...fence, ...statements], [COMMIT]], isDone);',
        put: "const isEarly = globalThis.isServing(); const before = this.late; const turn = Promise.withResolvers(); if (isEarly) this.late = turn.promise; await before; const ended = await this.#ask(open, [[BEGIN, ...fence, ...statements], ...(isEarly ? [] : [[COMMIT]])]).catch((error) => { turn.resolve(); throw error; }); if (isEarly) { ended.push({ status: 'fulfilled', value: { command: 'COMMIT' } }); setTimeout(() => this.#ask(open, [[COMMIT]]).then(turn.resolve, turn.resolve), 10); }",
      },
    ],
  },
  {
    number: 'B3',
    what: 'the id of a message is kept in another transaction than its effect',
    faults: ['F1'],
    edits: [
      {
        file: RECORD,
        find: "...('body' in envelope ? [sql`message as (${messageOf(envelope, outcome, changes)})`] : []),",
        put: '',
      },
      {
        file: RECORD,
        find: 'return row?.changed ?? [];',
        put: "const done = row?.changed ?? []; if ('body' in envelope && done.length > 0) await database.write(sql`insert into prescriptions.message ${MESSAGE_COLUMNS} values (${messageValues(envelope, outcome)}, ${done}::text[])`); return done;",
      },
    ],
  },
  {
    number: 'B4',
    what: 'a commit waits for no other datacentre',
    faults: ['F5'], // a primary that is cut off goes on with what nobody else gets
    edits: [
      {
        file: 'src/platform/database.ts',
        find: "'jit=off',",
        put: "'jit=off', 'synchronous_commit=local',",
      },
    ],
  },
  {
    number: 'B9',
    what: 'decisions are made on what was read the time before, as from a replica',
    faults: [],
    edits: [
      {
        file: 'src/prescriptions/repository.ts',
        find: 'return { head: headOf(row ?? {}), answered: answerOf(row ?? {}) };',
        put: 'const copies = (globalThis.copies ??= new Map()); const now = headOf(row ?? {}); const old = copies.get(id) ?? now; copies.set(id, now); return { head: old, answered: answerOf(row ?? {}) };',
      },
    ],
  },
  {
    number: 'B15',
    what: 'what a message was answered is forgotten before its time',
    faults: [],
    edits: [
      {
        file: 'src/prescriptions/repository.ts',
        find: 'left join lateral (${keptOf(envelope)}) as m on true`);\n  return { head',
        put: "left join lateral (select k.* from (${keptOf(envelope)}) as k join prescriptions.message a using (message_id) where a.received_at > now() - interval '20 ms') as m on true`);\n  return { head",
      },
      {
        file: RECORD,
        find: "    if (violatedConstraint(error) === 'message_pkey') return false;",
        put: "    if (violatedConstraint(error) === 'message_pkey') return true;",
      },
    ],
  },
  {
    number: 'B21',
    what: 'the chain of events says nothing of the message that each came with',
    faults: ['F15'],
    edits: [
      {
        file: 'src/prescriptions/chain.ts',
        find: '[id, String(number), event.kind, messageId, data]',
        put: '[id, String(number), event.kind, data]',
      },
    ],
  },
  {
    number: 'B26',
    what: 'the audit line is written after the answer, if it can be',
    faults: ['F1'],
    edits: [
      {
        file: RECORD,
        find: 'sql`audit as (${auditOf(envelope, outcome, changes)})`,',
        put: '',
      },
      {
        file: RECORD,
        find: 'return row?.changed ?? [];',
        put: 'setTimeout(() => database.write(sql`with head as (select unnest(${row?.changed ?? []}::text[]) as prescription_id) ${auditOf(envelope, outcome, changes)}`).catch(() => undefined), 20); return row?.changed ?? [];',
      },
    ],
  },
  {
    number: 'B27',
    what: 'what is sent again is sent under another id',
    faults: ['F1'],
    isOfClient: true,
    edits: [
      {
        file: 'test/faults/sender.ts',
        find: '`x-request-id: ${requestId}`,',
        put: '`x-request-id: ${globalThis.crypto.randomUUID()}`, ...(requestId ? [] : []),',
      },
    ],
  },
  {
    number: 'B30',
    what: 'a commit that the server warns of is taken as done',
    faults: ['F24'],
    edits: [
      {
        file: LINE,
        find: "if (code === '01000' || code === '57P01') this.#doubts += 1;",
        put: 'if (code === undefined) this.#doubts += 1;',
      },
    ],
  },
];
