import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach } from 'node:test';

import { ran, type Ran } from '../../cli/testing.ts';
import { at, listAt, parseJson, textAt } from '../client/json.ts';
import { localCommands } from '../cli.ts';
import { domainCommands } from './index.ts';

export type Received = {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
};

export type Reply = { readonly status: number; readonly body: unknown };

export const NOW = '2026-01-05T09:30:00.000Z';
/** What the fake signing service answers. */
export const SIGNATURE = Buffer.from('<Signature/>').toString('base64');
const PREPARED = {
  resourceType: 'Parameters',
  parameter: [
    { name: 'digest', valueString: 'c2lnbiB0aGlz' },
    { name: 'timestamp', valueString: '2026-01-05T09:30:00+00:00' },
    { name: 'algorithm', valueString: 'RS256' },
  ],
};
export const INFORMATIONAL = {
  resourceType: 'OperationOutcome',
  issue: [{ code: 'informational', severity: 'information' }],
};

/** Answers as an installation would that agrees to everything; a test says where it does not. */
export type FakeSpine = {
  readonly received: Received[];
  readonly replies: Map<string, Reply>;
  readonly spine: (...argv: readonly string[]) => Promise<Ran>;
  /** The messages, without sign-in, clock and signing. */
  readonly messages: () => readonly Received[];
};

export function fakeSpine(): FakeSpine {
  const received: Received[] = [];
  const replies = new Map<string, Reply>();
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      received.push({ method, path, headers, body: parseJson(Buffer.concat(parts).toString()) });
      const reply = replies.get(path.split('?')[0] ?? '') ?? usual(path, received);
      response.writeHead(reply.status, { 'Content-Type': 'application/fhir+json' });
      response.end(JSON.stringify(reply.body));
    });
  });
  const home = { address: '', state: '' };
  before(async () => {
    home.state = await mkdtemp(join(tmpdir(), 'openspine-cli-'));
    process.env['XDG_STATE_HOME'] = home.state;
    home.address = await listening(server);
  });
  beforeEach(() => {
    received.length = 0;
    replies.clear();
  });
  after(async () => {
    server.close();
    await rm(home.state, { recursive: true });
  });
  const commands = [...domainCommands(), ...localCommands()];
  return {
    received,
    replies,
    spine: (...argv) => ran(commands, [...argv, '--at', home.address]),
    messages: () => received.filter(({ path }) => !/^\/_local\/|\/\$prepare$/.test(path)),
  };
}

async function listening(server: Server): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.listen(0, '127.0.0.1', resolve);
  await promise;
  const address = server.address();
  return typeof address === 'object' ? `http://127.0.0.1:${address?.port}` : '';
}

function usual(path: string, received: readonly Received[]): Reply {
  if (path === '/_local/token') {
    const body = { access_token: 'aaa.bbb.ccc', expires_in: 599, scope: 's', token_type: 'Bearer' };
    return { status: 200, body };
  }
  if (path === '/_local/clock')
    return { status: 200, body: { instant: NOW, frozen: true, real: false } };
  if (path.endsWith('/$prepare')) return { status: 200, body: PREPARED };
  if (path === '/_local/sign') return { status: 200, body: { signature: SIGNATURE } };
  if (path.endsWith('/$release')) return { status: 200, body: releaseOf(received) };
  if (path.includes('/Task?')) return { status: 200, body: trackerOf(received) };
  return { status: 200, body: INFORMATIONAL };
}

/** Gives out the last order that came, as a release response does. */
function releaseOf(received: readonly Received[]): unknown {
  const order = orders(received).at(-1);
  const isNominated = textAt(received.at(-1)?.body, 'parameter', 0, 'name') === 'owner';
  const isReturned = received.some(({ body }) => textAt(body, 'status') === 'rejected');
  if (order === undefined || (isNominated && isReturned)) return NO_MORE;
  const identifier = { value: 'f0f0f0f0-0000-4000-8000-00000000abcd' };
  const bundle = (entry: readonly unknown[]): unknown => ({
    resourceType: 'Bundle',
    type: 'searchset',
    identifier,
    total: entry.length,
    entry,
  });
  return {
    resourceType: 'Parameters',
    parameter: [
      { name: 'passedPrescriptions', resource: bundle([{ resource: order.body }]) },
      { name: 'failedPrescriptions', resource: bundle([]) },
    ],
  };
}

export const NO_MORE = {
  resourceType: 'OperationOutcome',
  issue: [
    {
      code: 'informational',
      severity: 'information',
      details: {
        coding: [{ code: 'NO_MORE_PRESCRIPTIONS', display: 'No more prescriptions available' }],
      },
    },
  ],
};

/** An OperationOutcome that refuses with this code. */
export function refusal(code: string, display: string): unknown {
  const details = { coding: [{ code, display }] };
  return { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'x', details }] };
}

function trackerOf(received: readonly Received[]): unknown {
  const order = orders(received).at(-1)?.body;
  const request = listAt(order, 'entry')
    .map((entry) => at(entry, 'resource'))
    .find((resource) => textAt(resource, 'resourceType') === 'MedicationRequest');
  const task = {
    resourceType: 'Task',
    focus: { identifier: { value: textAt(request, 'groupIdentifier', 'value') } },
    businessStatus: { coding: [{ code: '0008' }] },
    authoredOn: '2026-01-05',
    owner: { identifier: { value: 'FA565' } },
  };
  return { resourceType: 'Bundle', type: 'searchset', total: 1, entry: [{ resource: task }] };
}

function orders(received: readonly Received[]): readonly Received[] {
  return received.filter(
    ({ body }) =>
      textAt(body, 'entry', 0, 'resource', 'eventCoding', 'code') === 'prescription-order',
  );
}
