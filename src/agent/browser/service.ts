import { signedContent, writeSigned } from '../../identity/index.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { openEndpoints } from '../endpoints.ts';
import type { Asked } from './asked.ts';

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
  const to = textIn(told.value, 'to');
  // Only the service's own sign-in pages: it cannot send the browser anywhere by us.
  if (!to.startsWith('/signin/')) return fail(AWAY);
  return ok(`${asked.at}${to}`);
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
