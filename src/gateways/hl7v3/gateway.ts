import type { CertifiedRequest } from '../../platform/mutual-tls.ts';
import type { HttpResponse } from '../../platform/http.ts';
import { Busy, retryAfter } from '../../platform/admission.ts';
import { DatabaseUnavailable } from '../../platform/database.ts';
import type { Hl7Peer } from './directory.ts';
import { soapFault } from './ebxml-answers.ts';
import { type Desk, findAnswer, takeReliableMessage } from './desk.ts';
import { type Face, receive } from './receive.ts';
import { takeFacadeMessage } from './take-facade.ts';

/** What is served to parties, at one method and path. */
export type Hl7Route = {
  readonly method: 'GET' | 'POST';
  readonly path: RegExp;
  readonly handle: (request: CertifiedRequest, peer: Hl7Peer) => Promise<HttpResponse>;
};

const TEXT_XML = { 'Content-Type': 'text/xml; charset=UTF-8' };
const PLAIN = { 'Content-Type': 'text/plain; charset=utf-8' };
const POLL = /^\/_poll\/([0-9a-fA-F-]{36})$/;

/** The faces that take messages [EPS-HL7V3 1]. */
export function hl7v3Routes(desk: Desk): Hl7Route[] {
  return [
    { method: 'POST', path: /^\/Prescription$/, handle: (...asked) => facade(desk, ...asked) },
    { method: 'GET', path: POLL, handle: (...asked) => poll(desk, ...asked) },
    {
      method: 'GET',
      path: /^\/healthcheck$/,
      handle: async () => ({ status: 200, headers: PLAIN, body: 'OK' }),
    },
    {
      method: 'POST',
      path: /^\/reliablemessaging\/reliablerequest$/,
      handle: (...asked) => reliable(desk, ...asked),
    },
  ];
}

/** Answers by the first route that fits. */
export async function answerBy(
  routes: readonly Hl7Route[],
  request: CertifiedRequest,
  peer: Hl7Peer,
): Promise<HttpResponse> {
  const fits = routes.filter(({ path }) => path.test(request.path));
  const route = fits.find(({ method }) => method === request.method);
  if (route !== undefined) return route.handle(request, peer);
  const allowed = fits.map(({ method }) => method);
  return allowed.length === 0
    ? NOT_FOUND
    : { status: 405, headers: { ...PLAIN, Allow: allowed.join(', ') }, body: 'Wrong method.' };
}

const NOT_FOUND = { status: 404, headers: PLAIN, body: 'There is nothing at this address.' };

/** The answer to a failure of ours; with the database away, or when too many came, another try may help. */
export function hl7v3Failure(error: unknown): HttpResponse {
  if (error instanceof Busy) {
    const headers = { ...TEXT_XML, 'Retry-After': retryAfter() };
    return { status: 503, headers, body: soapFault('SystemFailure', 'try again later') };
  }
  const detail = error instanceof DatabaseUnavailable ? 'try again' : null;
  return { status: 500, headers: TEXT_XML, body: soapFault('SystemFailure', detail) };
}

/** Answers at once, or says where the answer will be: the sender waits as long as it takes [EPS-HL7V3 3.1]. */
async function facade(desk: Desk, request: CertifiedRequest, peer: Hl7Peer): Promise<HttpResponse> {
  const received = await receive(desk, request, { peer, face: 'facade' });
  if (!received.ok) return refused(received.error, 'facade');
  const answer = await takeFacadeMessage(desk, received.value.transmission);
  if (answer !== null) return { status: 200, headers: TEXT_XML, body: answer };
  return later(received.value.transmission.messageId);
}

function later(messageId: string): HttpResponse {
  return {
    status: 202,
    headers: { 'Content-Location': `/_poll/${messageId}`, 'Retry-After': '1' },
    body: '',
  };
}

/** For the party that sent the message, by one of the ASIDs of its certificate. */
async function poll(
  desk: Desk,
  { path, headers }: CertifiedRequest,
  peer: Hl7Peer,
): Promise<HttpResponse> {
  const [, messageId = ''] = POLL.exec(path) ?? [];
  const isTheirs = peer.asids.includes(headers['nhsd-asid'] ?? '');
  const known = isTheirs ? await findAnswer(desk, peer.partyKey, messageId) : null;
  if (known === null) return NOT_FOUND;
  if (known.answer === null) return later(messageId);
  return { status: 200, headers: TEXT_XML, body: known.answer };
}

/** Acknowledges what will be answered by a message of its own [EPS-HL7V3 3.3]. */
async function reliable(
  desk: Desk,
  request: CertifiedRequest,
  peer: Hl7Peer,
): Promise<HttpResponse> {
  const received = await receive(desk, request, { peer, face: 'reliable' });
  if (!received.ok) return refused(received.error, 'reliable');
  const taken = await takeReliableMessage(desk, received.value);
  if (!taken.ok) return refused(taken.error, 'reliable');
  return { status: 202, headers: TEXT_XML, body: taken.value };
}

/**
 * A facade repeats whatever is not 200 four times within milliseconds, so what a repeat cannot mend is 200
 * there; a message handler gets the status of a SOAP fault [EPS-HL7V3 3.1, 3.3].
 */
function refused(refusal: { readonly isFault: boolean; readonly body: string }, face: Face) {
  const status = refusal.isFault && face === 'reliable' ? 500 : 200;
  return { status, headers: TEXT_XML, body: refusal.body };
}
