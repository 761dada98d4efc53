import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

import { present } from '../../../src/kernel/bug.ts';
import { type Zone, ZONES } from '../../../src/platform/replicated-postgres/layout.ts';
import { type Fault, inNetworks, type Scene, WRITES_BACK_MS } from '../fault.ts';
import { primaryOf, type System } from '../system.ts';

/** Links between the sites and the witness that are bad, and not gone. */
export const linkFaults: readonly Fault[] = [
  {
    ...common('F7', 'links stop and come back one by one, in any order'),
    happen: clogs,
  },
  lossy(1),
  lossy(5),
  lossy(20),
  {
    ...common('F5', 'a process of the primary’s site does not reach its databases'),
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

const LOSSY_MS = 15_000;

/** Of all that leaves a zone so much is lost. */
function lossy(percent: number): Fault {
  return {
    ...common('F8', `${percent} % of what is sent between sites is lost`),
    happen: async ({ system }) => {
      const rule = `numgen random mod 100 < ${percent} drop`;
      for (const zone of ZONES) {
        filter(
          system,
          zone,
          `table ip loss {\n chain output {\n type filter hook output priority 1;\n oifname "eth0" ${rule}\n }\n}\n`,
        );
      }
      await delay(LOSSY_MS);
      for (const zone of ZONES) filter(system, zone, 'delete table ip loss\n');
    },
  };
}

function filter({ cluster }: System, zone: Zone, rules: string): void {
  const pid = present(cluster.pidsOf(zone)[0], 'process of the zone');
  const words = ['--target', String(pid), '--net', 'nft', '-f', '-'];
  const { status, stderr } = spawnSync('nsenter', words, { input: rules, encoding: 'utf8' });
  if (status !== 0) throw new Error(`no rules for zone ${zone}: ${stderr}`);
}
