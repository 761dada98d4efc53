import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

import { type Account, chooseAccount, giveTo } from './postgres/account.ts';
import { letIn, makeDataFolder } from './postgres/cluster.ts';
import { signal } from './processes.ts';
import { etcdArguments } from './replicated-postgres/etcd.ts';
import { haproxyConfiguration } from './replicated-postgres/haproxy.ts';
import {
  addressOf,
  type Layout,
  otherSite,
  portsOf,
  type Site,
  SITES,
  type Zone,
  ZONES,
} from './replicated-postgres/layout.ts';
import { addressFile, urlAt } from './replicated-postgres/address.ts';
import { createMember, type Member } from './replicated-postgres/member.ts';
import { makeNetwork, type Network, ONE_MACHINE } from './replicated-postgres/network.ts';
import { keptPasswords } from './replicated-postgres/passwords.ts';
import { type Passwords, patroniConfiguration } from './replicated-postgres/patroni.ts';
import { findPrograms, type Programs } from './replicated-postgres/programs.ts';
import { promote } from './replicated-postgres/promote.ts';
import { watchStandby } from './replicated-postgres/standby.ts';
import { type ClusterStatus, statusOf } from './replicated-postgres/status.ts';
import { Trouble } from './trouble.ts';

export {
  otherSite,
  PORTS_OF_CLUSTER,
  type Site,
  SITES,
  type Zone,
} from './replicated-postgres/layout.ts';
export { replicatedUrl } from './replicated-postgres/address.ts';
export { canMakeNetwork } from './replicated-postgres/network.ts';
export { makePasswords } from './replicated-postgres/passwords.ts';
export { type NodeAddress, watchStandby } from './replicated-postgres/standby.ts';
export type { ClusterStatus } from './replicated-postgres/status.ts';

export type ReplicatedOptions = {
  readonly dataDir: string;
  /** First of PORTS_OF_CLUSTER ports. */
  readonly portBase: number;
  /** Each zone in a network of its own, so that it can be cut off; else all share the machine's. */
  readonly hasNetworks: boolean;
  /** The account to run as when we are root; otherwise `postgres`, else `nobody`. */
  readonly runAs?: string;
  readonly signal?: AbortSignal;
  /** Told what is done to a database without anybody's asking. */
  readonly log?: (line: string) => void;
};

/** PostgreSQL in two datacentres: what is committed is in both, and either goes on alone [PLATFORM 4, RELIABILITY P1]. */
export type ReplicatedPostgres = {
  /** Where its parts are reached. */
  readonly layout: Layout;
  /** The primary as that site reaches it, wherever it is. Holds the password. */
  readonly urlOf: (site: Site) => string;
  /** One that may be read as that site reaches it, also while there is no primary. Holds the password. */
  readonly readUrlOf: (site: Site) => string;
  readonly status: () => Promise<ClusterStatus>;
  /** Ends all programs of a zone at once, as when its power fails. */
  readonly fail: (zone: Zone) => void;
  /** Ends all programs of a site in good order. */
  readonly shut: (site: Site) => Promise<void>;
  /** Starts what `fail` or `shut` ended. */
  readonly restore: (zone: Zone) => void;
  /** Cuts a zone off from others; `oneWay`: only what it sends. */
  readonly cut: (zone: Zone, from: readonly Zone[], oneWay?: boolean) => void;
  readonly heal: () => void;
  /** Has the other one take over in good order; answers why not, or null. */
  readonly promote: (site: Site) => Promise<string | null>;
  /** Process ids of a zone: its programs, and its database's first process. */
  readonly pidsOf: (zone: Zone) => number[];
  readonly stop: () => Promise<void>;
  readonly kill: () => void;
};

const READY_MS = 90_000;
const POLL_MS = 100;

