import { spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

import { present } from '../../../src/kernel/bug.ts';
import { type Zone, ZONES } from '../../../src/platform/replicated-postgres/layout.ts';
import { type Fault, inNetworks, WRITES_BACK_MS } from '../fault.ts';
import type { System } from '../system.ts';

/** Links between the sites and the witness that are bad, and not gone. */
export const linkFaults: readonly Fault[] = [lossy(1), lossy(5), lossy(20)];

function common(id: string, name: string): Omit<Fault, 'happen'> {
  return { id, name, times: 1, missing: inNetworks, gapMaxMs: WRITES_BACK_MS };
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
