import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

import { signal } from '../../../src/platform/processes.ts';
import type { Site } from '../../../src/platform/replicated-postgres.ts';
import { always, type Fault, type Scene } from '../fault.ts';
import { processOf } from '../programs.ts';

const PRLIMIT = '/usr/bin/prlimit';
const SHORT_MS = 8_000;
const SPARE_BYTES = 16_777_216;

/** Processes of datacentres that stand still, or that the machine gives nothing more. */
export const processFaults: readonly Fault[] = [
  stands(1_000),
  stands(5_000),
  short('no file handle is left to the process of a datacentre', (pid) => {
    const open = readdirSync(`/proc/${pid}/fd`).length;
    return { name: 'nofile', most: open };
  }),
  short('no memory is left to the process of a datacentre', (pid) => {
    const kilobytes = /^VmData:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return { name: 'data', most: Number(kilobytes) * 1_024 + SPARE_BYTES };
  }),
];

/** As when something keeps its event loop busy: it must answer nobody with what is over meanwhile. */
function stands(forMs: number): Fault {
  return {
    id: 'F37',
    name: `the process of a datacentre stands still for ${forMs / 1000} s`,
    times: 1,
    counted: 10,
    missing: always,
    gapMaxMs: forMs + 5_000,
    happen: async ({ random }) => {
      const pid = processOf(oneOf(random));
      signal(pid, 'SIGSTOP');
      await delay(forMs);
      signal(pid, 'SIGCONT');
    },
  };
}

type Limit = { readonly name: 'nofile' | 'data'; readonly most: number };

/** It goes on with what it has, or ends and is started again. */
function short(name: string, limitOf: (pid: number) => Limit): Fault {
  return {
    id: 'F37',
    name,
    times: 1,
    counted: 10,
    missing: () => (existsSync(PRLIMIT) ? null : 'this needs prlimit'),
    gapMaxMs: 10_000,
    happen: async ({ random }: Scene) => {
      const pid = processOf(oneOf(random));
      const { name: limit, most } = limitOf(pid);
      const before = limited(pid, [`--${limit}`, '--noheadings', '--raw', '--output=SOFT']).trim();
      limited(pid, [`--${limit}=${most}:`]); // the hard limit stays, so that it can be taken back
      await delay(SHORT_MS);
      if (existsSync(`/proc/${pid}`)) limited(pid, [`--${limit}=${before}:`]);
    },
  };
}

/** What it may ask the machine for. */
function limited(pid: number, words: readonly string[]): string {
  const options = { encoding: 'utf8' } as const;
  const { status, stdout, stderr } = spawnSync(PRLIMIT, [`--pid=${pid}`, ...words], options);
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

function oneOf(random: () => number): Site {
  return random() < 0.5 ? 'a' : 'b';
}
