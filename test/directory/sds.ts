import { after, before } from 'node:test';

import { keepEndpoints } from '../../src/directory/index.ts';
import { parseSystemFile } from '../../src/directory/endpoints/parse-systems.ts';
import { parseClientFile } from '../../src/identity/clients/parse.ts';
import { importClients } from '../../src/identity/clients/repository.ts';
import { aClient } from '../../src/identity/clients/testing.ts';
import { type Settings, startSpine, type TestSpine } from '../support/server.ts';

export const BASE = '/spine-directory/FHIR/R4';
export const ODS = 'https://fhir.nhs.uk/Id/ods-organization-code';
export const INTERACTION = 'https://fhir.nhs.uk/Id/nhsServiceInteractionId';
export const PARTY_KEY = 'https://fhir.nhs.uk/Id/nhsMhsPartyKey';

export const SUMMARY = 'urn:nhs:names:services:psis:REPC_IN150016UK05';
export const CARE_RECORD = 'urn:nhs:names:services:gpconnect:fhir:operation:gpc.getcarerecord';
export const LOCATION = 'urn:nhs:names:services:gpconnect:fhir:rest:read:location';
export const RELIABLE = 'urn:nhs:names:services:gp2gp:RCMR_IN010000UK05';
export const EXPRESS = 'urn:nhs:names:services:ebs:PRSC_IN080000UK03';
const TMS = 'urn:nhs:names:services:tms';

const system = (asid: string, more: object) => ({
  asid,
  ods: 'A20047',
  clientOds: 'A20047',
  partyKey: 'A20047-821870',
  interactions: [SUMMARY, CARE_RECORD],
  manufacturerOds: 'X26',
  ...more,
});
const handler = (interaction: string, more: object) => ({
  ods: 'A20047',
  partyKey: 'A20047-821870',
  interaction,
  cpaId: 'S20001A000182',
  endpoints: ['https://a20047.example/reliablemessaging/reliablerequest'],
  retryInterval: 'PT1M',
  persistDuration: 'PT5M',
  ...more,
});

/** Records in the shape of those that are seen upstream [SDS 7]; all of them are invented. */
const FILE = {
  systems: [
    system('200000000985', {}),
    system('200000000986', { partyKey: 'A20047-821871', manufacturerOds: 'YGM06' }),
    system('200000000987', {
      ods: 'B82617',
      clientOds: undefined,
      partyKey: 'B82617-821872',
      manufacturerOds: undefined,
    }),
  ],
  handlers: [
    handler(SUMMARY, { mhsId: 'f1c55263f1ee924f460f' }),
    handler(RELIABLE, {}),
    handler(EXPRESS, {}),
    handler(CARE_RECORD, {
      endpoints: ['https://one.example/gpc', 'https://two.example/gpc'],
      cpaId: undefined,
      retryInterval: undefined,
      persistDuration: undefined,
      withoutContract: true,
    }),
    handler(SUMMARY, { ods: 'B82617', partyKey: 'B82617-821872', endpoints: [] }),
    handler(`${TMS}:ReliableIntermediary`, {
      ods: 'YES',
      partyKey: 'YES-0000806',
      endpoints: ['https://spine.example/reliable'],
    }),
    handler(`${TMS}:ExpressIntermediary`, {
      ods: 'YES',
      partyKey: 'YES-0000806',
      endpoints: ['https://spine.example/express'],
    }),
  ],
};

export type SdsAnswer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came
  readonly body: any;
};

export type Sds = TestSpine & {
  /** Key of the application that asks. */
  readonly key: string;
  /** A path below the base with its query as it goes over the wire; null leaves a header out. */
  ask(
    path: string,
    headers?: Readonly<Record<string, string | null>>,
    method?: string,
  ): Promise<SdsAnswer>;
};

/** This test file's own directory. */
export function testSds(settings: Settings = {}): () => Sds {
  let sds: Sds | null = null;
  before(async () => {
    const spine = await startSpine(settings);
    const file = parseSystemFile(JSON.parse(JSON.stringify(FILE)));
    if (!file.ok) throw new Error(file.error.join('\n'));
    await keepEndpoints(spine.database, file.value, new Date());
    const [key = ''] = await applications(spine, [{}]);
    sds = {
      ...spine,
      key,
      ask: (path, headers = {}, method = 'GET') =>
        ask(`${spine.url}${BASE}${path}`, { apikey: key, ...headers }, method),
    };
  });
  after(async () => {
    await sds?.stop();
  });
  return () => {
    if (sds === null) throw new Error('the server is there only while tests run');
    return sds;
  };
}

/** The keys of new applications, one for each of these changes. */
export async function applications(
  { database }: TestSpine,
  changes: readonly object[],
): Promise<string[]> {
  const clients = parseClientFile({ clients: changes.map((one) => aClient({ ...one })) });
  if (!clients.ok) throw new Error(clients.error.join('\n'));
  await importClients(database, clients.value, new Date());
  return clients.value.map(({ key }) => key);
}

export async function ask(
  url: string,
  headers: Readonly<Record<string, string | null>>,
  method: string,
): Promise<SdsAnswer> {
  const answer = await fetch(url, {
    method,
    headers: Object.entries(headers).flatMap(([name, value]): [string, string][] =>
      value === null ? [] : [[name, value]],
    ),
  });
  const text = await answer.text();
  let body: unknown = null;
  if (text.startsWith('{')) body = JSON.parse(text);
  return { status: answer.status, headers: answer.headers, text, body };
}

export type Pair = readonly [name: string, value: string];

/** A query of these names and values, encoded as it must be. */
export function query(...pairs: readonly Pair[]): string {
  return `?${pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join('&')}`;
}

export const organization = (ods: string) => ['organization', `${ODS}|${ods}`] as const;
export const interaction = (urn: string) => ['identifier', `${INTERACTION}|${urn}`] as const;
export const partyKey = (key: string) => ['identifier', `${PARTY_KEY}|${key}`] as const;
export const maker = (ods: string) => ['manufacturing-organization', `${ODS}|${ods}`] as const;
