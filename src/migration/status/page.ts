import { POLICIES } from '../plan/policies.ts';
import type { Watched } from '../watch/handle.ts';
import type { Status } from './handle.ts';
import { lagWords, nextWords, progressWords, signatureWords } from './words.ts';

/** What the page of operations shows of a migration: what came is what is in the store, held or kept apart [MIGRATION 5, M7]. */
export function migrationModel(status: Status | null, watched: Watched | null, now: Date) {
  if (status === null) return { isAny: false } as const;
  const { state, source, tables, classes, report } = status;
  return {
    isAny: true,
    facts: [
      ['State', state],
      ['Export of', source],
      ['On its way', progressWords(status)],
      ['Behind the old store', lagWords(status, now)],
      ['Signatures', signatureWords(status)],
      ['Changes of the old store applied up to', String(status.changeSeq)],
      ['Next step of the switch', nextWords(status)],
      ['Last step', lastWords(status)],
      ['Last comparison of all ids', reportWords(report)],
      ['Held by the tripwire', String(status.alarms)],
      ['Waiting for a pharmacy that had it before', waitingWords(status, watched)],
      ['Ids loaded a second, over all of the load', String(status.perSecond)],
    ],
    ids: idsOf(status, watched),
    tables: tables.map(({ table, came, apart }) => ({ table, came, loaded: came - apart, apart })),
    classes: classes.map(({ class: name, count }) => ({
      name,
      what: POLICIES[name]?.what ?? '',
      policy: POLICIES[name]?.policy ?? '',
      count,
    })),
  } as const;
}

/** From when messages are taken on, records may be this Spine's own: what was moved is counted by itself then. */
function idsOf({ ids, records, held, refused, takesMessages }: Status, watched: Watched | null) {
  const origins = takesMessages ? (watched?.origins ?? null) : { moved: records, own: 0 };
  const moved = origins?.moved ?? records;
  const due = ids - refused;
  return {
    came: ids,
    free: moved - held,
    held,
    refused,
    own: origins?.own ?? 0,
    missing: Math.max(0, due - moved),
    more: Math.max(0, moved - due),
    isCounted: origins !== null,
    isEven: due === moved,
  };
}

function waitingWords({ takesMessages }: Status, watched: Watched | null): string {
  if (!takesMessages) return 'looked at when messages are taken here';
  return watched === null ? 'nobody has looked yet' : String(watched.waiting);
}

function lastWords({ lastStep }: Status): string {
  if (lastStep === null) return 'none was done';
  return lastStep.isDone ? lastStep.step : `${lastStep.step}, refused`;
}

function reportWords(report: Status['report']): string {
  if (report === null) return 'none';
  return `${report.differences} differences, ${report.ageHours.toFixed(1)} hours ago`;
}
