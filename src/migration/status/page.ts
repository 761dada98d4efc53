import { POLICIES } from '../plan/policies.ts';
import type { Status } from './handle.ts';

/** What the page of operations shows of a migration: what came is what is in the store, held or kept apart [MIGRATION 5, M7]. */
export function migrationModel(status: Status | null) {
  if (status === null) return { isAny: false } as const;
  const { state, source, ids, records, held, refused, tables, classes, report } = status;
  const own = status.takesMessages ? Math.max(0, records + refused - ids) : 0;
  return {
    isAny: true,
    facts: [
      ['State', state],
      ['Export of', source],
      ['Changes of the old store applied up to', String(status.changeSeq)],
      ['Next step of the switch', status.next ?? 'none'],
      ['Last step', lastWords(status)],
      ['Last comparison of all ids', reportWords(report)],
      ['Held by the tripwire', String(status.alarms)],
      ['Ids loaded a second', String(status.perSecond)],
    ],
    ids: {
      came: ids,
      free: records - own - held,
      held,
      refused,
      own,
      isEven: ids === records - own + refused,
    },
    tables: tables.map(({ table, came, apart }) => ({ table, came, loaded: came - apart, apart })),
    classes: classes.map(({ class: name, count }) => ({
      name,
      what: POLICIES[name]?.what ?? '',
      policy: POLICIES[name]?.policy ?? '',
      count,
    })),
  } as const;
}

function lastWords({ lastStep }: Status): string {
  if (lastStep === null) return 'none was done';
  return lastStep.isDone ? lastStep.step : `${lastStep.step}, refused`;
}

function reportWords(report: Status['report']): string {
  if (report === null) return 'none';
  return `${report.differences} differences, ${report.ageHours.toFixed(1)} hours ago`;
}
