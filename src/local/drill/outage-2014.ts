import { setFault } from './set-fault.ts';
import { aPerson, type Worked } from './person.ts';
import { present } from '../../kernel/bug.ts';
import { parseUuid } from '../../kernel/uuid.ts';
import type { Database } from '../../platform/database.ts';
import { incidentEvents, incidentsIn, changeIncident } from '../../operations/record.ts';
import { lossesIn } from '../../operations/incidents/report/handle.ts';
import { reportOf } from '../../operations/incidents/report/report.ts';
import { reconcile } from '../../operations/reconcile/handle.ts';
import type { Reconciliation } from '../../operations/reconcile/reconciliation.ts';
import type { Command } from '../../operations/incidents/decide.ts';
import { type Incident, isOpen } from '../../operations/incidents/incident.ts';
import type { StatusSite } from '../../operations/handle.ts';

export const OUTAGE = 'outage-2014-10-16';

/** What the drill is played on: two datacentres, and a status site whose time the drill moves. */
export type Stage = {
  readonly urls: Readonly<Record<'a' | 'b', string>>;
  readonly site: StatusSite;
  /** The record, in which the balance is looked for. */
  readonly database: Database;
  /** Moves the time of the status site to so many minutes after the beginning. */
  readonly moveTo: (minutes: number) => void;
  readonly say: (line: string) => void;
};

export type Played = {
  readonly incident: Incident;
  /** From the fault to the incident on the page, in seconds of the drill's time. */
  readonly noticedAfterSeconds: number;
  readonly work: { readonly accepted: number; readonly refused: number };
  readonly signedIn: { readonly elsewhere: number; readonly nowhere: number };
  /** The longest time between two updates, in minutes. */
  readonly longestSilence: number;
  /** What became of all messages of the outage, and of each that a person was told was accepted. */
  readonly reconciliation: Reconciliation;
  readonly report: string;
};

const FAILS_AT = 12;
const ROUNDS_MAX = 60;
const ROUND_MINUTES = 5 / 60; // a round every five seconds in a drill [EXPERIENCE 6.3]

/**
 * October 2014 again: sign-in fails at one datacentre, a fix overnight helps only partly, and systems hold the
 * address of the wrong one [EXPERIENCE 2.2]. Throws what it finds against the promises.
 */
export async function playOutage(stage: Stage): Promise<Played> {
  const { urls, site, moveTo, say } = stage;
  const begun = new Date();
  const people = [aPerson('a', urls), aPerson('a', urls), aPerson('b', urls)];
  for (const person of people) await person.signIn();
  moveTo(0);
  await site.monitor.round();
  say('07:00  Three people are signed in, two of them at datacentre A. All is well.');
  try {
    await setFault(urls.a, OUTAGE, 100);
    const noticedAfterSeconds = await untilNoticed(stage);
    const work = await everybodyWorks(people);
    say(
      `07:13  Who is signed in goes on: ${work.accepted} messages accepted, ${work.refused} refused.`,
    );
    const late = await signInLate(urls);
    say(
      `07:14  Who signs in now is sent to datacentre B by the answer itself: ${late.elsewhere} of ${late.elsewhere + late.nowhere}.`,
    );
    await peopleDealWithIt(stage);
    const more = await everybodyWorks(people);
    await setFault(urls.a, OUTAGE, null);
    await itEnds(stage);
    const all = together([work, more]);
    const reconciliation = await whatBecame(stage, begun, all);
    const { accepted, refused } = all;
    const seen = { noticedAfterSeconds, work: { accepted, refused }, signedIn: late };
    return outcome(stage, { ...seen, reconciliation });
  } finally {
    await setFault(urls.a, OUTAGE, null);
  }
}

async function untilNoticed({ site, moveTo, say }: Stage): Promise<number> {
  for (let round = 1; round <= ROUNDS_MAX; round += 1) {
    const minutes = FAILS_AT + round * ROUND_MINUTES;
    moveTo(minutes);
    await site.monitor.round();
    const incident = newestIn(site);
    if (incident === undefined || !isOpen(incident)) continue;
    const page = await (await fetch(`${site.url}/`)).text();
    if (!page.includes(incident.number)) continue;
    const seconds = Math.round((minutes - FAILS_AT) * 60);
    say(
      `07:12  Sign-in fails at datacentre A. After ${seconds} s the page shows ${incident.number}, suggested severity ${incident.suggestion.severity}.`,
    );
    return seconds;
  }
  throw new Error('nobody noticed that sign-in fails');
}

function newestIn({ store }: StatusSite): Incident | undefined {
  return incidentsIn(store).at(-1);
}

type People = readonly ReturnType<typeof aPerson>[];

async function everybodyWorks(people: People): Promise<Worked> {
  return together(await Promise.all(people.map((person) => person.work())));
}

function together(all: readonly Worked[]): Worked {
  return {
    accepted: all.reduce((sum, { accepted }) => sum + accepted, 0),
    refused: all.reduce((sum, { refused }) => sum + refused, 0),
    sent: all.flatMap(({ sent }) => sent),
  };
}

