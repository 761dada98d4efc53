import type { Measures } from './measures.ts';
import { readiness, type Database } from './platform/database.ts';
import { lateQueues } from './platform/depths.ts';
import type { HttpResponse, HttpRoute } from './platform/http.ts';
import { alternates, type Server } from './served-by.ts';

/** One address of the installation, as who asks should try them in turn [IDENTITY 2.5]. */
type Endpoint = {
  readonly url: string;
  /** Null while nobody answers there. */
  readonly datacentre: string | null;
  readonly health: 'pass' | 'fail';
};

type List = { readonly checkedAt: string; readonly endpoints: readonly Endpoint[] };

const READY_PATH = '/_ready';
const JOBS_PATH = '/_jobs';
const ENDPOINTS_PATH = '/.well-known/spine-endpoints';

const QUEUE_LATE_MS = 15 * 60_000; // of what suppliers wait for [EXPERIENCE 6.3]
const ANSWER_MS = 1_000;
const FRESH_MS = 1_000;
const JSON_TYPE = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };

/**
 * Addresses that need no sign-in: whether this process can do its work, for balancers; whether the work that nobody
 * waits for is in time; and all addresses of the installation with their health, those that answer first and of these
 * the one that was asked.
 */
export function endpointRoutes(
  server: Server,
  database: Database,
  { troubledJobs }: Pick<Measures, 'troubledJobs'>,
): HttpRoute[] {
  const ready = fresh(() => readyAnswer(server, database));
  const list = fresh(() => look(server));
  const late = fresh(() => lateQueues(database, QUEUE_LATE_MS));
  const jobs = async () => jobsAnswer(server, [...troubledJobs(), ...(await late())]);
  return [
    { method: 'GET', path: READY_PATH, handle: ready },
    { method: 'GET', path: JOBS_PATH, handle: jobs },
    {
      method: 'GET',
      path: ENDPOINTS_PATH,
      handle: async () => {
        const { config, epoch } = server;
        const body = { servedBy: config.datacentre, epoch: epoch(), ...(await list()) };
        return { status: 200, headers: JSON_TYPE, body: JSON.stringify(body) };
      },
    },
  ];
}

/** Asked once for all who come within a second. */
function fresh<Value>(ask: () => Promise<Value>): () => Promise<Value> {
  let last: Promise<Value> | null = null;
  let until = 0;
  return () => {
    if (last === null || performance.now() > until) {
      last = ask();
      until = performance.now() + FRESH_MS;
    }
    return last;
  };
}

async function readyAnswer(server: Server, database: Database): Promise<HttpResponse> {
  const { isWriting, isDurableInBoth } = await readiness(database);
  const { config, epoch } = server;
  const said = { datacentre: config.datacentre, epoch: epoch(), ready: isWriting, isDurableInBoth };
  const away = { ...alternates(server), 'Retry-After': '1' };
  return {
    status: isWriting ? 200 : 503,
    headers: { ...JSON_TYPE, ...(isWriting ? {} : away) },
    body: JSON.stringify(said),
  };
}

function jobsAnswer({ config }: Server, troubled: readonly string[]): HttpResponse {
  const said = { datacentre: config.datacentre, troubled };
  const status = troubled.length === 0 ? 200 : 503;
  return { status, headers: JSON_TYPE, body: JSON.stringify(said) };
}

async function look({ config, url }: Server): Promise<List> {
  const { publicUrls } = config;
  // Behind a balancer nobody reaches it at its own address.
  const isReached = publicUrls.length === 0 || publicUrls.includes(url);
  const urls = new Set(isReached ? [url, ...publicUrls] : publicUrls);
  const endpoints = await Promise.all([...urls].map(endpointAt));
  const isGood = ({ health }: Endpoint): boolean => health === 'pass';
  return {
    checkedAt: new Date().toISOString(),
    endpoints: [...endpoints.filter(isGood), ...endpoints.filter((one) => !isGood(one))],
  };
}

/** Asked as a client would, also of itself. */
async function endpointAt(url: string): Promise<Endpoint> {
  try {
    const answer = await fetch(`${url}${READY_PATH}`, { signal: AbortSignal.timeout(ANSWER_MS) });
    await answer.body?.cancel();
    const [datacentre = null] = (answer.headers.get('x-served-by') ?? '').split(';', 1);
    return { url, datacentre: datacentre || null, health: answer.ok ? 'pass' : 'fail' };
  } catch {
    return { url, datacentre: null, health: 'fail' };
  }
}
