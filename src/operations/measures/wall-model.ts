import type { CertificateEnd } from '../../kernel/certificate-end.ts';
import { DOOR_WORDS } from './door-words.ts';
import type { Queues } from './findings.ts';
import type { Counted, Finding, ProcessRow } from './repository.ts';
import { MESSAGE } from './since.ts';
import { cellsOf, isStale, rateOf, type State } from './wall.ts';
import { howLong, milliseconds, percent, STEPS } from './words.ts';

type Facts = {
  readonly rows: readonly Counted[];
  readonly processes: readonly ProcessRow[];
  readonly queues: Finding<Queues> | null;
  readonly next: CertificateEnd | null;
  readonly lag: number | null;
};

/** One number, large enough to be read across a room. */
type Tile = { readonly text: string; readonly value: string; readonly isStale: boolean };

const COLOURS: Readonly<Record<State, string>> = {
  Working: 'green',
  Slow: 'yellow',
  Failing: 'red',
  Quiet: 'grey',
  Stale: 'grey',
};

/** A word and a sign beside the colour, as colours are not told apart by everybody. */
const SIGNS: Readonly<Record<State, string>> = {
  Working: '✓',
  Slow: '≈',
  Failing: '✗',
  Quiet: '–',
  Stale: '?',
};

export function wallModel(facts: Facts, now: { readonly at: Date; readonly businessAt: Date }) {
  const { rows, processes } = facts;
  const { at } = now;
  const isOld = processes.every(({ toldAt }) => isStale(toldAt, at));
  return {
    tiles: tilesOf(facts, now, isOld),
    datacentres: [...new Set(processes.map(({ datacentre }) => datacentre))].toSorted(),
    doors: cellsOf(rows, processes, at).map(({ interface: door, cells }) => ({
      name: DOOR_WORDS[door] ?? door,
      href: `/ops/components/${door}`,
      cells: cells.map(({ state, perMinute, errorShare, mostMs }) => ({
        state,
        colour: COLOURS[state],
        sign: SIGNS[state],
        perMinute,
        errors: percent(errorShare),
        most: mostMs === null ? null : milliseconds(mostMs),
      })),
    })),
    processes: processes.map(({ datacentre, toldAt, figures }) => ({
      datacentre,
      figures,
      ago: howLong(at.getTime() - toldAt.getTime()),
      isStale: isStale(toldAt, at),
    })),
  };
}

function tilesOf(
  { rows, queues, next, lag }: Facts,
  { at, businessAt }: { readonly at: Date; readonly businessAt: Date },
  isOld: boolean,
): Tile[] {
  const of = (...steps: readonly string[]) =>
    rateOf(
      rows,
      at,
      ({ interface: door, interaction }) => door === MESSAGE && steps.includes(textOf(interaction)),
    );
  const all = rateOf(rows, at, ({ interface: door }) => door !== MESSAGE && door !== 'health');
  const signIns = rateOf(rows, at, ({ interaction }) => interaction === 'POST /oauth2/token');
  const oldest = queues?.found.waiting.oldestAt ?? null;
  const isQueueOld = queues === null || isStale(queues.lookedAt, at);
  return [
    {
      text: 'Oldest prescription that no pharmacy has downloaded',
      value: oldest === null ? 'none' : howLong(businessAt.getTime() - Date.parse(oldest)),
      isStale: isQueueOld,
    },
    { text: 'Sent a minute', value: String(of('Sent').perMinute), isStale: isOld },
    {
      text: 'Downloads a minute',
      value: String(of('Downloaded by nomination', 'Downloaded by id').perMinute),
      isStale: isOld,
    },
    { text: 'Errors', value: percent(all.errorShare), isStale: isOld },
    { text: '99 in 100 answered within', value: milliseconds(all.mostMs), isStale: isOld },
    { text: 'Sign-ins a minute', value: String(signIns.perMinute), isStale: isOld },
    {
      text: 'The second database is behind by',
      value: lag === null ? 'no second one' : `${lag.toFixed(1)} s`,
      isStale: false,
    },
    {
      text: 'Next certificate to end',
      value: next === null ? 'none' : howLong(next.endsAt.getTime() - at.getTime()),
      isStale: false,
    },
  ];
}

function textOf(interaction: string): string {
  return STEPS.find((step) => step.interaction === interaction)?.text ?? '';
}
