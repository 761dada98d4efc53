import { createHash } from 'node:crypto';
import { after, before } from 'node:test';

import { type Datacentre, startDatacentre } from '../../src/datacentre.ts';
import { currentKey, signAccessToken } from '../../src/identity/index.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { claimsOf } from '../../src/local/tokens.ts';
import type { Database } from '../../src/platform/database.ts';
import { testConfig } from '../support/config.ts';
import { createDatabase, type TestDatabase } from '../support/database.ts';
import type { Sent } from './messages.ts';
import { openRows, type Rows } from './rows.ts';

export type Reply = {
  readonly status: number;
  readonly text: string;
  /** The body as JSON. */
  // oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came
  readonly body: any;
};

/** Two datacentres over one database. */
export type Pair = TestDatabase & {
  readonly addresses: readonly [a: string, b: string];
  readonly rows: Rows;
  /** To a, unless said otherwise. */
  send(sent: Sent, to?: 0 | 1): Promise<Reply>;
  /** All at once, in turn to a and to b. */
  sendAll(all: readonly Sent[]): Promise<Reply[]>;
  /** Where a prescription is, as its prescriber may ask. */
  track(shortFormId: string): Promise<Reply>;
};

export async function startPair(): Promise<Pair & { stop(): Promise<void> }> {
  const made = await createDatabase();
  const a = await startDatacentre(testConfig(made.url, { datacentre: 'a' }), noLog);
  const b = await startDatacentre(testConfig(made.url, { datacentre: 'b' }), noLog);
  const tokens = await tokensOf(made.database);
  const addresses = [a.url, b.url] as const;
  const rows = openRows(made.url);
  const send: Pair['send'] = (sent, to = 0) => post(addresses[to], sent, tokens);
  return {
    ...made,
    addresses,
    rows,
    send,
    sendAll: (all) => Promise.all(all.map((sent, n) => send(sent, n % 2 === 0 ? 0 : 1))),
    track: (shortFormId) => look(a, shortFormId, tokens),
    stop: async () => {
      await Promise.all([a.close(), b.close(), rows.close()]);
      await made.drop();
    },
  };
}

/** This test file's own two datacentres. */
export function testPair(): () => Pair {
  let pair: Awaited<ReturnType<typeof startPair>> | null = null;
  before(async () => {
    pair = await startPair();
  });
  after(async () => {
    await pair?.stop();
  });
  return () => {
    if (pair === null) throw new Error('the datacentres are there only while tests run');
    return pair;
  };
}

export function noLog(): void {}

export type Tokens = Readonly<Record<Sent['as'], string>>;

/** Signed with the installation's own key. */
export async function tokensOf(database: Database): Promise<Tokens> {
  const key = await currentKey(database);
  const { prescriber, dispenser } = PERSONAS;
  const tokenOf = (persona: typeof prescriber | typeof dispenser): string =>
    signAccessToken(key, claimsOf(persona, null), new Date());
  return { prescriber: tokenOf(prescriber), dispenser: tokenOf(dispenser) };
}

export async function post(address: string, sent: Sent, tokens: Tokens): Promise<Reply> {
  const answer = await fetch(`${address}${sent.path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${tokens[sent.as]}`,
      'x-request-id': sent.requestId,
      'content-type': 'application/fhir+json',
    },
    body: Buffer.from(sent.body),
  });
  return replyOf(answer);
}

async function look(a: Datacentre, shortFormId: string, tokens: Tokens): Promise<Reply> {
  const path = '/electronic-prescriptions/FHIR/R4/Task?focus:identifier=';
  const answer = await fetch(`${a.url}${path}${encodeURIComponent(shortFormId)}`, {
    headers: { authorization: `Bearer ${tokens.prescriber}`, 'x-request-id': crypto.randomUUID() },
  });
  return replyOf(answer);
}

async function replyOf(answer: Response): Promise<Reply> {
  const text = await answer.text();
  return { status: answer.status, text, body: JSON.parse(text) };
}

/** Two answers that are the same here are the same byte for byte. */
export function inShort(reply: Reply): string {
  const digest = createHash('sha256').update(reply.text).digest('hex');
  return `${reply.status} ${codeOf(reply)} ${digest}`;
}

/** The code that an answer gives: of its first issue, or of a cancellation. */
export function codeOf({ body }: Reply): string {
  const coded = body.issue?.[0]?.details?.coding?.[0]?.code;
  if (typeof coded === 'string') return coded;
  if (body.issue !== undefined) return body.issue[0].code;
  const request = body.entry?.find(
    (entry: { resource: { resourceType: string } }) =>
      entry.resource.resourceType === 'MedicationRequest',
  );
  return request?.resource.extension[0].extension[0].valueCoding.code ?? 'released';
}

/** Short-form ids of the prescriptions that a release answer hands over. */
export function releasedIds({ body }: Reply): string[] {
  const bundles: {
    resource: { entry: { resource: { groupIdentifier?: { value: string } } }[] };
  }[] = body.parameter?.[0]?.resource?.entry ?? [];
  return bundles.map(
    ({ resource }) =>
      resource.entry.find((entry) => entry.resource.groupIdentifier !== undefined)?.resource
        .groupIdentifier?.value ?? '',
  );
}

/** What the tracker shows of a prescription; null when it knows none. */
export function trackedAs({ body }: Reply): Tracked | null {
  const task = body.entry[0]?.resource;
  if (task === undefined) return null;
  const items: TaskItem[] = task.input;
  return {
    status: task.businessStatus.coding[0].code,
    items: Object.fromEntries(
      items.map(({ valueReference, extension }) => [
        valueReference.identifier.value,
        extension[0]?.extension.find(({ url }) => url === 'dispenseStatus')?.valueCoding?.code ??
          '',
      ]),
    ),
    owner: task.owner?.identifier.value ?? null,
  };
}

export type Tracked = {
  readonly status: string;
  readonly items: Readonly<Record<string, string>>;
  readonly owner: string | null;
};

type TaskItem = {
  readonly valueReference: { readonly identifier: { readonly value: string } };
  readonly extension: readonly {
    readonly extension: readonly {
      readonly url: string;
      readonly valueCoding?: { readonly code: string };
    }[];
  }[];
};
