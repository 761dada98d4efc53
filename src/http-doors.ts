import { type Help, openHelp, type OpenIncident } from './operations/help/index.ts';
import { PROBE_ORGANISATIONS } from './operations/probe-organisations.ts';
import type { Config } from './platform/config.ts';
import {
  type HttpResponse,
  type HttpServer,
  type HttpService,
  startHttp,
} from './platform/http.ts';

/** Where a process listens for HTTP: on a port of its own, and on those that processes of an installation share. */
export type HttpDoors = {
  readonly port: number;
  serve(services: HttpServices): Promise<void>;
  turnAway(answer: (() => HttpResponse) | null): Promise<void>;
  /** Told of each answer of the door for HL7 V3, so that its users count as those of HTTP do. */
  readonly heard: Help['heard'];
  /** An incident that touches what is at a path [EXPERIENCE 6.7]. */
  readonly incidentAt: (path: string) => OpenIncident | null;
  close(): Promise<void>;
};

/** `forPeople`: what sign-in and the web pages need, and nothing else; it is at the own port too. */
export type HttpServices = { readonly all: HttpService; readonly forPeople: HttpService };

/**
 * Listens at once; until there is something to serve, every request gets `tooEarly` [EXPERIENCE X-09]. The ports of
 * sign-in and of the pages have the same behind them, as who signs in goes from one to the other [DESIGN 6].
 */
export async function openHttpDoors(
  config: Config,
  tooEarly: () => HttpResponse,
): Promise<HttpDoors> {
  const { host, port, sharedPorts } = config;
  const opened: HttpServer[] = [];
  const help = helpOf(config);
  const faults = config.mode === 'test' ? await openFaults(config) : null;
  const close = async (): Promise<void> => {
    for (const server of opened) await server.close();
    await help.close();
  };
  try {
    const own = await startHttp(host, port, tooEarly);
    opened.push(own);
    for (const shared of [sharedPorts.signIn, sharedPorts.pages]) {
      if (shared !== null) opened.push(await startHttp(host, shared, tooEarly, { isShared: true }));
    }
    return {
      port: own.port,
      serve: async ({ all, forPeople }) => {
        for (const server of opened) {
          const service = server === own ? all : forPeople;
          await server.serve(help.with(faults?.in(service) ?? service));
        }
      },
      turnAway: async (answer) => {
        for (const server of opened) await server.turnAway(answer);
      },
      heard: help.heard,
      incidentAt: (path) => help.incidentAt('GET', path),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Headers that the contracts do not know. */
const OURS = ['X-Served-By', 'X-Environment'];

/** What every answer says beside what was asked for; strict: nothing, and it is counted all the same [EXPERIENCE 6.7]. */
function helpOf({ datacentre, status, strictHeaders, mode }: Config) {
  const help = openHelp({
    datacentre,
    statusUrl: status?.url ?? null,
    statusKey: status?.key ?? null,
    without: mode === 'test' ? Object.values(PROBE_ORGANISATIONS) : [],
  });
  const { answered } = help;
  const strict = (service: HttpService): HttpService => ({
    ...service,
    headers: (request) =>
      Object.fromEntries(
        Object.entries(service.headers(request)).filter(([name]) => !OURS.includes(name)),
      ),
    answered: (...asked) => {
      answered(...asked);
      return {};
    },
  });
  return {
    with: (service: HttpService): HttpService =>
      strictHeaders ? strict(service) : { ...service, answered },
    heard: help.heard,
    incidentAt: help.incidentAt,
    close: help.close,
  };
}

/** Loaded in test mode only. */
async function openFaults({ publicUrls }: Config) {
  const local = await import('./local/faults/index.ts');
  return local.openFaults(publicUrls.slice(1, 2)); // its own comes first
}
