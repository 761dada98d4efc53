import { randomBytes } from 'node:crypto';

import { fail, ok, type Result } from '../../kernel/result.ts';
import { checkChallenge, makeChallenge, RANDOM_BYTES, readSigned } from '../broker/index.ts';
import { whereNext } from '../card-port/index.ts';
import type { Cards } from '../cards/index.ts';
import type { BrokerSecrets } from '../keys/index.ts';
import { signedContent } from './signed-content.ts';

export type Agents = {
  readonly cards: Cards;
  /** The addresses at which people sign in here. */
  readonly origins: readonly string[];
  /** Of the same kind as the broker's, and the same in both datacentres. */
  readonly secrets: (at: Date) => BrokerSecrets;
};

/** In the form of the interface: a word for programs, and a sentence for the user. */
export type Refused = { readonly error: string; readonly text: string };

/** For one sign-in that waits; either datacentre takes the answer, and nothing is kept for it [IDENTITY 2.2]. */
export function challengeFor({ secrets }: Agents, request: string, at: Date): object {
  const random = randomBytes(RANDOM_BYTES);
  const login = loginOf(request);
  const { challenge, signature } = makeChallenge(secrets(at)[0], { random, at, login });
  return { challenge: challenge.toString('base64'), seal: signature.toString('base64') };
}

/** So that nobody takes a challenge of the broker for one of the agent's. */
function loginOf(request: string): string {
  return `card agent ${request}`;
}

export type Answer = {
  readonly request: string;
  readonly challenge: Buffer;
  readonly seal: Buffer;
  /** CMS SignedData in DER over `signedContent`, as at the broker. */
  readonly answer: Buffer;
};

/**
 * A card has signed: answers where the browser goes on, `to` below the address that it signs in at. Whether the card is
 * good is told to the user there. The browser that began this sign-in, and only that one, can use what it is given.
 */
export async function answerOf(
  { cards, origins, secrets }: Agents,
  { request, challenge, seal, answer }: Answer,
  at: Date,
): Promise<Result<{ readonly to: string }, Refused>> {
  const login = loginOf(request);
  const own = checkChallenge(secrets(at), { challenge, signature: seal }, { login, at });
  if (!own.ok) {
    const text = 'This sign-in is too old, or began elsewhere. Start it again';
    return fail({ error: own.error === 'Stale' ? 'challenge_stale' : 'challenge_not_ours', text });
  }
  const signed = readSigned(answer);
  if (!signed.ok) return fail({ error: 'cms_invalid', text: `The card's answer: ${signed.error}` });
  const { content, certificate } = signed.value;
  if (!origins.some((origin) => signedContent(challenge, origin).equals(content))) {
    return fail({ error: 'cms_invalid', text: 'The card has signed for another service' });
  }
  return ok({ to: await whereNext(cards, { request, certificate }, at) });
}
