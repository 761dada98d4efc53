import { readFile } from 'node:fs/promises';

import { startDatacentreJobs } from './datacentre-jobs.ts';
import { demographicsParts } from './demographics.ts';
import { demographicsFailure, demographicsRoutes } from './demographics/index.ts';
import { sdsFailure, sdsRoutes } from './directory/index.ts';
import { endpointRoutes } from './endpoints.ts';
import { failuresOf } from './failures.ts';
import { fhirFailure, fhirRoutes } from './gateways/fhir/gateway.ts';
import { type Hl7Parts, openHl7Door } from './hl7v3.ts';
import { type HttpDoors, type HttpServices, openHttpDoors } from './http-doors.ts';
import {
  authoritiesPem,
  type Cards,
  type Identity,
  openIdentity,
  signingLists,
} from './identity/index.ts';
import { instant, openShell, type Shell } from './pages/index.ts';
import { type Admission, openAdmission } from './platform/admission.ts';
import { type Clock, REAL_CLOCK } from './platform/clock.ts';
import { CIS2_PATH, type Config } from './platform/config.ts';
import { type Database, type OpenDatabase, openDatabase, readiness } from './platform/database.ts';
import type { HttpService } from './platform/http.ts';
import { type InHand, openInHand } from './platform/in-hand.ts';
import type { Log } from './platform/log.ts';
import { sharedSecret } from './platform/secrets.ts';
import {
  isSignedInfo,
  openSignatures,
  prescriptionHl7Interactions,
  prescriptionInteractions,
  prescriptionQueries,
  type Spine,
  subsequentCancellations,
  trialInteractions,
} from './prescriptions/index.ts';
import type { Trial } from './local/index.ts';
import { type Measures, openMeasures } from './measures.ts';
import { operationsPart, type OperationsPart } from './operations-pages.ts';
import { sdsParts } from './sds.ts';
import { commonHeaders, drainOf, servedBy, type Server, tooEarly } from './served-by.ts';
import { type Local, openLocal, openTrial, providersOf } from './trial.ts';
import { untilUsable } from './until-usable.ts';
import { admitBy, refusedBy } from './urgency.ts';
import { VERSION } from './version.ts';

/** One process of one datacentre, listening. */
export type Datacentre = {
  readonly port: number;
  readonly url: string;
  /** Where systems of HL7 V3 send; null: nowhere. */
  readonly hl7v3Url: string | null;
  /** Where its metrics are read; null: nowhere. */
  readonly metricsUrl: string | null;
  /** Takes no new requests and says where to go, until it is told otherwise; what it has begun it ends. */
  drain(isDrained: boolean): Promise<void>;
  /** Asks its database nothing for some seconds: whoever comes waits; resolves when nothing is under way. */
  hold(): Promise<void>;
  release(): void;
  close(): Promise<void>;
};

