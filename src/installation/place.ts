import { setTimeout as delay } from 'node:timers/promises';

import { portBasesFrom, portsFrom } from './addresses.ts';
import { clearLeft } from './database.ts';
import { type PortInUse, portsInUse } from './port-check.ts';
import { findState, removeState, type State } from './state-file.ts';
import type { UpOptions } from './up-options.ts';

export type Place =
  | { readonly kind: 'free'; readonly portBase: number }
  | { readonly kind: 'running'; readonly state: State }
  | { readonly kind: 'taken'; readonly ports: readonly PortInUse[] };

const PORT_WAIT_MS = 3_000; // datacentres of a killed run end by themselves, but not at once
const PORT_POLL_MS = 100;

/** The block of ports to start on: the one asked for, or with --auto-port the next that is free. */
export async function choosePlace(options: UpOptions): Promise<Place> {
  const first = await look(options.portBase, options.databaseUrl === null);
  if (first.kind === 'free' || !options.autoPort) return first;
  for (const portBase of portBasesFrom(options.portBase)) {
    const place = await look(portBase, options.databaseUrl === null);
    if (place.kind === 'free') return place;
  }
  return first;
}

async function look(portBase: number, ownDatabase: boolean): Promise<Place> {
  const found = findState(portBase);
  if (found.kind === 'running') return { kind: 'running', state: found.state };
  if (found.kind === 'stale') await clearStale(found.state);
  const ports = await takenPorts(portBase, ownDatabase, found.kind === 'stale');
  return ports.length === 0 ? { kind: 'free', portBase } : { kind: 'taken', ports };
}

/** Silently: a crash of the last run is no news to this one. */
async function clearStale(state: State): Promise<void> {
  await clearLeft(state.data);
  removeState(state.portBase);
}

async function takenPorts(
  portBase: number,
  ownDatabase: boolean,
  isAfterCrash: boolean,
): Promise<readonly PortInUse[]> {
  const { database, ...servers } = portsFrom(portBase);
  const wanted = [...Object.values(servers), ...(ownDatabase ? [database] : [])];
  const deadline = performance.now() + (isAfterCrash ? PORT_WAIT_MS : 0);
  let taken = await portsInUse(wanted);
  while (taken.length > 0 && performance.now() < deadline) {
    await delay(PORT_POLL_MS);
    taken = await portsInUse(wanted);
  }
  return taken;
}
