import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../platform/clock.ts';
import type { HttpRequest, HttpResponse, HttpRoute } from '../../platform/http.ts';
import type { KeyRing } from '../keys/index.ts';
import type { Limiter } from '../rate-limit/index.ts';
import { type Agents, answerOf, challengeFor, type Refused } from './handle.ts';

export { signedContent } from './signed-content.ts';

export type CardAgentParts = Pick<Agents, 'cards' | 'origins'> & {
  readonly clock: Clock;
  readonly limiter: Limiter;
  readonly keys: Pick<KeyRing, 'brokerSecrets'>;
};

/** Where the agent on a user's machine does what a browser cannot: has the card in its reader sign for a sign-in. */
export function openCardAgent(parts: CardAgentParts): readonly HttpRoute[] {
  const { cards, origins, clock, limiter, keys } = parts;
  const agents: Agents = { cards, origins, secrets: keys.brokerSecrets };
  const door = (
    path: string,
    work: (sent: Sent, at: Date) => Promise<Result<object, Refused>>,
  ): HttpRoute => ({
    method: 'POST',
    path,
    handle: async (request) => {
      const from = `card-agent ${request.peer.remote}`;
      if (!(await limiter.take(from, ADDRESS_PER_MINUTE))) return BUSY;
      const sent = sentIn(request);
      const done = sent.ok ? await work(sent.value, clock.securityNow()) : sent;
      return done.ok ? json(200, done.value) : json(400, done.error);
    },
  });
  return [
    door('/card-agent/challenge', async (sent, at) => ok(challengeFor(agents, sent.request, at))),
    door('/card-agent/answer', (sent, at) => answerOf(agents, sent, at)),
  ];
}

const ADDRESS_PER_MINUTE = 60_000; // behind a load balancer everybody comes from the same one

type Sent = Parameters<typeof answerOf>[1];

/** As the sign-in pages name what waits for a sign-in. */
const REQUEST = /^[\w-]{20,60}$/;

function sentIn({ body }: HttpRequest): Result<Sent, Refused> {
  const given = parsed(body.toString('utf8'));
  const text = (name: string): string => {
    const value: unknown = Object.entries(given).find(([key]) => key === name)?.[1];
    return typeof value === 'string' ? value : '';
  };
  const bytes = (name: string): Buffer => Buffer.from(text(name), 'base64');
  const request = text('request');
  if (!REQUEST.test(request))
    return fail({ error: 'bad_request', text: 'There is no such sign-in' });
  return ok({
    request,
    challenge: bytes('challenge'),
    seal: bytes('seal'),
    answer: bytes('answer'),
  });
}

function parsed(text: string): object {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}

function json(status: number, body: object): HttpResponse {
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' };
  return { status, headers, body: JSON.stringify(body) };
}

const BUSY: HttpResponse = {
  ...json(503, { error: 'overloaded', text: 'The service cannot answer just now. Try again' }),
  headers: { 'Content-Type': 'application/json', 'Retry-After': '1' },
};
