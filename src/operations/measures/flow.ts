import { AGES, ISSUE_STATUSES, issueStatusOf } from '../../prescriptions/index.ts';
import type { Flow, Queues } from './findings.ts';
import type { Counted, Finding } from './repository.ts';
import { howLong, STEPS } from './words.ts';

type Now = { readonly at: Date; readonly businessAt: Date };

type Parts = {
  readonly found: Finding<Flow> | null;
  readonly queues: Finding<Queues> | null;
  /** Messages of the last day. */
  readonly rows: readonly Counted[];
};

/** Where the prescriptions are, what was done in a day, and what does not go on [EXPERIENCE 5]. */
export function flowModel({ found, queues, rows }: Parts, { at, businessAt }: Now) {
  const counts = (found?.found.counts ?? []).map(({ status, count }) => ({
    status,
    text: statusText(status),
    count,
  }));
  const ages = AGES.map(({ text }, place) => ({
    text,
    count: queues?.found.waiting.byAge[place] ?? 0,
  }));
  const oldest = queues?.found.waiting.oldestAt ?? null;
  return {
    counts: withShares(counts),
    countedAt: found?.lookedAt ?? null,
    steps: withShares(
      STEPS.map(({ interaction, text }) => {
        const own = rows.filter((row) => row.interaction === interaction);
        const sum = (read: (row: Counted) => number) =>
          own.reduce((total, row) => total + read(row), 0);
        const refused = sum((row) => row.refused);
        return { text, interaction, count: sum((row) => row.accepted), refused };
      }),
    ),
    ages: withShares(ages),
    waiting: ages.reduce((sum, { count }) => sum + count, 0),
    oldest: oldest === null ? null : howLong(businessAt.getTime() - new Date(oldest).getTime()),
    lookedAt: queues?.lookedAt ?? null,
    isStale: queues === null || at.getTime() - queues.lookedAt.getTime() > FLOW_STALE_MS,
    stuck: {
      waiting: found?.found.waiting.length ?? 0,
      held: found?.found.held.length ?? 0,
    },
  };
}

const FLOW_STALE_MS = 60_000;
const WIDTH = 720;

function statusText(code: string): string {
  const status = issueStatusOf(code);
  return status === null ? code : ISSUE_STATUSES[status].display;
}

/** Each with the width of its bar, the largest being as wide as the drawing. */
function withShares<Row extends { readonly count: number }>(rows: readonly Row[]) {
  const most = Math.max(1, ...rows.map(({ count }) => count));
  return rows.map((row) => ({ ...row, width: Math.round((row.count / most) * WIDTH) }));
}

/** A list of what does not go on; in a queue, whether its pharmacy asks at all. */
export function stuckModel(
  list: 'waiting' | 'held',
  found: Finding<Flow> | null,
  asking: ReadonlySet<string>,
) {
  const rows = found?.found[list] ?? [];
  const at = found === null ? null : new Date(found.found.at).getTime();
  return {
    list,
    heading:
      list === 'waiting'
        ? 'Prescriptions that have waited for 2 days or longer'
        : 'Prescriptions that a pharmacy has had for 7 days or longer',
    lookedAt: found?.lookedAt ?? null,
    rows: rows.map(({ prescriptionId, organisation, since }) => ({
      prescriptionId,
      organisation,
      since: new Date(since),
      howLong: at === null ? '' : howLong(at - new Date(since).getTime()),
      isAsking: asking.has(organisation),
    })),
  };
}
