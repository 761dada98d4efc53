import type { DeliveryParts, DeskParts } from './gateways/hl7v3/index.ts';
import type { Admission } from './platform/admission.ts';
import type { Clock } from './platform/clock.ts';
import { CIS2_PATH, type Config } from './platform/config.ts';
import type { OpenDatabase } from './platform/database.ts';
import { type Around, type HttpResponse, type HttpServer, startHttp } from './platform/http.ts';
import {
  type Agents,
  openAgents,
  openRecorder,
  PROBE_ORGANISATIONS,
  type Recorder,
  SYNTHETIC_HEADER,
} from './operations/index.ts';
import { describeBug, type Log } from './platform/log.ts';
import type { Answered } from './platform/measures/answered.ts';
import { openJobWatch } from './platform/measures/job-watch.ts';
import { type Metrics, openMetrics } from './platform/measures/metrics.ts';
import { outcomeOf } from './platform/measures/outcome.ts';
import { type RequestLog, requestLogTo } from './platform/measures/request-log.ts';
import { NO_TRACES, openTraces, type Traces } from './platform/measures/traces.ts';
import type { MutualTlsOptions } from './platform/mutual-tls.ts';
import { plainFailure } from './platform/plain-failure.ts';
import type { Spine } from './prescriptions/index.ts';
import { VERSION } from './version.ts';

/** What a process counts and logs of its work. */
export type Measures = {
  readonly metrics: Metrics;
  readonly onAnswered: (answered: Answered) => void;
  /** For the parts of the door for HL7 V3. */
  readonly hl7v3: {
    readonly desk: Pick<DeskParts, 'onDoneLater' | 'traces'>;
    readonly deliveries: Pick<DeliveryParts, 'onAttempt' | 'traces'>;
    readonly port: Pick<MutualTlsOptions<unknown>, 'onAnswered' | 'around'>;
  };
  readonly traces: Traces;
  /** Follows the requests of a door, where anything is followed. */
  readonly around: Around;
  readonly onMessage: NonNullable<Spine['onAnswered']>;
  readonly onUnreadable: NonNullable<Spine['onUnreadable']>;
  readonly onTurn: Metrics['turn'];
  /** Jobs of this process that are late or fail. */
  readonly troubledJobs: () => readonly string[];
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
  const { datacentre, measures, mode } = config;
  const without = mode === 'test' ? SYNTHETIC : [];
  const metrics = openMetrics(datacentre, without);
  gaugesOf(metrics, parts);
  const requestLog = measures.logsRequests ? requestLogTo(parts.log, parts.clock) : null;
  const traces = await tracesOf(config);
  const agents = openAgents();
  const recorder = recorderOf(datacentre, { metrics, agents }, parts);
  const watch = openJobWatch();
  const port = measures.metrics === null ? null : await openPort(measures.metrics, metrics);
  return {
    metrics,
    traces,
    around: aroundWith(traces),
    onAnswered: (answered) => {
      const isLeftOut = without.length > 0 && SYNTHETIC_HEADER in answered.request.headers;
      if (!isLeftOut) tell({ metrics, requestLog, agents }, doorOf(answered.route), answered);
    },
    hl7v3: hl7Measures({ metrics, requestLog, agents, traces }),
    onMessage: ({ interaction, actor: { organisation } }, outcome) => {
      const isRefused = outcome.kind === 'Refused';
      const reason = isRefused ? outcome.rejection.kind : null;
      const said = isRefused ? 'refused' : 'accepted';
      metrics.done({ interaction, outcome: said, reason, organisation });
    },
    onUnreadable: (message, fault) => {
      parts.log({ event: 'order-unreadable', ...message, outcome: describeBug(fault) });
    },
    onTurn: (job, turn) => {
      metrics.turn(job, turn);
      recorder.onTurn(job, turn);
      watch.onTurn(job, turn);
    },
    troubledJobs: watch.troubled,
    url: port === null ? null : `http://${measures.metrics?.host}:${port.port}/metrics`,
    close: async () => {
      await recorder.close();
      await port?.close();
      await traces.close();
    },
  };
}

/** Their journeys are no work of anybody's: they are left out of all counts [EXPERIENCE 6.3]. */
const SYNTHETIC: readonly string[] = Object.values(PROBE_ORGANISATIONS);

function tracesOf({ datacentre, measures: { tracesUrl: url } }: Config): Promise<Traces> {
  return url === null
    ? Promise.resolve(NO_TRACES)
    : openTraces({ url, datacentre, version: VERSION });
}

function aroundWith(traces: Traces): Around {
  if (traces === NO_TRACES) return (_request, _route, work) => work();
  return ({ method, headers }, route, work) => {
    const attributes = { 'http.request.method': method, 'http.route': route };
    return traces.within(
      { name: `${method} ${route}`, kind: 'server', attributes },
      async () => {
        const response = await work();
        const [, traceId = ''] = (traces.traceparent() ?? '').split('-');
        return { ...response, about: { ...NOBODY, ...response.about, traceId } };
      },
      { of: headers['traceparent'] ?? null, said },
    );
  };
}

const NOBODY = { organisation: null, asid: null, reason: null };

function said({ status, about }: HttpResponse): Record<string, string | number> {
  const { interaction, organisation, reason = null } = about ?? {};
  return {
    'http.response.status_code': status,
    'openspine.outcome': outcomeOf(status, reason),
    ...(interaction === undefined ? {} : { 'openspine.interaction': interaction }),
    ...(organisation === null || organisation === undefined
      ? {}
      : { 'openspine.organisation': organisation }),
  };
}

function recorderOf(
  datacentre: string,
  { metrics: { totals }, agents }: Pick<Telling, 'metrics' | 'agents'>,
  { database, admission, log }: Parts,
): Recorder {
  return openRecorder({
    database,
    datacentre,
    totals,
    agents,
    figures: () => {
      const { underWay: requestsUnderWay, most: requestsMost } = admission.load();
      return { ...database.load(), requestsUnderWay, requestsMost };
    },
    onFailure: (error) => log({ event: 'bug', requestId: 'measures', outcome: describeBug(error) }),
  });
}

type Telling = {
  readonly metrics: Metrics;
  readonly requestLog: RequestLog | null;
  readonly agents: Agents;
};

function hl7Measures({
  traces,
  ...telling
}: Telling & { readonly traces: Traces }): Measures['hl7v3'] {
  const { metrics } = telling;
  return {
    desk: {
      traces,
      onDoneLater: ({ organisation, asid, reason }) =>
        metrics.site({ organisation, asid, interface: 'hl7v3', outcome: outcomeOf(200, reason) }),
    },
    deliveries: { traces, onAttempt: metrics.delivered },
    port: {
      around: aroundWith(traces),
      onAnswered: (answered) => tell(telling, 'hl7v3', answered),
    },
  };
}

/** Asked by balancers all the time. */
const HEALTH = ['/_ready', '/_jobs', '/_ping', '/_status', '/_healthcheck', '/healthcheck'];

function tell({ metrics, requestLog, agents }: Telling, door: string, answered: Answered): void {
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
  if (organisation !== null) {
    const site = { organisation, asid: asid ?? '', interface: door };
    agents.note(site, request.headers['user-agent']);
  }
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
  ['/_jobs', 'health'],
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
