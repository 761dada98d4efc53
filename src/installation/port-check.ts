import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';

import { commandLine } from '../platform/processes.ts';

export type PortInUse = { readonly port: number; readonly holder: string | null };

const LISTENING = '0A'; // state of a socket in /proc/net/tcp

/** Those of the ports that another program listens on. */
export async function portsInUse(ports: readonly number[]): Promise<readonly PortInUse[]> {
  const taken = await Promise.all(ports.map(async (port) => ({ port, free: await isFree(port) })));
  return taken.filter(({ free }) => !free).map(({ port }) => ({ port, holder: holderOf(port) }));
}

/** Tried by listening: that is what will be done with it. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      server.close(() => resolve(true));
    });
  });
}

/** "process 4711 (nginx -g daemon)"; null where /proc does not tell us. */
function holderOf(port: number): string | null {
  const inodes = listeningInodes(port);
  for (const pid of entriesOf('/proc').filter((name) => /^\d+$/.test(name))) {
    for (const descriptor of entriesOf(`/proc/${pid}/fd`)) {
      const socket = linkOf(`/proc/${pid}/fd/${descriptor}`);
      if (socket !== null && inodes.has(socket)) {
        return `process ${pid} (${commandLine(Number(pid)).slice(0, 80)})`;
      }
    }
  }
  return null;
}

function listeningInodes(port: number): ReadonlySet<string> {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const lines = ['/proc/net/tcp', '/proc/net/tcp6'].flatMap((file) => linesOf(file));
  return new Set(
    lines
      .map((line) => line.trim().split(/\s+/))
      .filter(([, local, , state]) => local?.endsWith(`:${hex}`) && state === LISTENING)
      .map((columns) => `socket:[${columns[9] ?? ''}]`),
  );
}

/** Processes end while we look, and those of others are closed to us: then there is nothing to see. */
function entriesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function linkOf(path: string): string | null {
  try {
    return readlinkSync(path);
  } catch {
    return null;
  }
}
