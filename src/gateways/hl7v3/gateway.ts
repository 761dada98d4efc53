import type { CertifiedRequest } from '../../platform/mutual-tls.ts';
import type { HttpResponse } from '../../platform/http.ts';
import { Busy, retryAfter } from '../../platform/admission.ts';
import { DatabaseUnavailable } from '../../platform/database.ts';
import { UNTOLD } from './answer-message.ts';
import type { Hl7Peer } from './directory.ts';
import { soapFault } from './ebxml-answers.ts';
import { type Desk, findAnswer, takeReliableMessage } from './desk.ts';
import { type Face, receive } from './receive.ts';
import { takeFacadeMessage } from './take-facade.ts';

/** What is served to parties, at one method and path. */
export type Hl7Route = {
  /** As it is counted, where no interaction is known. */
  readonly name: string;
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
    {
      name: 'Prescription',
      method: 'POST',
      path: /^\/Prescription$/,
      handle: (...asked) => facade(desk, ...asked),
    },
    { name: 'poll', method: 'GET', path: POLL, handle: (...asked) => poll(desk, ...asked) },
    {
      name: 'healthcheck',
      method: 'GET',
      path: /^\/healthcheck$/,
      handle: async () => ({ status: 200, headers: PLAIN, body: 'OK' }),
    },
    {
      name: 'reliablerequest',
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
  if (route !== undefined) {
    const answer = await route.handle(request, peer);
    return { ...answer, about: { ...UNTOLD, interaction: route.name, ...answer.about } };
  }
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

/** The answer to whoever may not come in. */
export function hl7v3Denial(asid: string | null, detail: string): HttpResponse {
  const about = { ...UNTOLD, asid, reason: 'NotAllowed' };
  return { status: 403, headers: TEXT_XML, body: soapFault('NotAllowed', detail), about };
}

/** Answers at once, or says where the answer will be: the sender waits as long as it takes [EPS-HL7V3 3.1]. */
async function facade(desk: Desk, request: CertifiedRequest, peer: Hl7Peer): Promise<HttpResponse> {
  const received = await receive(desk, request, { peer, face: 'facade' });
  if (!received.ok) return refused(received.error, 'facade');
  const { transmission } = received.value;
  const { messageId, interaction } = transmission;
  const answer = await takeFacadeMessage(desk, transmission);
  const told = desk.told.get(transmission) ?? UNTOLD; // not of a repeat: it was counted before
  const about = { ...told, interaction, requestId: messageId };
  if (answer === null) return { ...later(messageId), about };
  return { status: 200, headers: TEXT_XML, body: answer, about };
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
  const { interaction, messageId: requestId } = received.value.transmission;
  const about = { ...UNTOLD, interaction, requestId };
  return { status: 202, headers: TEXT_XML, body: taken.value, about };
}

/**
 * A facade repeats whatever is not 200 four times within milliseconds, so what a repeat cannot mend is 200
 * there; a message handler gets the status of a SOAP fault [EPS-HL7V3 3.1, 3.3].
 */
function refused(
  refusal: { readonly isFault: boolean; readonly body: string },
  face: Face,
): HttpResponse {
  const status = refusal.isFault && face === 'reliable' ? 500 : 200;
  const reason = refusal.isFault ? 'SoapFault' : 'MessageError';
  const about = { ...UNTOLD, interaction: 'envelope', reason };
  return { status, headers: TEXT_XML, body: refusal.body, about };
}
