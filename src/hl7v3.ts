import { openDeliveries } from './hl7v3-deliveries.ts';
import { refusalOfLapsed } from './hl7v3-lapsed.ts';
import {
  endpointAuthority,
  fresh,
  listenerKey,
  openParties,
  type Parties,
  tellOwnHandlers,
} from './directory/index.ts';
import {
  ANSWERS,
  answerBy,
  closeDesk,
  type Desk,
  DESK_LIMITS,
  type DeskLimits,
  forgettingJob,
  type Hl7Directory,
  type Hl7Interaction,
  type Hl7Peer,
  hl7v3Failure,
  hl7v3Routes,
  type LateAnswers,
  openDesk,
  type QueryHandlers,
  queryRoutes,
  waitingJob,
} from './gateways/hl7v3/index.ts';
import { findRole } from './identity/index.ts';
import type { Measures } from './measures.ts';
import { type Admission, openAdmission } from './platform/admission.ts';
import { certificatePem, privateKeyPem } from './platform/certificates.ts';
import { type Clock, REAL_CLOCK } from './platform/clock.ts';
import type { Config, Hl7Port } from './platform/config.ts';
import { type Database, DatabaseUnavailable } from './platform/database.ts';
import type { HttpResponse } from './platform/http.ts';
import type { Job } from './platform/jobs.ts';
import { describeBug, type Log } from './platform/log.ts';
import { type MutualTlsPort, openMutualTls } from './platform/mutual-tls.ts';
import type { TlsIdentity } from './platform/tls-server.ts';
import { doneIfAdmitted } from './urgency.ts';

/** The door for systems of HL7 V3, open. */
export type Hl7Door = {
  readonly url: string;
  readonly jobs: readonly Job[];
  /** From now on every request gets this; null: they are served again. */
  turnAway(answer: (() => HttpResponse) | null): void;
  close(): Promise<void>;
};

export type Hl7Parts = {
  readonly database: Database;
  readonly clock: Clock;
  /** Of every answer. */
  readonly headers?: () => Readonly<Record<string, string>>;
  readonly admission?: Admission;
  readonly measures?: Measures['hl7v3'];
  readonly interactions: readonly Hl7Interaction[];
  readonly queries?: QueryHandlers;
  readonly lateAnswers?: readonly LateAnswers[];
  readonly limits?: DeskLimits;
  /** How often it looks whether its own certificate is another one. */
  readonly lookEveryMs?: number;
};

const LOOK_EVERY_MS = 3_600_000; // the listener's certificate is made anew long before it is over
const BODY_MAX_BYTES = 1_048_576; // [EPS-HL7V3 2.1]
const ROLE_FRESH_MS = 5_000; // what is taken from a role is so within a minute [RELIABILITY 7.4]
const NO_HEADERS = (): Record<string, string> => ({});
const NO_QUERIES: QueryHandlers = { soap: [], json: [] };

/** Null when there is no port for it. */
export async function openHl7Door(
  config: Config,
  log: Log,
  parts: Hl7Parts,
): Promise<Hl7Door | null> {
  const { database, clock, interactions, queries = NO_QUERIES, lateAnswers = [] } = parts;
  const { asids, spineParty: party, datacentre, hl7v3 } = config;
  if (hl7v3 === null) return null;
  const told = toldTo(log);
  const parties = openParties(database, () => REAL_CLOCK.now());
  const desk = openDesk({
    database,
    clock,
    ...told,
    ...parts.measures?.desk,
    party,
    asid: asids.spine,
    directory: directoryOf(config, database, parties),
    interactions: new Map(interactions.flatMap((one) => one.ids.map((id) => [id, one] as const))),
    limits: parts.limits ?? DESK_LIMITS,
  });
  let keys = await keysOf(database, datacentre, hl7v3.names);
  const readKeys = async (): Promise<TlsIdentity> => {
    keys = await keysOf(database, datacentre, hl7v3.names);
    return keys;
  };
  const deliveries = await openDeliveries(hl7v3, log, {
    database,
    clock,
    party,
    parties,
    keys: () => keys,
    ...parts.measures?.deliveries,
    leaving: [ANSWERS, ...lateAnswers.map((one) => one(asids.spine))],
    onBug: told.onBug,
  });
  const port = await listen(config, hl7v3, { ...parts, desk, queries, parties, readKeys, log });
  const urls = urlsOf(hl7v3, config.host, port.port);
  await tellOwnHandlers(database, { partyKey: party, urls }, REAL_CLOCK.now());
  return {
    url: `https://${config.host}:${port.port}`,
    jobs: [waitingJob(desk), forgettingJob(desk), deliveries.job],
    turnAway: (answer) => port.turnAway(answer),
    close: async () => {
      await port.close();
      await closeDesk(desk);
      deliveries.close();
    },
  };
}

