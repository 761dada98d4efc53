import type { Done, RecordCheck, RecordKeeper, RecordMark } from '../../platform/backup/record.ts';
import { type Database, openDatabase } from '../../platform/database.ts';
import { sql } from '../../platform/sql.ts';
import { CHAIN_START, eventHash } from '../chain.ts';

const PAGE = 5_000;
const BROKEN_MAX = 100;

/** Of prescriptions and of what was done to them. */
export const recordKeeper: Omit<RecordKeeper, 'tell'> = {
  mark: markRecord,
  check: checkRecord,
  doneSince,
  strayedFrom,
};

async function markRecord(url: string): Promise<RecordMark> {
  return using(url, async (database) => {
    const [row] = await database.all<{ at: string }>(sql`
      select least(clock_timestamp(), min(xact_start))::text as at from pg_stat_activity
      where xact_start is not null and pid <> pg_backend_pid()`);
    const upTo = row?.at ?? '';
    return { upTo, ...(await countsOf(database, upTo)) };
  });
}

/** Every chain from its first event to its head [RELIABILITY I17], and everything that the mark says [RELIABILITY F31]. */
async function checkRecord(url: string, mark: RecordMark): Promise<RecordCheck> {
  return using(url, async (database) => {
    const broken = await brokenChains(database);
    const now = await countsOf(database, mark.upTo);
    const [all] = await database.all<{ events: number }>(
      sql`select count(*) as events from prescriptions.event`,
    );
    const { prescriptions, messages, audits } = now;
    const differences = [
      ...(now.events === mark.events ? [] : [`events: ${now.events} of ${mark.events}`]),
      ...(now.digest === mark.digest ? [] : ['the events are others']),
      ...(['prescriptions', 'messages', 'audits'] as const).flatMap((name) =>
        now[name] >= mark[name] ? [] : [`${name}: ${now[name]} of at least ${mark[name]}`],
      ),
    ];
    return { prescriptions, messages, audits, events: all?.events ?? 0, broken, differences };
  });
}

type Counts = Omit<RecordMark, 'upTo'>;

async function countsOf(database: Database, upTo: string): Promise<Counts> {
  const [row] = await database.all<Counts>(sql`
    select (select count(*) from prescriptions.prescription) as prescriptions,
      (select count(*) from prescriptions.message) as messages, (select count(*) from platform.audit) as audits,
      count(*) as events,
      coalesce(sum(('x' || encode(substr(hash, 1, 7), 'hex'))::bit(56)::bigint), 0)::text as digest
    from prescriptions.event where recorded_at < ${upTo}::timestamptz`);
  return row ?? { prescriptions: 0, messages: 0, audits: 0, events: 0, digest: '0' };
}

type EventRow = {
  readonly id: string;
  readonly number: number;
  readonly kind: string;
  readonly messageId: string;
  readonly data: string;
  readonly hash: Buffer;
  readonly version: number | null;
  readonly head: Buffer | null;
};

async function brokenChains(database: Database): Promise<string[]> {
  const broken: string[] = [];
  let last: EventRow | null = null;
  let seen = 0;
  let isWhole = true;
  const end = (): void => {
    if (last === null) return;
    seen += 1;
    const isHead = last.version === last.number && last.head?.equals(last.hash) === true;
    if (isWhole && !isHead) broken.push(`${last.id}: its head is not its last event`);
  };
  for await (const row of eventsOf(database)) {
    const isNext = last?.id === row.id;
    if (!isNext) {
      end();
      isWhole = true;
    }
    const [after, hash]: [number, Buffer] =
      isNext && last !== null ? [last.number, last.hash] : [0, CHAIN_START];
    const parts = [row.id, String(row.number), row.kind, row.messageId, row.data];
    if (isWhole && (row.number !== after + 1 || !eventHash(hash, parts).equals(row.hash))) {
      isWhole = false;
      broken.push(`${row.id}: event ${row.number}`);
    }
    last = row;
    if (broken.length >= BROKEN_MAX) return broken;
  }
  end();
  const [heads] = await database.all<{ count: number }>(
    sql`select count(*) from prescriptions.prescription`,
  );
  const without = (heads?.count ?? 0) - seen;
  return without === 0 ? broken : [...broken, `${without} prescriptions without events`];
}

async function* eventsOf(database: Database): AsyncGenerator<EventRow, void> {
  let [id, number] = ['', 0];
  for (;;) {
    const rows = await database.all<EventRow>(sql`
      select e.prescription_id as id, e.number, e.kind, e.message_id::text as "messageId", e.data::text as data,
        e.hash, p.version, p.head_hash as head
      from prescriptions.event e left join prescriptions.prescription p using (prescription_id)
      where (e.prescription_id, e.number) > (${id}::text, ${number}::int)
      order by e.prescription_id, e.number limit ${PAGE}`);
    yield* rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < PAGE) return;
    [id, number] = [last.id, last.number];
  }
}

const OUT_OF_ORDER_MAX = 10_000; // numbers are given before the transaction that has them is done

/** What was done according to one record and not to another that is its younger self; readings changed nothing. */
async function doneSince(restoredUrl: string, otherUrl: string): Promise<Done[]> {
  return using(restoredUrl, (restored) =>
    using(otherUrl, async (other) => {
      const [row] = await restored.all<{ last: number | null }>(
        sql`select max(id) as last from platform.audit`,
      );
      const first = Math.max(0, (row?.last ?? 0) - OUT_OF_ORDER_MAX);
      const known = await restored.all<{ id: number }>(
        sql`select id from platform.audit where id > ${first}`,
      );
      const ids = new Set(known.map(({ id }) => id));
      const rows = await other.all<Done & { readonly id: number }>(sql`
        select id, recorded_at::text as "recordedAt", interaction, request_id::text as "requestId",
          message_id::text as "messageId", organisation, asid, outcome
        from platform.audit where id > ${first} and outcome <> 'read' order by id`);
      return rows.filter(({ id }) => !ids.has(id)).map(({ id: _id, ...done }) => done);
    }),
  );
}

/** Prescriptions whose head in one record is no event of the other, which has all of it and perhaps more. */
async function strayedFrom(restoredUrl: string, otherUrl: string): Promise<string[]> {
  return using(restoredUrl, (restored) =>
    using(otherUrl, async (other) => {
      const strayed: string[] = [];
      for (let id = ''; ; ) {
        const heads = await restored.all<{ id: string; version: number; hash: Buffer }>(sql`
          select prescription_id as id, version, head_hash as hash from prescriptions.prescription
          where prescription_id > ${id}::text order by prescription_id limit ${PAGE}`);
        const rows = await other.all<{ id: string }>(sql`
          select h.id from unnest(${heads.map((one) => one.id)}::text[],
            ${heads.map(({ version }) => version)}::int[], ${heads.map(({ hash }) => hash)}::bytea[]) as h(id, version, hash)
          left join prescriptions.event e on e.prescription_id = h.id and e.number = h.version
          where e.hash is distinct from h.hash`);
        strayed.push(...rows.map((one) => one.id));
        const last = heads.at(-1);
        if (last === undefined || heads.length < PAGE) return strayed;
        ({ id } = last);
      }
    }),
  );
}

const LONGEST_MS = 4 * 3_600_000; // a restore is to be done by then [RELIABILITY 1]

/** Whole tables are read. */
async function using<Value>(
  url: string,
  work: (database: Database) => Promise<Value>,
): Promise<Value> {
  const database = openDatabase({
    url,
    connections: 1,
    statementTimeoutMs: 0,
    answerWithinMs: LONGEST_MS,
  });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}
