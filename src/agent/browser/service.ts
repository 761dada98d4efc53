import {
  bytesOf,
  type Hash,
  type Payload,
  type PayloadSignature,
  signedContent,
  SIGNING_HASHES,
  type SigningAlgorithm,
  writeSigned,
} from '../../identity/index.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { isSignedInfo } from '../../prescriptions/index.ts';
import { openEndpoints } from '../endpoints.ts';
import { type Asked, PLACES } from './asked.ts';

/** Why a service did not take the card's answer, for the user. */
export type ServiceFault = { readonly kind: 'Away' | 'Refused'; readonly text: string };

export type Challenge = { readonly challenge: Buffer; readonly seal: string };

/** What the card is to sign for this sign-in. */
export async function challengeOf(asked: Asked): Promise<Result<Challenge, ServiceFault>> {
  const told = await post(asked, '/card-agent/challenge', {});
  if (!told.ok) return told;
  const challenge = Buffer.from(textIn(told.value, 'challenge'), 'base64');
  const seal = textIn(told.value, 'seal');
  return challenge.length === 0 ? fail(AWAY) : ok({ challenge, seal });
}

export type Signer = {
  /** The log-in certificate in DER. */
  readonly certificate: Buffer;
  readonly sign: (bytes: Buffer) => Promise<Buffer>;
};

/** Has the card sign; answers where the browser goes on. */
export async function answered(
  asked: Asked,
  { challenge, seal }: Challenge,
  { certificate, sign }: Signer,
): Promise<Result<string, ServiceFault>> {
  const content = signedContent(challenge, asked.at);
  const signing = { content, certificate, digest: 'sha256', hasAttributes: false, sign } as const;
  const answer = (await writeSigned(signing)).toString('base64');
  const sent = { challenge: challenge.toString('base64'), seal, answer };
  const told = await post(asked, '/card-agent/answer', sent);
  if (!told.ok) return told;
  return onwardIn(told.value, asked);
}

/** Only the service's own pages for it: it cannot send the browser anywhere by us. */
function onwardIn(told: object, { act, at }: Asked): Result<string, ServiceFault> {
  const to = textIn(told, 'to');
  return to.startsWith(PLACES[act]) ? ok(`${at}${to}`) : fail(AWAY);
}

/** What an application asks to have signed, and who is to sign it. */
export type ToSign = {
  readonly application: string;
  readonly userId: string;
  readonly algorithm: SigningAlgorithm;
  readonly payloads: readonly Payload[];
};

/** Nothing but prescriptions is signed here, whatever a service says that it is. */
export async function toSign(asked: Asked): Promise<Result<ToSign, ServiceFault>> {
  const told = await post(asked, '/card-agent/payloads', {});
  if (!told.ok) return told;
  const algorithm = (['RS256', 'RS1'] as const).find(
    (name) => name === textIn(told.value, 'algorithm'),
  );
  const payloads = payloadsIn(told.value);
  if (algorithm === undefined || payloads.length === 0) return fail(AWAY);
  const areGood = payloads.every((one) => isSignedInfo(bytesOf(one).toString('utf8'), algorithm));
  if (!areGood) return fail(NO_PRESCRIPTION);
  const [application, userId] = [textIn(told.value, 'application'), textIn(told.value, 'userId')];
  return ok({ application, userId, algorithm, payloads });
}

const NO_PRESCRIPTION: ServiceFault = {
  kind: 'Refused',
  text: 'The service asks to have something signed that is no prescription. Nothing was signed.',
};

function payloadsIn(told: object): Payload[] {
  const { payloads }: { payloads?: unknown } = told;
  const list: unknown[] = Array.isArray(payloads) ? payloads : [];
  return list.map((one) =>
    typeof one === 'object' && one !== null
      ? { id: textIn(one, 'id'), payload: textIn(one, 'payload') }
      : { id: '', payload: '' },
  );
}

export type Committer = {
  /** The certificate for content commitment in DER. */
  readonly certificate: Buffer;
  readonly sign: (hash: Hash, bytes: Buffer) => Promise<Buffer>;
};

/** Has the card sign all of it; answers where the browser goes on. */
export async function committed(
  asked: Asked,
  { algorithm, payloads }: ToSign,
  { certificate, sign }: Committer,
): Promise<Result<string, ServiceFault>> {
  const signatures: PayloadSignature[] = [];
  for (const payload of payloads) {
    const value = await sign(SIGNING_HASHES[algorithm], bytesOf(payload));
    signatures.push({ id: payload.id, signature: value.toString('base64') });
  }
  const sent = { certificate: certificate.toString('base64'), signatures };
  const told = await post(asked, '/card-agent/signatures', sent);
  return told.ok ? onwardIn(told.value, asked) : told;
}

const AWAY: ServiceFault = {
  kind: 'Away',
  text: 'The service does not answer as it should. Neither your card nor your passcode is at fault.',
};

async function post(
  { at, request }: Asked,
  path: string,
  sent: object,
): Promise<Result<object, ServiceFault>> {
  const answer = await openEndpoints([at]).ask(path, {
    body: JSON.stringify({ request, ...sent }),
    headers: { 'Content-Type': 'application/json' },
  });
  if (answer === null) return fail(AWAY);
  const told = parsed(answer.text);
  if (answer.status === 200 && told !== null) return ok(told);
  const text = told === null ? '' : textIn(told, 'text');
  return fail(text === '' ? AWAY : { kind: 'Refused', text });
}

function parsed(text: string): object | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' ? value : null;
  } catch {
    return null;
  }
}

function textIn(told: object, name: string): string {
  const value: unknown = Object.entries(told).find(([key]) => key === name)?.[1];
  return typeof value === 'string' ? value : '';
}
