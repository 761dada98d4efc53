import { certificateEnds, certificateGauge, certificateJobs } from './certificates.ts';
import { damagedPagesGauge, damagedPagesJob } from './damaged-pages.ts';
import { findCertificates } from './directory/index.ts';
import {
  deliveryDepth,
  lostDeliveries,
  lostDelivery,
  requeueDeliveries,
  transmissionDepth,
} from './gateways/hl7v3/index.ts';
import { giveAt } from './installation/control.ts';
import { type Identity, sessionCounts } from './identity/index.ts';
import {
  type DeskClient,
  findingOf,
  lateJob,
  measureJobs,
  openDesk,
  OPERATIONS_VIEWS,
  operationsPages,
  type OperationsPagesParts,
  type Queues,
  type SiteOrder,
  type SystemCertificate,
} from './operations/index.ts';
import { MIGRATION_VIEWS, migrationModel, statusOf } from './migration/index.ts';
import { migrationGauge, migrationWatched, migrationWatchJob } from './migration-watch.ts';
import type { Page, View } from './pages/index.ts';
import type { Clock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import { type Database, DatabaseUnavailable } from './platform/database.ts';
import { outboxDepths, replicationLagSeconds } from './platform/depths.ts';
import type { Job } from './platform/jobs.ts';
import type { Log } from './platform/log.ts';
import type { Metrics, Reading } from './platform/measures/metrics.ts';
import { diskGauge, slowDisksJob } from './slow-disks.ts';

/** The part of the web pages that is for those who look after the service, with what they show of all capabilities. */
export type OperationsPart = {
  readonly pages: readonly Page[];
  readonly views: readonly URL[];
  readonly jobs: readonly Job[];
};

type Parts = {
  readonly database: Database;
  readonly clock: Clock;
  readonly identity: Pick<Identity, 'forOperators'>;
  readonly metrics: Metrics;
};

const LOST_SHOWN = 100;

export function operationsPart(
  config: Config,
  log: Log,
  { database, clock, identity, metrics }: Parts,
): OperationsPart {
  const { audit, control, datacentre, requestsPerMinute, status } = config;
  const { forOperators } = identity;
  const depths = async () => [
    await transmissionDepth(database),
    await deliveryDepth(database),
    ...(await outboxDepths(database)),
  ];
  const sessions = () => sessionCounts(database, clock.securityNow());
  const desk = openDesk(status);
  queueGauges(metrics, database);
  certificateGauge(metrics, database, datacentre);
  diskGauges(metrics, database);
  migrationGauge(metrics, database);
  if (desk !== null) lateGauge(metrics, desk);
  return {
    pages: operationsPages({
      database,
      clock,
      forOperators,
      auditFolder: audit?.folder ?? null,
      desk,
      statusUrl: status?.url ?? null,
      installation: control === null ? null : installationAt(control),
      requestsPerMinute,
      certificates: () => certificateEnds(database),
      certificatesOfSystems: () => certificatesOfSystems(database),
      lagSeconds: () => replicationLagSeconds(database),
      lost: {
        list: () => lostDeliveries(database, { most: LOST_SHOWN }),
        find: (messageId) => lostDelivery(database, messageId),
        requeue: (messageIds, about) => requeueDeliveries(database, messageIds, about),
      },
      migration: () => migrationPage(database),
    }),
    views: [OPERATIONS_VIEWS, MIGRATION_VIEWS],
    jobs: [
      ...measureJobs({ database, clock, depths, sessions }),
      ...certificateJobs(database, config, log),
      ...diskJobs(database, config, log),
      migrationWatchJob(database, log),
      ...(desk === null ? [] : [lateJob({ database, clock }, desk)]),
    ],
  };
}

async function migrationPage(database: Database): Promise<View> {
  const model = migrationModel(
    await statusOf(database),
    await migrationWatched(database),
    new Date(),
  );
  return { view: 'migration/status.njk', title: 'Migration from an older Spine', model };
}

/** Of the program that runs both datacentres, by its socket. */
function installationAt(control: string): OperationsPagesParts['installation'] {
  const give = (order: SiteOrder | { readonly do: 'status'; readonly site: null }) =>
    giveAt(control, { ...order, isHard: false });
  return {
    look: async () => {
      const told = await give({ do: 'status', site: null });
      if (told === null || 'problem' in told) return null;
      const { processes, databases } = told.status;
      const siteOf = (site: 'a' | 'b') => {
        const one = databases?.sites[site] ?? null;
        return {
          process: processes[site],
          database: one === null ? null : `${one.role}, ${one.state}, at ${one.position}`,
        };
      };
      return {
        sites: { a: siteOf('a'), b: siteOf('b') },
        isDurableInBoth: databases?.isDurableInBoth ?? null,
        canTakeOver: databases?.canTakeOver ?? null,
      };
    },
    order: async (order) => {
      const told = await give(order);
      if (told === null) return 'The program that runs both datacentres does not answer';
      return 'problem' in told ? told.problem : null;
    },
  };
}

/** Of message handlers, with the systems that each speaks for. */
async function certificatesOfSystems(database: Database): Promise<SystemCertificate[]> {
  const found = await findCertificates(database, 'all');
  return found
    .filter(({ revokedAt }) => revokedAt === null)
    .map(({ partyKey: whose, asids, serial, expiresAt: endsAt }) => ({
      what: 'message handler',
      whose,
      asids,
      serial,
      endsAt,
    }));
}

/** What one process has looked up for all. */
function queueGauges(metrics: Metrics, database: Database): void {
  const gauge = (
    about: { readonly name: string; readonly help: string; readonly labels: string[] },
    read: (queues: Queues) => readonly Reading[],
  ): void => metrics.gauge(about, async () => read((await queuesIn(database)) ?? NOTHING));
  gauge(
    { name: 'openspine_queue_depth', help: 'How many wait', labels: ['queue'] },
    ({ depths, waiting }) => [
      ...depths.map(({ name: queue, count: value }) => ({ labels: { queue }, value })),
      {
        labels: { queue: 'prescriptions for nominated pharmacies' },
        value: waiting.byAge.reduce((sum, one) => sum + one, 0),
      },
    ],
  );
  gauge(
    { name: 'openspine_sessions', help: 'Sessions that live', labels: ['kind'] },
    ({ sessions }) => sessions.map(({ kind, count: value }) => ({ labels: { kind }, value })),
  );
}

/** A promise to users that is not kept [EXPERIENCE 6.4]. */
function lateGauge(metrics: Metrics, desk: DeskClient): void {
  const name = 'openspine_incident_update_late_seconds';
  const help = 'By how much the next update of an open incident is late; 0: it is in time';
  metrics.gauge({ name, help, labels: ['incident'] }, async () => {
    const found = await desk.look();
    return (found?.incidents ?? []).flatMap(({ number: incident, nextUpdateAt }) => {
      if (nextUpdateAt === null) return [];
      const value = Math.max(0, (Date.now() - Date.parse(nextUpdateAt)) / 1_000);
      return [{ labels: { incident }, value }];
    });
  });
}

/** Of the disks of the databases: what is damaged on them, and how slow they are. */
function diskGauges(metrics: Metrics, database: Database): void {
  damagedPagesGauge(metrics, database);
  diskGauge(metrics, database);
}

function diskJobs(database: Database, config: Config, log: Log): readonly Job[] {
  return [damagedPagesJob(database, config, log), slowDisksJob(database, config, log)];
}

const NOTHING: Queues = { waiting: { byAge: [], oldestAt: null }, depths: [], sessions: [] };

/** Null with the database away: the other numbers are told all the same. */
async function queuesIn(database: Database): Promise<Queues | null> {
  try {
    return (await findingOf<Queues>(database, 'queues'))?.found ?? null;
  } catch (error) {
    if (error instanceof DatabaseUnavailable) return null;
    throw error;
  }
}
