import { join } from 'node:path';
import { setInterval } from 'node:timers';

import { startHttp } from '../platform/http.ts';
import { describeBug, type Log } from '../platform/log.ts';
import { plainFailure } from '../platform/plain-failure.ts';
import { DATACENTRES } from './components.ts';
import type { StatusConfig } from './config.ts';
import { deskRoutes } from './incidents/desk/handle.ts';
import { type Monitor, openMonitor, REAL_TIME, type Timekeeper } from './monitor/jobs.ts';
import { minutesRoute } from './monitor/handle.ts';
import type { Step } from './monitor/observed.ts';
import { openChanges, siteService } from './site/handle.ts';
import { filesOf, openStatusPages } from './site/pages.ts';
import { openSiteFolder } from './site/repository.ts';
import { openStore, type Store } from './store/repository.ts';
import { supplierRoutes } from './suppliers/handle.ts';
import { subscribeRoutes } from './subscriptions/handle.ts';
import { deliverDue } from './subscriptions/jobs.ts';
import { isSendingLate } from './subscriptions/record.ts';

export type StatusSite = {
  readonly port: number;
  readonly url: string;
  readonly store: Store;
  readonly monitor: Monitor;
  /** Writes the site as it now is, and sends what is due. */
  refresh(): Promise<void>;
  close(): Promise<void>;
};

const ROUND_MS = 60_000; // [EXPERIENCE 6.3]
const LOOK_MS = 1_000;

type Running = {
  readonly version: string;
  readonly log: Log;
  readonly probe: () => Promise<readonly Step[]>;
  readonly time?: Timekeeper;
  readonly everyMs?: number | null;
};

/**
 * Listens, and from then on watches the service, writes the site and tells its subscribers. What was written before
 * is served from the first moment, whatever else is there or not. `everyMs` null: rounds are made by the caller alone.
 */
export async function startStatusSite(config: StatusConfig, running: Running): Promise<StatusSite> {
  const { everyMs = ROUND_MS } = running;
  const http = await startHttp(config.host, config.port, () =>
    plainFailure({ kind: 'Unavailable' }),
  );
  const url = config.port === 0 ? `http://${config.host}:${http.port}` : config.url;
  const site = openSite({ ...config, url }, running);
  const { store, monitor, write, deliver, onAsked, tell, changes } = site;
  await http.serve(site.service);
  const looking = everyMs === null ? null : watchStore(store, write, onAsked, tell);
  const rounds = everyMs === null ? null : monitor.start(everyMs);
  return {
    port: http.port,
    url,
    store,
    monitor,
    refresh: async () => {
      write();
      await deliver();
    },
    close: async () => {
      looking?.stop();
      await rounds?.close();
      changes.close();
      await http.close();
      store.close();
    },
  };
}

/** All of it but the listening. */
function openSite(config: StatusConfig, { version, log, probe, time = REAL_TIME }: Running) {
  const store = openStore(config.folder);
  const folder = openSiteFolder(join(config.folder, 'site'));
  const pages = openStatusPages({ version, helpContact: config.helpContact });
  const changes = openChanges();
  const offers = { email: config.smtp !== null };
  const now = (): Date => time.now();
  const tell = (error: unknown): void => {
    log({ event: 'bug', requestId: 'status', outcome: describeBug(error) });
  };
  const write = (): void => {
    const snapshot = monitor.snapshot();
    folder.write(filesOf(snapshot, pages, offers), snapshot.now);
    changes.tell();
  };
  const { url, webhookHosts } = config;
  const probeAll = async (): Promise<readonly Step[]> => [
    ...(await probe()),
    ...ownSteps(isSendingLate(store, now())),
  ];
  const parts = { store, url, time, onWritten: write, onFailure: tell };
  const monitor = openMonitor({ ...parts, probe: probeAll });
  const deliver = inTurn(() => deliverDue(store, config, now));
  const onAsked = (): void => {
    deliver().then(undefined, tell);
  };
  const more = [
    ...subscribeRoutes({ store, pages, now, offers, webhookHosts, onAsked }),
    minutesRoute(store, config.key),
    ...supplierRoutes(store, config.key, { now, offers, webhookHosts, onAsked }),
    ...deskRoutes(store, config.key, { now, snapshot: () => monitor.snapshot() }),
  ];
  const service = siteService({ folder, pages, now, more, changes });
  return { store, monitor, write, deliver, onAsked, tell, changes, service };
}

/** What the site knows of itself; it is at neither datacentre, and so at both. */
function ownSteps(isLate: boolean): Step[] {
  return DATACENTRES.map((datacentre) => ({
    component: 'notifications',
    datacentre,
    outcome: isLate ? 'late' : 'ok',
    elapsedMs: 0,
    detail: isLate ? 'messages wait to be sent' : null,
  }));
}

/** Commands write to the store by themselves; the site follows within a second. */
function watchStore(
  store: Store,
  write: () => void,
  deliver: () => void,
  tell: (error: unknown) => void,
): { stop(): void } {
  let seen = store.changes();
  const timer = setInterval(() => {
    try {
      const now = store.changes();
      if (now !== seen) write();
      seen = now;
      deliver();
    } catch (error) {
      tell(error);
    }
  }, LOOK_MS).unref();
  return { stop: () => clearInterval(timer) };
}

/** One run after the other, so that nothing is sent twice; whoever asks while one is under way waits for the next. */
function inTurn(work: () => Promise<unknown>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let next: Promise<void> | null = null;
  const start = (): Promise<void> => {
    const run = work().then(() => undefined);
    const ended = (): void => {
      running = null;
    };
    running = run.then(ended, ended);
    return run;
  };
  return () => {
    if (running === null) return start();
    next ??= running.then(() => {
      next = null;
      return start();
    });
    return next;
  };
}
