import { readdirSync, readFileSync } from 'node:fs';

import { commandLine, signal } from '../../src/platform/processes.ts';
import type { Site, Zone } from '../../src/platform/replicated-postgres.ts';
import type { System } from './system.ts';

/** The programs of a zone. */
export type Program = 'etcd' | 'patroni' | 'haproxy' | 'postgres';

/** Ids of a program's processes in a zone, its children too. */
export function processesOf({ cluster }: System, zone: Zone, program: Program): number[] {
  const pids = cluster.pidsOf(zone).filter((pid) => isOf(pid, program));
  return pids.flatMap((pid) => [pid, ...childrenOf(pid)]);
}

/** To all of them at once, the children first: none of them can say a word. */
export function signalAll(
  system: System,
  zone: Zone,
  of: readonly Program[],
  name: NodeJS.Signals,
) {
  const pids = of.flatMap((program) => processesOf(system, zone, program));
  for (const pid of pids.toReversed()) signal(pid, name);
}

/** The process of a datacentre, which this process keeps running. */
export function processOf(site: Site): number {
  const found = childrenOf(process.pid).find(
    (pid) => commandLine(pid).trimEnd().endsWith(' serve') && isAt(pid, site),
  );
  if (found === undefined) throw new Error(`no process of datacentre ${site} runs`);
  return found;
}

function isAt(pid: number, site: Site): boolean {
  const settings = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  return settings.includes(`OPENSPINE_DATACENTRE=${site}`);
}

function isOf(pid: number, program: Program): boolean {
  const words = commandLine(pid).split(' ').slice(0, 2);
  return words.some((word) => word.endsWith(`/${program}`));
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === pid)
    .map(Number);
}

function parentOf(pid: string): number | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null; // it ended meanwhile
  }
}