/** What the operator must see. */
function toldTo(log: Log): Pick<Desk, 'onBug' | 'onPutAside'> {
  return {
    onBug: (error, requestId) => log({ event: 'bug', requestId, outcome: describeBug(error) }),
    onPutAside: ({ messageId, interaction }) =>
      log({ event: 'put-aside', requestId: messageId, interaction }),
  };
}

/** Where senders find it. */
function urlsOf({ urls, names }: Hl7Port, host: string, port: number): readonly string[] {
  return urls.length === 0 ? [`https://${names[0] ?? host}:${port}`] : urls;
}

/** What this datacentre proves itself with, to those who call it and to those whom it calls. */
async function keysOf(
  database: Database,
  datacentre: Config['datacentre'],
  names: readonly string[],
): Promise<TlsIdentity> {
  // Certificates are checked by both ends in real time, whatever a test does to the clock.
  const at = REAL_CLOCK.now();
  const authority = certificatePem((await endpointAuthority(database, at)).certificate);
  const own = await listenerKey(database, { datacentre, names }, at);
  return {
    certificate: `${certificatePem(own.certificate)}${authority}`,
    key: privateKeyPem(own.privateKey),
    authorities: authority,
  };
}

async function listen(
  { host }: Config,
  { port, uncertified }: Hl7Port,
  {
    desk,
    queries,
    parties,
    readKeys,
    log,
    measures,
    lookEveryMs = LOOK_EVERY_MS,
    headers = NO_HEADERS,
    admission = openAdmission({ isHeld: () => false }),
  }: Pick<Hl7Parts, 'lookEveryMs' | 'headers' | 'admission' | 'measures'> & {
    readonly desk: Desk;
    readonly queries: QueryHandlers;
    readonly parties: Parties;
    readonly readKeys: () => Promise<TlsIdentity>;
    readonly log: Log;
  },
): Promise<MutualTlsPort> {
  const { onBug } = desk;
  const onFault = (error: unknown): void => {
    if (!(error instanceof DatabaseUnavailable)) onBug(error, 'hl7v3');
  };
  const routes = [...hl7v3Routes(desk), ...queryRoutes(desk, queries)];
  return openMutualTls({
    host,
    port,
    tls: { read: readKeys, lookEveryMs, onUnusable: onFault },
    bodyMaxBytes: BODY_MAX_BYTES,
    admit: parties.admit,
    refusal: refusalOfLapsed(parties, log),
    headers,
    ...(uncertified.length === 0
      ? {}
      : { admitUncertified: (address) => partyAt(uncertified, parties, address) }),
    handle: (request, peer) =>
      doneIfAdmitted(admission, request, peer, () => answerBy(routes, request, peer)),
    onFailure: (error) => {
      onFault(error);
      return hl7v3Failure(error);
    },
    ...measures?.port,
  });
}

/** A facade that shows no certificate speaks for all systems of its party, from its own address alone [EPS-HL7V3 1]. */
async function partyAt(
  uncertified: Hl7Port['uncertified'],
  { systemsOf }: Parties,
  address: string,
): Promise<Hl7Peer | null> {
  const known = uncertified.find((one) => one.address === address);
  if (known === undefined) return null;
  const { partyKey } = known;
  return { partyKey, asids: (await systemsOf(partyKey)).map(({ asid }) => asid) };
}

function directoryOf(
  { roleCheck, spineParty: party }: Config,
  database: Database,
  parties: Parties,
): Hl7Directory {
  const roleOf = fresh((key) => {
    const [userId = '', roleProfile = ''] = key.split(' ');
    return findRole(database, { userId, roleProfile }, REAL_CLOCK.securityNow());
  }, ROLE_FRESH_MS);
  return {
    // Where roles are not checked nobody asks for them.
    roleOf: async ({ userId, roleProfile }) =>
      roleCheck === 'strict' ? roleOf(`${userId} ${roleProfile}`) : null,
    systemsOf: async (partyKey) =>
      (await parties.systemsOf(partyKey)).map(({ asid, clientOds, interactions }) => ({
        asid,
        organisation: clientOds,
        interactions,
      })),
    contracts: () => parties.contractsOf(party),
  };
}