/** Listens, waits for its database, puts the parts together and serves; in test mode it also sends a synthetic journey through itself. */
export async function startDatacentre(
  config: Config,
  log: Log,
  stopping?: AbortSignal,
): Promise<Datacentre> {
  const { pkiUrl } = config;
  const database = databaseOf(config);
  const http = await openHttpDoors(config, () => tooEarly(serverAt(config.port, config, database)));
  const server = serverAt(http.port, config, database);
  const admission = openAdmission(database);
  const { url } = server;
  const closers = [() => database.close(), () => http.close()];
  const close = (): Promise<void> => closeAll(closers);
  try {
    const unwatch = await untilUsable(database, config, { log, stopping });
    closers.splice(1, 0, async () => unwatch());
    const trial = config.mode === 'test' ? await openTrial({ database, pkiUrl }, url) : null;
    if (trial !== null) closers.splice(1, 0, async () => trial.clock.close());
    const clock = trial?.clock ?? REAL_CLOCK;
    const measures = await openMeasures(config, { log, clock, database, admission });
    closers.splice(1, 0, () => measures.close());
    const identity = await signInOf(config, log, { database, clock, url, trial });
    closers.splice(1, 0, async () => identity.close());
    const spine = await openSpine(config, { database, cards: identity.cards, measures });
    const local = trial === null ? null : await openLocal(config, spine, trial);
    const operations = operationsPart(config, log, { database, clock, identity, ...measures });
    const shown = { database, operations, trial, incidentAt: http.incidentAt };
    const pages = await openPages(config, identity, shown);
    const inHand = await openInHand(database, config.inHandFile);
    closers.splice(1, 0, async () => inHand.close());
    const about = { database, clock, server, admission, measures };
    const parts = { ...about, spine, identity, local, pages, inHand };
    await http.serve(servicesOf(config, log, parts));
    // A journey does not come through what is switched off.
    if (config.switchedOff.length === 0) await local?.probe(stopping);
    const hl7v3 = await openHl7Door(config, log, hl7PartsOf(parts, http.heard));
    if (hl7v3 !== null) closers.splice(1, 0, () => hl7v3.close());
    const further = [...identity.jobs, ...operations.jobs, ...(hl7v3?.jobs ?? [])];
    const jobs = await startDatacentreJobs(config, log, { spine, clock, further, ...measures });
    closers.splice(1, 0, () => jobs.close());
    const drain = drainOf(server, hl7v3 === null ? [http] : [hl7v3, http]);
    const { hold, release } = database;
    const urls = { url, hl7v3Url: hl7v3?.url ?? null, metricsUrl: measures.url };
    return { port: http.port, ...urls, drain, hold, release, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function closeAll(closers: readonly (() => Promise<void>)[]): Promise<void> {
  for (const one of closers.toReversed()) await one();
}

function databaseOf(config: Config): OpenDatabase {
  const { databaseUrl: url, readDatabaseUrl: readUrl, databaseConnections: connections } = config;
  return openDatabase({ url, readUrl, connections });
}

function serverAt(port: number, config: Config, { epoch }: OpenDatabase): Server {
  return { config, url: `http://${config.host}:${port}`, epoch };
}

function hl7PartsOf(
  { spine, clock, server, admission, measures }: Parts,
  heard: HttpDoors['heard'],
): Hl7Parts {
  const { port, ...others } = measures.hl7v3;
  return {
    admission,
    measures: {
      ...others,
      port: {
        ...port,
        onAnswered: (answered) => {
          port.onAnswered?.(answered);
          heard(answered);
        },
      },
    },
    headers: () => servedBy(server),
    database: spine.database,
    clock,
    interactions: prescriptionHl7Interactions(spine),
    queries: prescriptionQueries(spine),
    lateAnswers: [subsequentCancellations(spine)],
  };
}

type Parts = {
  readonly database: Database;
  readonly spine: Spine;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly local: Local | null;
  readonly pages: Shell;
  readonly server: Server;
  readonly admission: Admission;
  readonly measures: Measures;
  readonly inHand: InHand;
};

type OpenSpine = Pick<Parts, 'measures'> & {
  readonly database: OpenDatabase;
  readonly cards: Cards;
};

/** Trusts the authorities of this installation's cards, and those that the operator names. */
async function openSpine(config: Config, { database, cards, measures }: OpenSpine): Promise<Spine> {
  const { signatureAuthorities: file } = config;
  const named = file === null ? '' : await readFile(file, 'utf8');
  const authorities = `${await authoritiesPem(cards, 'signing')}\n${named}`;
  const now = (): Date => REAL_CLOCK.securityNow();
  const signatures = openSignatures(authorities, now, { database, own: signingLists(cards) });
  if (!signatures.ok) throw new Error(`OPENSPINE_SIGNATURE_AUTHORITIES: ${signatures.error}`);
  await signatures.value.lists.look(now());
  const { onMessage: onAnswered, onUnreadable, traces } = measures;
  return {
    database: database.primary,
    settings: config,
    signatures: signatures.value,
    onAnswered,
    onUnreadable,
    traces,
  };
}

function servicesOf(config: Config, log: Log, parts: Parts): HttpServices {
  const { identity, pages, server, database, inHand, measures } = parts;
  const all = serviceOf(config, log, parts);
  const open = endpointRoutes(server, database, measures);
  const routes = [...open, ...inHand.guarded([...identity.routes, ...pages.routes])];
  const onFailure = failuresOf({ log, identity, pages, server }, []);
  return { all, forPeople: { ...all, routes, onFailure } };
}

function serviceOf(config: Config, log: Log, parts: Parts): HttpService {
  const { database, spine, identity, clock, local, pages } = parts;
  const { server, admission, measures, inHand } = parts;
  const { url } = server;
  const isReady = async (): Promise<boolean> => (await readiness(database)).isWriting;
  return {
    routes: inHand.guarded([
      ...endpointRoutes(server, database, measures),
      ...identity.routes,
      ...fhirRoutes({
        interactions: [
          ...prescriptionInteractions(spine),
          ...(config.mode === 'live' ? [] : trialInteractions(spine)),
        ],
        authenticate: identity.authenticate,
        version: VERSION,
        isReady,
        isLive: config.mode === 'live',
        clock,
        share: admission.share,
      }),
      ...demographicsRoutes(demographicsParts(config, { ...parts, url, database, isReady })),
      ...sdsRoutes(sdsParts(config, { ...parts, url, database, isReady })),
      ...(local?.routes ?? []),
      ...pages.routes,
    ]),
    mounts: identity.mounts(pages.html),
    admit: admitBy(admission),
    isRefused: refusedBy(admission),
    around: measures.around,
    onAnswered: measures.onAnswered,
    headers: (request) => commonHeaders(server, request, local?.environment() ?? null),
    onFailure: failuresOf({ log, identity, pages, server }, [
      fhirFailure,
      demographicsFailure,
      sdsFailure,
    ]),
  };
}

type Shown = Pick<HttpDoors, 'incidentAt'> & {
  readonly database: Database;
  readonly operations: OperationsPart;
  readonly trial: Trial | null;
};

/** The web pages of all capabilities in one frame. */
async function openPages(
  config: Config,
  { pages, views }: Identity,
  { database, operations, trial, incidentAt }: Shown,
): Promise<Shell> {
  return openShell({
    database,
    pages: [...pages, ...operations.pages],
    views: [views, ...operations.views],
    secret: await sharedSecret(database, 'pages'),
    datacentre: config.datacentre,
    version: VERSION,
    ...config.pages,
    environment: () => (trial === null ? null : clockWords(trial.clock)),
    incidentAt,
  });
}

function clockWords(clock: Trial['clock']): string {
  return clock.read().real ? 'The clock is real.' : `The clock is set to ${instant(clock.now())}.`;
}

type Standing = {
  readonly database: Database;
  readonly clock: Clock;
  readonly url: string;
  readonly trial: Trial | null;
};

function signInOf(config: Config, log: Log, standing: Standing): Promise<Identity> {
  const { trial, ...running } = standing;
  return openIdentity({
    ...config,
    ...running,
    log,
    version: VERSION,
    isSignedInfo,
    cis2Issuer: config.cis2Issuer ?? (trial === null ? null : `${running.url}${CIS2_PATH}`),
    testCards: trial === null ? null : { passcode: trial.passcode },
    publicUrls: [...new Set([...config.publicUrls, running.url])],
    providers: providersOf(config, trial),
  });
}
