import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Clock } from '../../platform/clock.ts';
import type { HttpRequest, HttpResponse, HttpRoute } from '../../platform/http.ts';
import type { KeyRing } from '../keys/index.ts';
import type { Limiter } from '../rate-limit/index.ts';
import { type Agents, answerOf, challengeFor, type Refused } from './handle.ts';
import { payloadsFor, readSignatures, signaturesOf } from './signatures/handle.ts';

export { signedContent } from './signed-content.ts';

export type CardAgentParts = Pick<Agents, 'cards' | 'origins'> & {
  readonly clock: Clock;
  readonly limiter: Limiter;
  readonly keys: Pick<KeyRing, 'brokerSecrets'>;
};

/**
 * Where the agent on a user's machine does what a browser cannot: has the card in its reader sign, for a sign-in or what
 * an application asks to have signed.
 */
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
    door('/card-agent/payloads', ({ request }, at) => payloadsFor(cards, request, at)),
    door('/card-agent/signatures', ({ request, all }, at) =>
      signaturesOf(cards, request, { signed: readSignatures(all), at }),
    ),
  ];
}

const ADDRESS_PER_MINUTE = 60_000; // behind a load balancer everybody comes from the same one

/** `all`: the whole of what was sent. */
type Sent = Parameters<typeof answerOf>[1] & { readonly all: object };

/** As the pages name what waits there. */
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
    all: given,
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