export async function startReplicatedPostgres(
  options: ReplicatedOptions,
): Promise<ReplicatedPostgres> {
  const folder = makeDataFolder(options.dataDir);
  const programs = findPrograms();
  const account = chooseAccount(join(folder, 'a', 'postgres'), options.runAs ?? null);
  letIn(folder, account);
  const network = options.hasNetworks ? makeNetwork() : null;
  const places = network?.places ?? ONE_MACHINE;
  const layout = { folder, places, ports: portsOf(options.portBase) };
  const passwords = keptPasswords(folder);
  const members = membersOf(layout, { account, programs, passwords });
  writeFileSync(addressFile(folder), urlAt(layout, 'a', passwords), { mode: 0o600 });
  const stopping = new AbortController();
  const cluster = running(layout, members, { network, passwords, stopping });
  const alone = onlyWithData(layout);
  for (const zone of ZONES) if (alone === null || zone !== otherSite(alone)) cluster.restore(zone);
  watchStandbys(layout, passwords, options, stopping.signal);
  try {
    if (alone !== null) {
      // Else the other might be first, and make a new database.
      await until(cluster, ({ primary }) => primary === alone, options.signal);
      cluster.restore(otherSite(alone));
    }
    await until(cluster, isWhole, options.signal);
    return cluster;
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

/** Whichever of the two is none now. */
function watchStandbys(
  layout: Layout,
  passwords: Passwords,
  { log = () => undefined }: ReplicatedOptions,
  stopping: AbortSignal,
): void {
  for (const name of SITES) {
    watchStandby({
      name,
      node: { url: `http://${addressOf(layout, name, 'patroni')}` },
      primaryUrl: urlAt(layout, name, passwords),
      tell: (line) => log(`database of datacentre ${name.toUpperCase()}: ${line}`),
      stopping,
    }).catch(() => undefined); // it never rejects
  }
}

type Members = Readonly<Record<Zone, readonly Member[]>>;

/** Of a zone in the order in which they are started. */
function membersOf(
  layout: Layout,
  given: {
    readonly account: Account | null;
    readonly programs: Programs;
    readonly passwords: Passwords;
  },
): Members {
  const { account, programs, passwords } = given;
  const of = (zone: Zone): Member[] => {
    const folder = join(layout.folder, zone);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    giveTo(account, folder);
    const written = (name: string, text: string): string => {
      const file = join(folder, name);
      writeFileSync(file, text, { mode: 0o600 });
      giveTo(account, file);
      return file;
    };
    const { namespace } = layout.places[zone];
    const member = (name: string, program: string, words: readonly string[]): Member =>
      createMember({
        name: `${name} of ${zone}`,
        program,
        words,
        namespace,
        account,
        folder,
        logFile: join(folder, `${name}.log`),
      });
    const etcd = member('etcd', programs.etcd, etcdArguments(layout, zone));
    if (zone === 'witness') return [etcd];
    const node = { passwords, programs: programs.postgres, version: programs.patroniVersion };
    const patroni = written(
      'patroni.json',
      JSON.stringify(patroniConfiguration(layout, zone, node)),
    );
    const haproxy = written('haproxy.cfg', haproxyConfiguration(layout, zone));
    return [
      etcd,
      member('patroni', programs.patroni, [patroni]),
      member('haproxy', programs.haproxy, ['-f', haproxy]),
    ];
  };
  return { a: of('a'), b: of('b'), witness: of('witness') };
}

type Own = {
  readonly network: Network | null;
  readonly passwords: Passwords;
  readonly stopping: AbortController;
};

function running(
  layout: Layout,
  members: Members,
  { network, passwords, stopping }: Own,
): ReplicatedPostgres {
  const pidsOf = (zone: Zone): number[] =>
    [...members[zone].map((member) => member.pid()), postmasterOf(layout, zone)].filter(
      (pid) => pid !== null,
    );
  const fail = (zone: Zone): void => {
    const postmaster = postmasterOf(layout, zone);
    for (const member of members[zone]) member.kill();
    if (postmaster !== null) signal(postmaster, 'SIGKILL');
  };
  return {
    layout,
    urlOf: (site) => urlAt(layout, site, passwords),
    readUrlOf: (site) => urlAt(layout, site, passwords, 'reads'),
    status: () => statusOf(layout),
    fail,
    shut: (site) => stopAll(members[site].toReversed()),
    restore: (zone) => {
      for (const member of members[zone]) member.start();
    },
    cut: (zone, from, oneWay) => needed(network).cut(zone, from, oneWay),
    heal: () => network?.heal(),
    promote: (site) => promote(layout, site),
    pidsOf,
    stop: async () => {
      stopping.abort();
      const { primary } = await statusOf(layout);
      // The standby first, so that nobody takes over from a primary that only ends.
      const sites = primary === 'a' ? (['b', 'a'] as const) : (['a', 'b'] as const);
      for (const site of sites) await stopAll(members[site].filter((one) => !isEtcd(one)));
      for (const zone of ZONES) fail(zone); // the lock store is safe against that, and quicker
      network?.remove();
    },
    kill: () => {
      stopping.abort();
      for (const zone of ZONES) fail(zone);
      network?.remove();
    },
  };
}

function isEtcd({ name }: Member): boolean {
  return name.startsWith('etcd');
}

async function stopAll(members: readonly Member[]): Promise<void> {
  await Promise.all(members.map((member) => member.stop()));
}

function needed(network: Network | null): Network {
  if (network !== null) return network;
  throw new Trouble(
    'The zones share one network, so none can be cut off',
    'start as root with iproute2 and nftables installed',
  );
}

/** Patroni starts it in a session of its own, so it outlives Patroni. */
function postmasterOf({ folder }: Layout, zone: Zone): number | null {
  const file = join(folder, zone, 'postgres', 'postmaster.pid');
  if (!existsSync(file)) return null;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  return Number.isNaN(pid) ? null : pid;
}

/** The one site that has a database already, as after a restore; null: both have, or none. */
function onlyWithData({ folder }: Layout): Site | null {
  const having = SITES.filter((site) => existsSync(join(folder, site, 'postgres', 'PG_VERSION')));
  return having.length === 1 ? (having[0] ?? null) : null;
}

function isWhole({ isDurableInBoth, canTakeOver }: ClusterStatus): boolean {
  return isDurableInBoth && canTakeOver !== null;
}

async function until(
  cluster: ReplicatedPostgres,
  isReached: (status: ClusterStatus) => boolean,
  broken: AbortSignal | undefined,
): Promise<void> {
  const end = performance.now() + READY_MS;
  while (performance.now() < end) {
    broken?.throwIfAborted();
    if (isReached(await cluster.status())) return;
    await delay(POLL_MS);
  }
  throw new Trouble(
    `The two databases were not ready within ${READY_MS / 1000} s`,
    'read patroni.log and etcd.log in the folders a, b and witness of the data folder',
  );
}
