import type { DeliveryParts, DeskParts } from './gateways/hl7v3/index.ts';
import type { Admission } from './platform/admission.ts';
import type { Clock } from './platform/clock.ts';
import { CIS2_PATH, type Config } from './platform/config.ts';
import type { OpenDatabase } from './platform/database.ts';
import { type HttpServer, startHttp } from './platform/http.ts';
import type { Log } from './platform/log.ts';
import type { Answered } from './platform/measures/answered.ts';
import { type Metrics, openMetrics } from './platform/measures/metrics.ts';
import { outcomeOf } from './platform/measures/outcome.ts';
import { type RequestLog, requestLogTo } from './platform/measures/request-log.ts';
import type { MutualTlsOptions } from './platform/mutual-tls.ts';
import { plainFailure } from './platform/plain-failure.ts';
import type { Spine } from './prescriptions/index.ts';

/** What a process counts and logs of its work. */
export type Measures = {
  readonly metrics: Metrics;
  readonly onAnswered: (answered: Answered) => void;
  /** For the parts of the door for HL7 V3. */
  readonly hl7v3: {
    readonly desk: Pick<DeskParts, 'onDoneLater'>;
    readonly deliveries: Pick<DeliveryParts, 'onAttempt'>;
    readonly port: Pick<MutualTlsOptions<unknown>, 'onAnswered'>;
  };
  readonly onMessage: NonNullable<Spine['onAnswered']>;
  readonly onTurn: Metrics['turn'];
  /** Where the metrics are read; null: nowhere. */
  readonly url: string | null;
  close(): Promise<void>;
};

type Parts = {
  readonly log: Log;
  readonly clock: Clock;
  readonly database: OpenDatabase;
  readonly admission: Admission;
};

export async function openMeasures(config: Config, parts: Parts): Promise<Measures> {
  const { datacentre, measures } = config;
  const metrics = openMetrics(datacentre);
  gaugesOf(metrics, parts);
  const requestLog = measures.logsRequests ? requestLogTo(parts.log, parts.clock) : null;
  const port = measures.metrics === null ? null : await openPort(measures.metrics, metrics);
  return {
    metrics,
    onAnswered: (answered) => tell({ metrics, requestLog }, doorOf(answered.route), answered),
    hl7v3: {
      desk: {
        onDoneLater: ({ organisation, asid, reason }) =>
          metrics.site({ organisation, asid, interface: 'hl7v3', outcome: outcomeOf(200, reason) }),
      },
      deliveries: { onAttempt: metrics.delivered },
      port: { onAnswered: (answered) => tell({ metrics, requestLog }, 'hl7v3', answered) },
    },
    onMessage: (interaction, outcome) => {
      const isRefused = outcome.kind === 'Refused';
      const reason = isRefused ? outcome.rejection.kind : null;
      metrics.done({ interaction, outcome: isRefused ? 'refused' : 'accepted', reason });
    },
    onTurn: metrics.turn,
    url: port === null ? null : `http://${measures.metrics?.host}:${port.port}/metrics`,
    close: async () => port?.close(),
  };
}

/** Asked by balancers all the time. */
const HEALTH = ['/_ready', '/_ping', '/_status', '/_healthcheck', '/healthcheck'];

function tell(
  { metrics, requestLog }: { readonly metrics: Metrics; readonly requestLog: RequestLog | null },
  door: string,
  answered: Answered,
): void {
  const { request, route, response, elapsedMs } = answered;
  const { organisation = null, asid = null, reason = null, interaction } = response.about ?? {};
  const counted = {
    interface: door,
    interaction: interaction ?? (route === null ? 'unknown' : `${request.method} ${route}`),
    outcome: outcomeOf(response.status, reason),
    elapsedMs,
    organisation,
    asid,
    reason,
  };
  metrics.answered(counted);
  const isHealth = HEALTH.some((end) => counted.interaction.endsWith(end));
  if (requestLog !== null && !isHealth) requestLog(answered, counted);
}

/** By the beginning of the path; what is none of these is a page. */
const DOORS: readonly (readonly [begins: string, door: string])[] = [
  ['/electronic-prescriptions/', 'fhir-legacy'],
  ['/fhir-prescribing/', 'fhir-prescribing'],
  ['/fhir-dispensing/', 'fhir-dispensing'],
  ['/personal-demographics/', 'pds'],
  ['/spine-directory/', 'sds'],
  ['/oauth2', 'oauth2'],
  [CIS2_PATH, 'cis2'],
  ['/login', 'broker'],
  ['/saml', 'broker'],
  ['/signing-service', 'signing-service'],
  ['/pki', 'pki'],
  ['/_local', 'local'],
  ['/realms', 'local'],
  ['/_ready', 'health'],
  ['/.well-known', 'health'],
];

const doors = new Map<string | null, string>([[null, 'unknown']]);

function doorOf(route: string | null): string {
  const known = doors.get(route);
  if (known !== undefined || route === null) return known ?? 'unknown';
  const door = DOORS.find(([begins]) => route.startsWith(begins))?.[1] ?? 'pages';
  doors.set(route, door);
  return door;
}

function gaugesOf(metrics: Metrics, { database, admission }: Parts): void {
  metrics.gauge(
    {
      name: 'openspine_database_load',
      help: 'Connections; statements sent and not answered; statements that wait for a commit',
      labels: ['of'],
    },
    async () => Object.entries(database.load()).map(([of, value]) => ({ labels: { of }, value })),
  );
  metrics.gauge(
    {
      name: 'openspine_requests_under_way',
      help: 'Requests under way, and how many may be before others are refused',
      labels: ['of'],
    },
    async () => {
      const { underWay, most } = admission.load();
      return [
        { labels: { of: 'under-way' }, value: underWay },
        { labels: { of: 'most' }, value: most },
      ];
    },
  );
}

async function openPort(
  { host, port }: NonNullable<Config['measures']['metrics']>,
  { text, contentType }: Metrics,
): Promise<HttpServer> {
  const server = await startHttp(host, port, () => plainFailure({ kind: 'Unavailable' }));
  const headers = { 'Content-Type': contentType, 'Cache-Control': 'no-store' };
  const handle = async () => ({ status: 200, headers, body: await text() });
  await server.serve({
    routes: [{ method: 'GET', path: '/metrics', handle }],
    mounts: [],
    headers: () => ({}),
    onFailure: (_request, failure) => plainFailure(failure),
  });
  return server;
}
