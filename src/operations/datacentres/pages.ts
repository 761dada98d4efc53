import type { Operator } from '../../identity/index.ts';
import type { FieldError, PageRequest, Redirect, View } from '../../pages/index.ts';
import type { Database } from '../../platform/database.ts';
import { recordAct } from '../audit/repository.ts';
import { type Damage, damageWords, isAlarming } from '../damage/damage.ts';
import { damageIn } from '../damage/jobs.ts';
import { type Disk, diskWords, isSlow, roleOf } from '../disks/disks.ts';
import { disksIn } from '../disks/jobs.ts';
import type { Queues } from '../measures/findings.ts';
import { findingOf, measuresSince, processesSince } from '../measures/repository.ts';
import { howLong } from '../measures/words.ts';
import { allOf } from '../measures/chart.ts';
import { isStale } from '../measures/wall.ts';
import { MESSAGE } from '../measures/since.ts';
import { drillModel, MOVE_DRILL, type MoveDrill } from './judge.ts';
import { copiesOf, epochOf } from './repository.ts';

/** What the program that runs both datacentres says of one of them. */
export type SiteState = {
  readonly process: string;
  /** `primary` or `standby`, and how it is; null: nobody answers, or both share one database. */
  readonly database: string | null;
};

export type Installation = {
  readonly sites: Readonly<Record<'a' | 'b', SiteState>>;
  /** Null: both share one database. */
  readonly isDurableInBoth: boolean | null;
  readonly canTakeOver: 'a' | 'b' | null;
};

export type SiteOrder = {
  readonly do: 'drain' | 'promote' | 'heal';
  readonly site: 'a' | 'b' | null;
};

export type DatacentrePagesParts = {
  readonly database: Database;
  /** Whoever runs both datacentres on this machine; null: each is run by the means of its own host. */
  readonly installation: {
    /** Null: nobody answers. */
    readonly look: () => Promise<Installation | null>;
    /** Why it was not done; null: it was. */
    readonly order: (order: SiteOrder) => Promise<string | null>;
  } | null;
};

/** What can be ordered, by the words that are typed to confirm it. */
const ORDERS: Readonly<Record<string, SiteOrder & { readonly effect: string }>> = {
  'drain a': {
    do: 'drain',
    site: 'a',
    effect: 'A takes no new requests, and B its work and its writes',
  },
  'drain b': {
    do: 'drain',
    site: 'b',
    effect: 'B takes no new requests, and A its work and its writes',
  },
  'fail over to a': { do: 'promote', site: 'a', effect: 'A takes the writes, B goes on serving' },
  'fail over to b': { do: 'promote', site: 'b', effect: 'B takes the writes, A goes on serving' },
  heal: { do: 'heal', site: null, effect: 'both take requests again' },
};

const VIEW = { view: 'operations/datacentres.njk', title: 'Datacentres' };
const WINDOW_MS = 900_000;

/** Role, lag, sessions and traffic of both, and what can be done with them [EXPERIENCE 5]. */
export async function datacentresPage(parts: DatacentrePagesParts): Promise<View> {
  return { ...VIEW, model: await modelOf(parts, '') };
}

/** Does what was typed in words, so that nobody does it by one click. */
export async function orderDatacentres(
  parts: DatacentrePagesParts,
  { form }: PageRequest,
  by: Operator,
): Promise<View | Redirect> {
  const typed = form.text('order').toLowerCase().replaceAll(/\s+/g, ' ');
  const order = Object.hasOwn(ORDERS, typed) ? ORDERS[typed] : undefined;
  const problem = await problemOfOrder(parts, order, by);
  if (problem === null) return { to: '/ops/datacentres' };
  const errors: readonly FieldError[] = [{ field: 'order', text: problem }];
  return { ...VIEW, errors, model: await modelOf(parts, form.text('order')) };
}

async function problemOfOrder(
  { database, installation }: DatacentrePagesParts,
  order: SiteOrder | undefined,
  by: Operator,
): Promise<string | null> {
  if (order === undefined) return 'Type one of the orders in the list, such as drain a';
  if (installation === null) return 'These datacentres are run by the means of their hosts';
  const outcome = order.site === null ? 'asked for' : `asked for, ${order.site}`;
  await recordAct(database, { interaction: `dc-${order.do}`, by, nhsNumber: null, outcome });
  return installation.order({ do: order.do, site: order.site });
}

async function modelOf({ database, installation }: DatacentrePagesParts, typed: string) {
  const at = new Date();
  const since = new Date(at.getTime() - WINDOW_MS);
  const [rows, processes, queues, drill, copies, damage, disks, epoch, told] = await Promise.all([
    measuresSince(database, 60, since),
    processesSince(database, since),
    findingOf<Queues>(database, 'queues'),
    findingOf<MoveDrill>(database, MOVE_DRILL),
    copiesOf(database),
    damageIn(database),
    disksIn(database, at),
    epochOf(database),
    installation === null ? null : installation.look(),
  ]);
  const requests = (site: string): number =>
    rows
      .filter((row) => row.datacentre === site && row.interface !== MESSAGE)
      .reduce((sum, row) => sum + allOf(row), 0);
  const all = requests('a') + requests('b');
  const sites = (['a', 'b'] as const).map((site) => {
    const own = processes.filter(({ datacentre }) => datacentre === site);
    const heard = own.filter(({ toldAt }) => !isStale(toldAt, at)).length;
    const [latest] = own.toSorted((one, other) => +other.toldAt - +one.toldAt);
    return {
      name: site.toUpperCase(),
      state: told?.sites[site].process ?? (heard > 0 ? 'running' : 'not heard of'),
      isBad: told === null ? heard === 0 : told.sites[site].process !== 'running',
      database: told?.sites[site].database ?? null,
      heardOf:
        latest === undefined ? 'never' : `${howLong(at.getTime() - latest.toldAt.getTime())} ago`,
      requests: requests(site),
      share: all === 0 ? '–' : `${Math.round((requests(site) / all) * 100)}%`,
    };
  });
  return {
    typed,
    sites,
    drill: drillModel(drill?.found ?? null, at),
    copies: copies.map((copy) => ({ ...copy, lag: `${(copy.lagSeconds ?? 0).toFixed(1)} s` })),
    damage: damage.map((one) => damageRow(one, at)),
    disks: disks.map(diskRow),
    epoch,
    isDurableInBoth: told?.isDurableInBoth ?? null,
    canTakeOver: told?.canTakeOver?.toUpperCase() ?? null,
    sessions: queues?.found.sessions ?? [],
    orders: Object.entries(ORDERS).map(([words, { effect }]) => ({ words, effect })),
    canOrder: installation !== null && told !== null,
    isSilent: installation !== null && told === null,
  };
}

function damageRow(one: Damage, at: Date) {
  const { server } = one;
  return { server, role: roleOf(one), words: damageWords(one), isBad: isAlarming(one, at) };
}

function diskRow(one: Disk) {
  const { server } = one;
  return { server, role: roleOf(one), words: diskWords(one), isBad: isSlow(one) };
}
