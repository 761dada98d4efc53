import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import { json } from 'node:stream/consumers';

import type { DatacentreState } from './kept-process.ts';
import { stateFile } from './state-file.ts';
import type { ClusterStatus, Site } from '../platform/replicated-postgres.ts';
import { messageOf, Trouble } from '../platform/trouble.ts';

const VERBS = ['status', 'drain', 'fail', 'partition', 'heal', 'promote', 'roll'] as const;

/** What the process of `spine up` is told by `spine dc`. */
export type Order = {
  readonly do: (typeof VERBS)[number];
  /** Null where the order is about all. */
  readonly site: 'a' | 'b' | null;
  readonly isHard: boolean;
};

/** What came of an order: how all is now, or why it could not be done. */
export type Answered = { readonly status: DatacentreStatus } | { readonly problem: string };

/** How the datacentres are. */
export type DatacentreStatus = {
  readonly processes: Readonly<Record<Site, DatacentreState>>;
  /** Null: one database for both. */
  readonly databases: ClusterStatus | null;
};

export type Control = { close(): Promise<void> };

/** Beside the note of the running installation; only its user may write there. */
export function socketOf(portBase: number): string {
  return stateFile(portBase).replace(/\.json$/, '.sock');
}

/** Listens on a socket file for orders. */
export async function openControl(
  portBase: number,
  obey: (order: Order) => Promise<Answered>,
): Promise<Control> {
  const path = socketOf(portBase);
  rmSync(path, { force: true });
  const server = createServer((asked, response) => {
    answerTo(asked, obey).then(
      (answer) => response.end(JSON.stringify(answer)),
      () => response.destroy(),
    );
  });
  const mask = process.umask(0o177); // its user alone
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, resolve);
  }).finally(() => process.umask(mask));
  return {
    close: async () => {
      await new Promise((resolve) => {
        server.close(resolve);
        server.closeAllConnections();
      });
      rmSync(path, { force: true });
    },
  };
}

async function answerTo(
  asked: IncomingMessage,
  obey: (order: Order) => Promise<Answered>,
): Promise<Answered> {
  try {
    const order = orderOf(await json(asked));
    return order === null ? { problem: 'this order is not known' } : await obey(order);
  } catch (error) {
    const remedy = error instanceof Trouble ? `; ${error.remedy}` : '';
    return { problem: `${messageOf(error)}${remedy}` };
  }
}

/** Null when nobody listens. */
export function give(portBase: number, order: Order): Promise<Answered | null> {
  return giveAt(socketOf(portBase), order);
}

/** The same, by the socket file. */
export async function giveAt(socketPath: string, order: Order): Promise<Answered | null> {
  try {
    const asked = request({ socketPath, method: 'POST', path: '/' });
    const answer = new Promise<unknown>((resolve, reject) => {
      asked.once('error', reject);
      asked.once('response', (response) => resolve(json(response)));
    });
    asked.end(JSON.stringify(order));
    const told = await answer;
    return isAnswered(told) ? told : null;
  } catch {
    return null;
  }
}

function orderOf(value: unknown): Order | null {
  if (typeof value !== 'object' || value === null || !('do' in value)) return null;
  const verb = VERBS.find((one) => one === value.do);
  if (verb === undefined) return null;
  const site = 'site' in value && (value.site === 'a' || value.site === 'b') ? value.site : null;
  return { do: verb, site, isHard: 'isHard' in value && value.isHard === true };
}

function isAnswered(value: unknown): value is Answered {
  return typeof value === 'object' && value !== null && ('status' in value || 'problem' in value);
}
