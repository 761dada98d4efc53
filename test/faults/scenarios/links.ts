import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import { present } from '../../../src/kernel/bug.ts';
import { type Zone, ZONES } from '../../../src/platform/replicated-postgres/layout.ts';
import { type Fault, inNetworks, partOf, type Scene, WRITES_BACK_MS } from '../fault.ts';
import type { Slowness, Target } from '../slow-way.ts';
import { primaryOf, type System } from '../system.ts';

const ERRORS_PART = 0.01; // at 5 % loss [RELIABILITY F8]

/** Links between the sites and the witness that are bad, and not gone. */
export const linkFaults: readonly Fault[] = [
  {
    ...common('F7', 'links stop and come back one by one, in any order'),
    counted: 200,
    happen: clogs,
  },
  ...[1, 5, 20].flatMap((part) => [lossy(part, 'drop'), lossy(part, 'reset')]),
  slow('an answer from another site takes 50 ms more', { delayMs: 25, bytesPerSecond: null }),
  slow('an answer from another site takes 500 ms more', { delayMs: 250, bytesPerSecond: null }),
  slow('a megabyte in a second goes between sites', { delayMs: 0, bytesPerSecond: 1_000_000 }),
  {
    ...common('F5', 'a process of the primary’s site does not reach its databases'),
    counted: 20,
    gapMaxMs: 5_000,
    happen: async ({ system }) => {
      const zone = await primaryOf(system);
      // Processes are on the machine itself: the last address of the block.
      const rule = 'ip saddr & 0.0.0.255 == 0.0.0.254 drop';
      filter(
        system,
        zone,
        `table ip way {\n chain input {\n type filter hook input priority 1;\n ${rule}\n }\n}\n`,
      );
      await delay(AWAY_MS);
      filter(system, zone, 'delete table ip way\n');
    },
  },
];

const AWAY_MS = 12_000;

function common(id: string, name: string): Omit<Fault, 'happen'> {
  return { id, name, times: 1, missing: inNetworks, gapMaxMs: WRITES_BACK_MS };
}

const CLOGS = 12;
const CLOG_MAX_MS = 3_000;

/** Each cut lasts until all are healed, after some of them. */
async function clogs({ system: { cluster }, random }: Scene): Promise<void> {
  for (let turn = 0; turn < CLOGS; turn += 1) {
    const zone = present(ZONES[Math.floor(random() * ZONES.length)], 'zone');
    const others = ZONES.filter((one) => one !== zone && random() < 0.7);
    if (others.length > 0) cluster.cut(zone, others, random() < 0.5);
    await delay(CLOG_MAX_MS * random());
    if (random() < 0.5) cluster.heal();
  }
  cluster.heal();
}

const BAD_MS = 15_000;

/** Of all that leaves a zone so much is lost, or ends its connection. */
function lossy(percent: number, how: 'drop' | 'reset'): Fault {
  const words = how === 'drop' ? 'is lost' : 'ends its connection';
  const rule =
    how === 'drop'
      ? `numgen random mod 100 < ${percent} drop`
      : `meta l4proto tcp numgen random mod 1000 < ${percent} reject with tcp reset`;
  const isJudged = how === 'drop' && percent === 5;
  const table = `table ip loss {\n chain output {\n type filter hook output priority 1;\n oifname "eth0" ${rule}\n }\n}\n`;
  const part = how === 'drop' ? `${percent} %` : `${percent} ‰`;
  return {
    ...common('F8', `${part} of what is sent between sites ${words}`),
    times: how === 'drop' ? 1 : 0,
    counted: 5,
    ...(isJudged
      ? {
          judge: partOf(
            'were late or came at a second attempt',
            ERRORS_PART,
            ({ failed }) => failed,
          ),
        }
      : {}),
    happen: async ({ system }) => {
      for (const zone of ZONES) filter(system, zone, table);
      await delay(BAD_MS);
      for (const zone of ZONES) filter(system, zone, 'delete table ip loss\n');
    },
  };
}

/** All connections between zones are broken, and lead by a slow way until it is over. */
function slow(name: string, slowness: Slowness): Fault {
  return {
    ...common('F8', name),
    counted: 5,
    happen: async ({ system }) => {
      const ways = await Promise.all(ZONES.map((zone) => slowWayOf(system, zone, slowness)));
      for (const zone of ZONES) filter(system, zone, slowRules(system, zone));
      await delay(BAD_MS);
      for (const zone of ZONES) filter(system, zone, 'delete table ip slow\n');
      for (const way of ways) way.disconnect(); // it ends then
    },
  };
}

const SLOW_WAY = fileURLToPath(new URL('../slow-way-process.ts', import.meta.url));

/** In the network of the zone, to all ports of the others: each port of the cluster is another number. */
async function slowWayOf(
  { cluster: { layout, pidsOf } }: System,
  zone: Zone,
  slowness: Slowness,
): Promise<ChildProcess> {
  const targets: readonly Target[] = ZONES.filter((one) => one !== zone).flatMap((one) =>
    Object.values(layout.ports[one]).map((port) => ({ host: layout.places[one].host, port })),
  );
  const program = [process.execPath, SLOW_WAY, JSON.stringify({ targets, slowness })];
  const way = spawn('nsenter', ['--target', pidIn(pidsOf, zone), '--net', ...program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [said] = await Promise.race([once(way, 'message'), once(way, 'exit')]);
  if (said !== 'open') throw new Error(`no slow way in zone ${zone}: ${said}`);
  return way;
}

/** Programs run as an account of their own, the slow way as root: only it reaches the others from now on. */
function slowRules({ cluster: { layout } }: System, zone: Zone): string {
  const others = ZONES.filter((one) => one !== zone);
  const hosts = others.map((one) => layout.places[one].host).join(', ');
  const ports = others.flatMap((one) => Object.values(layout.ports[one])).join(', ');
  const those = `ip daddr { ${hosts} } tcp dport { ${ports} } meta skuid != 0`;
  const chain = (name: string, type: string, does: string): string =>
    `chain ${name} {\n type ${type};\n ${those} ${does}\n}\n`;
  const anew = chain('anew', 'nat hook output priority -100', 'redirect');
  const old = chain('old', 'filter hook output priority 1', 'reject with tcp reset');
  return `table ip slow {\n${anew}${old}}\n`;
}

function filter(system: System, zone: Zone, rules: string): void {
  inZone(system, zone, ['nft', '-f', '-'], rules);
}

function inZone({ cluster }: System, zone: Zone, command: readonly string[], input: string): void {
  const words = ['--target', pidIn(cluster.pidsOf, zone), '--net', ...command];
  const { status, stderr } = spawnSync('nsenter', words, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.join(' ')} in zone ${zone}: ${stderr}`);
}

function pidIn(pidsOf: System['cluster']['pidsOf'], zone: Zone): string {
  return String(present(pidsOf(zone)[0], 'process of the zone'));
}
