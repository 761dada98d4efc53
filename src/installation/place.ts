import { setTimeout as delay } from 'node:timers/promises';

import { portBasesFrom, portsFrom } from './addresses.ts';
import { clearLeft } from './database.ts';
import { type PortInUse, portsInUse } from './port-check.ts';
import { findState, removeState, type State } from './state-file.ts';
import { PORTS_OF_CLUSTER } from '../platform/replicated-postgres.ts';
import type { UpOptions } from './up-options.ts';

export type Place =
  | { readonly kind: 'free'; readonly portBase: number }
  | { readonly kind: 'running'; readonly state: State }
  | { readonly kind: 'taken'; readonly ports: readonly PortInUse[] };

const PORT_WAIT_MS = 3_000; // datacentres of a killed run end by themselves, but not at once
const REPLICATED_WAIT_MS = 20_000; // and two databases first hand over to each other
const PORT_POLL_MS = 100;

/** The block of ports to start on: the one asked for, or with --auto-port the next that is free. */
export async function choosePlace(options: UpOptions): Promise<Place> {
  const first = await look(options.portBase, options);
  if (first.kind === 'free' || !options.autoPort) return first;
  for (const portBase of portBasesFrom(options.portBase)) {
    const place = await look(portBase, options);
    if (place.kind === 'free') return place;
  }
  return first;
}

async function look(portBase: number, options: UpOptions): Promise<Place> {
  const found = findState(portBase);
  if (found.kind === 'running') return { kind: 'running', state: found.state };
  if (found.kind === 'stale') await clearStale(found.state);
  const ports = await takenPorts(portBase, options, found.kind === 'stale');
  return ports.length === 0 ? { kind: 'free', portBase } : { kind: 'taken', ports };
}

/** Silently: a crash of the last run is no news to this one. */
async function clearStale(state: State): Promise<void> {
  await clearLeft(state.data);
  removeState(state.portBase);
}

async function takenPorts(
  portBase: number,
  options: UpOptions,
  isAfterCrash: boolean,
): Promise<readonly PortInUse[]> {
  const wanted = wantedPorts(portBase, options);
  const waitMs = options.isReplicated ? REPLICATED_WAIT_MS : PORT_WAIT_MS;
  const deadline = performance.now() + (isAfterCrash ? waitMs : 0);
  let taken = await portsInUse(wanted);
  while (taken.length > 0 && performance.now() < deadline) {
    await delay(PORT_POLL_MS);
    taken = await portsInUse(wanted);
  }
  return taken;
}

function wantedPorts(portBase: number, { databaseUrl, isReplicated }: UpOptions): number[] {
  const { database, replicated, ...servers } = portsFrom(portBase);
  const own = isReplicated
    ? Array.from({ length: PORTS_OF_CLUSTER }, (_, port) => replicated + port)
    : [database];
  return [...Object.values(servers), ...(databaseUrl === null ? own : [])];
}
