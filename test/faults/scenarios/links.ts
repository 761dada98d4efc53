import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

import { present } from '../../../src/kernel/bug.ts';
import { type Zone, ZONES } from '../../../src/platform/replicated-postgres/layout.ts';
import { type Fault, inNetworks, partOf, type Scene, WRITES_BACK_MS } from '../fault.ts';
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
  slow('what is sent between sites takes 50 ms more', ['netem', 'delay', '50ms']),
  slow('what is sent between sites takes 500 ms more', ['netem', 'delay', '500ms']),
  slow(
    'a megabyte in a second goes between sites',
    'tbf rate 8mbit burst 32kbit latency 400ms'.split(' '),
  ),
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

/** All that leaves a zone takes so much longer, or gets no more room than that. */
function slow(name: string, queue: readonly string[]): Fault {
  return {
    ...common('F8', name),
    times: 0,
    counted: 5,
    missing: (system) => inNetworks(system) ?? withoutQueue(queue),
    happen: async ({ system }) => {
      for (const zone of ZONES) queued(system, zone, ['add', 'dev', 'eth0', 'root', ...queue]);
      await delay(BAD_MS);
      for (const zone of ZONES) queued(system, zone, ['del', 'dev', 'eth0', 'root']);
    },
  };
}

/** Whether this kernel has it. */
function withoutQueue(queue: readonly string[]): string | null {
  const words = ['--net', 'tc', 'qdisc', 'add', 'dev', 'lo', 'root', ...queue];
  return spawnSync('unshare', words).status === 0 ? null : `this needs a kernel with ${queue[0]}`;
}

function queued(system: System, zone: Zone, words: readonly string[]): void {
  inZone(system, zone, ['tc', 'qdisc', ...words], '');
}

function filter(system: System, zone: Zone, rules: string): void {
  inZone(system, zone, ['nft', '-f', '-'], rules);
}

function inZone({ cluster }: System, zone: Zone, command: readonly string[], input: string): void {
  const pid = present(cluster.pidsOf(zone)[0], 'process of the zone');
  const words = ['--target', String(pid), '--net', ...command];
  const { status, stderr } = spawnSync('nsenter', words, { input, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command.join(' ')} in zone ${zone}: ${stderr}`);
}
