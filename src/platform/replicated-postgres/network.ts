import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

import { isRunning } from '../processes.ts';
import { Trouble } from '../trouble.ts';
import { type Layout, type Place, type Zone, ZONES } from './layout.ts';

/** Networks of the zones, joined by one bridge, so that a zone can be cut off [RELIABILITY 3]. */
export type Network = {
  readonly places: Layout['places'];
  /** Nothing goes to these zones, and nothing comes from them; `oneWay`: what they send still comes. */
  readonly cut: (zone: Zone, from: readonly Zone[], oneWay?: boolean) => void;
  readonly heal: () => void;
  readonly remove: () => void;
};

export const ONE_MACHINE: Layout['places'] = {
  a: { host: '127.0.0.1', namespace: null },
  b: { host: '127.0.0.1', namespace: null },
  witness: { host: '127.0.0.1', namespace: null },
};

/** Only root can make networks, and only with these two programs. */
export function canMakeNetwork(): boolean {
  const has = (name: string): boolean =>
    ['/usr/sbin', '/sbin', '/usr/bin', '/bin'].some((folder) => existsSync(`${folder}/${name}`));
  return process.getuid?.() === 0 && has('ip') && has('nft');
}

/** A network for each zone under names with our process id; removes itself when a step fails. */
export function makeNetwork(): Network {
  removeLeft();
  const id = process.pid;
  const bridge = bridgeOf(id);
  const block = freeBlock();
  const place = (zone: Zone): Place => ({
    host: `${block}.${ZONES.indexOf(zone) + 1}`,
    namespace: `${bridge}-${zone}`,
  });
  const places = { a: place('a'), b: place('b'), witness: place('witness') };
  const network: Network = {
    places,
    cut: (zone, from, oneWay = false) => {
      const hosts = from.map((one) => places[one].host).join(', ');
      nft(places[zone], cutRules(hosts, oneWay));
    },
    heal: () => {
      for (const zone of ZONES) nft(places[zone], RESET);
    },
    remove: () => remove(id),
  };
  try {
    run(['ip', 'link', 'add', bridge, 'type', 'bridge']);
    run(['ip', 'address', 'add', `${block}.254/24`, 'dev', bridge]);
    run(['ip', 'link', 'set', bridge, 'up']);
    for (const zone of ZONES) join(bridge, places[zone], `${bridge}${zone.slice(0, 1)}`);
    return network;
  } catch (error) {
    network.remove();
    throw error;
  }
}

/** Blocks of 256 addresses that are kept for benchmarks, and so on no real network (RFC 2544). */
const BLOCKS = Array.from({ length: 512 }, (_, n) => `198.${18 + (n % 2)}.${n >> 1}`);

/** One that no bridge of another installation has. */
function freeBlock(): string {
  const { stdout } = spawnSync('ip', ['-o', '-4', 'address'], { encoding: 'utf8' });
  const free = BLOCKS.slice(process.pid % BLOCKS.length).find((one) => !stdout.includes(`${one}.`));
  return free ?? BLOCKS.find((one) => !stdout.includes(`${one}.`)) ?? '198.18.0';
}

const PREFIX = 'osp';

function bridgeOf(pid: number): string {
  return `${PREFIX}${pid}`;
}

function remove(pid: number): void {
  for (const zone of ZONES) tryRun(['ip', 'netns', 'delete', `${bridgeOf(pid)}-${zone}`]);
  tryRun(['ip', 'link', 'delete', bridgeOf(pid)]);
}

/** Networks of runs that were killed. */
function removeLeft(): void {
  const { stdout } = spawnSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  const pids = new Set([...stdout.matchAll(/^osp(\d+)-/gm)].map(([, pid]) => Number(pid)));
  for (const pid of pids) if (!isRunning(pid)) remove(pid);
}

/**
 * A standby whose connection broke on the other side alone, while it was being made, would wait for two hours: no setting of
 * PostgreSQL is about that. Of a real host: deploy/sysctl.conf.
 */
export const KEEPALIVE = {
  'net.ipv4.tcp_keepalive_time': 5,
  'net.ipv4.tcp_keepalive_intvl': 1,
  'net.ipv4.tcp_keepalive_probes': 3,
} as const;

function join(bridge: string, { host, namespace }: Place, port: string): void {
  const inside = namespace ?? '';
  const ip = (...words: string[]): void => run(['ip', '-n', inside, ...words]);
  run(['ip', 'netns', 'add', inside]);
  run(['ip', 'link', 'add', port, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', inside]);
  run(['ip', 'link', 'set', port, 'master', bridge, 'up']);
  ip('address', 'add', `${host}/24`, 'dev', 'eth0');
  ip('link', 'set', 'eth0', 'up');
  ip('link', 'set', 'lo', 'up');
  for (const [name, value] of Object.entries(KEEPALIVE)) {
    tryRun(['ip', 'netns', 'exec', inside, 'sysctl', '-q', '-w', `${name}=${value}`]); // some containers allow none
  }
}

const RESET = 'table ip cut\ndelete table ip cut\n';

function cutRules(hosts: string, oneWay: boolean): string {
  const chain = (hook: string, side: string): string =>
    `chain ${hook} {\n type filter hook ${hook} priority 0;\n ip ${side} { ${hosts} } drop\n}\n`;
  const incoming = oneWay ? '' : chain('input', 'saddr');
  return `${RESET}table ip cut {\n${incoming}${chain('output', 'daddr')}}\n`;
}

function nft({ namespace }: Place, rules: string): void {
  run(['ip', 'netns', 'exec', namespace ?? '', 'nft', '-f', '-'], rules);
}

function run([program = '', ...words]: readonly string[], input = ''): void {
  const { status, stderr, error } = spawnSync(program, words, { input, encoding: 'utf8' });
  if (status === 0) return;
  throw new Trouble(
    `The networks of the datacentres could not be made: ${error?.message ?? stderr.trim()}`,
    'start as root with iproute2 and nftables installed, or without networks of their own',
  );
}

function tryRun([program = '', ...words]: readonly string[]): void {
  spawnSync(program, words, { stdio: 'ignore' });
}