/** By the record: all messages since the beginning, and those that the people's systems sent, one by one. */
function whatBecame({ database }: Stage, from: Date, { sent }: Worked): Promise<Reconciliation> {
  const accepted = sent.filter(({ isAccepted }) => isAccepted);
  return reconcile(database, {
    from,
    until: new Date(),
    site: null,
    asid: null,
    most: ROWS_MAX,
    sent: accepted.map(({ id }) => present(parseUuid(id), 'id of a message')),
    withProbes: true,
  });
}

const ROWS_MAX = 1_000;

/** Systems that hold the address of the datacentre where it fails. */
async function signInLate(urls: Stage['urls']): Promise<Played['signedIn']> {
  const where = await Promise.all([aPerson('a', urls).signIn(), aPerson('a', urls).signIn()]);
  return {
    elsewhere: where.filter((one) => one === 'elsewhere').length,
    nowhere: where.filter((one) => one === 'nowhere').length,
  };
}

const ADVICE = {
  todo: 'Go on working if you are signed in. If you are not, sign in again: your system finds the other datacentre.',
  notTodo: 'Do not restart your computer. Do not send again what was accepted.',
  fallback: 'If you cannot sign in at all, use paper forms and the tracker.',
};

/** What is said, and when: never more than half an hour apart. */
const UPDATES = [
  {
    minutes: 40,
    stage: 'identified',
    text: 'Sign-in at datacentre A answers nobody. Sign-in at datacentre B works.',
  },
  { minutes: 68, stage: 'fixing', text: 'We are repairing sign-in at datacentre A.' },
  { minutes: 95, stage: 'monitoring', text: 'A first repair is in place. We are watching it.' },
  {
    minutes: 120,
    stage: 'fixing',
    text: 'The repair helps partly: about half of the sign-ins at datacentre A still fail.',
  },
  {
    minutes: 148,
    stage: 'fixing',
    text: 'We are taking the rest of sign-in at datacentre A into repair.',
  },
] as const;

const HALF_FIXED_AT = 90;
const FIXED_AT = 150;

async function peopleDealWithIt(stage: Stage): Promise<void> {
  const { moveTo, say, urls, site } = stage;
  moveTo(15);
  tell(stage, (common) => ({ ...common, kind: 'Confirm', severity: 1, reason: null }));
  say('07:15  A person confirms severity 1; subscribers are told.');
  for (const { minutes, stage: reached, text } of UPDATES) {
    if (minutes > HALF_FIXED_AT) await setFault(urls.a, OUTAGE, 50);
    moveTo(minutes);
    await site.monitor.round();
    const common = { ...ADVICE, extent: null, nextUpdateAt: null };
    tell(stage, (by) => ({ ...by, ...common, kind: 'Update', stage: reached, text }));
    say(`${clock(minutes)}  ${text}`);
  }
}

async function itEnds(stage: Stage): Promise<void> {
  const { moveTo, site, say } = stage;
  for (const minutes of [0, 5, 10]) {
    moveTo(FIXED_AT + minutes);
    await site.monitor.round();
  }
  say(
    `${clock(FIXED_AT + 10)}  The probes have found nothing wrong for ten minutes; a person closes it.`,
  );
  moveTo(FIXED_AT + 12);
  tell(stage, (common) => ({
    ...common,
    kind: 'Resolve',
    text: 'Sign-in works at both datacentres. Who was signed in could work throughout. Nothing that was accepted was lost.',
    check: 'Download what waits for you.',
  }));
  await site.refresh();
}

function tell(
  { site }: Stage,
  command: (common: {
    readonly at: Date;
    readonly by: 'incident-lead';
    readonly version: number;
  }) => Command,
): void {
  const incident = present(newestIn(site), 'incident of the drill');
  const { now } = site.monitor.snapshot();
  const common = { at: now, by: 'incident-lead', version: incident.version } as const;
  const done = changeIncident(site.store, incident.number, command(common));
  if (!done.ok) throw new Error(`the drill was refused: ${done.error.kind}`);
}

function outcome(
  { site, say }: Stage,
  seen: Pick<Played, 'noticedAfterSeconds' | 'work' | 'signedIn' | 'reconciliation'>,
): Played {
  const incident = present(newestIn(site), 'incident of the drill');
  const times = incident.updates.map(({ at }) => Date.parse(at)).toSorted((x, y) => x - y);
  const gaps = times.slice(1).map((at, index) => (at - (times[index] ?? at)) / 60_000);
  const { balance } = seen.reconciliation;
  const report = reportOf(incident, incidentEvents(site.store, incident.number), [
    `Noticed after ${seen.noticedAfterSeconds} s; the longest time between two updates was ${Math.round(Math.max(...gaps))} minutes.`,
    ...lossesIn(seen.reconciliation),
  ]);
  say(
    `By the record: received ${balance.received} = stored ${balance.stored} + rejected ${balance.rejected}.`,
  );
  return { ...seen, incident, longestSilence: Math.max(...gaps), report };
}

/** `07:12`, of minutes after seven. */
function clock(minutes: number): string {
  const [hours, rest] = [7 + Math.floor(minutes / 60), Math.floor(minutes % 60)];
  return `${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`;
}
