import { type Site, SITES } from '../../src/platform/replicated-postgres.ts';
import type { System } from './system.ts';

/** What to import for a process with this setting. */
export function settingOf(name: string, value: string): string {
  const words = `process.env[${JSON.stringify(name)}] = ${JSON.stringify(value)}`;
  return `data:text/javascript,${encodeURIComponent(words)}`;
}

/** What to import for a process whose log goes to this file. */
export function logsTo(file: string): string {
  const words = `import { closeSync, openSync } from 'node:fs';
    closeSync(2);
    openSync(${JSON.stringify(file)}, 'a'); // the lowest that is free`;
  return `data:text/javascript,${encodeURIComponent(words)}`;
}

/** One after the other: somebody serves all the time. */
export async function startedAgain(
  { datacentres, loads }: System,
  besides: readonly string[],
  sites: readonly Site[] = SITES,
): Promise<void> {
  for (const site of sites) {
    loads[site](besides);
    await datacentres[site].fail(false);
    await datacentres[site].restore();
  }
}
