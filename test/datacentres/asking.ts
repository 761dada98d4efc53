import { setTimeout as delay } from 'node:timers/promises';

import { post, type Tokens } from '../nothing-lost/datacentres.ts';
import { aPrescription, create, type Sent } from '../nothing-lost/messages.ts';

/** Signs people in all the time, at each address; ends when it is called, with what they were answered. */
export function signingIn(urls: readonly string[]) {
  const ending = new AbortController();
  let longestMs = 0;
  const statuses: number[] = [];
  const sign = async (url: string): Promise<void> => {
    while (!ending.signal.aborted) {
      const began = performance.now();
      const answer = await fetch(`${url}/_local/token`, {
        method: 'POST',
        body: JSON.stringify({ persona: 'prescriber' }),
      });
      await answer.arrayBuffer();
      statuses.push(answer.status);
      longestMs = Math.max(longestMs, Math.round(performance.now() - began));
      await delay(20);
    }
  };
  const all = Promise.all([...urls, ...urls].map(sign));
  return async () => {
    ending.abort();
    await all;
    return { statuses, longestMs };
  };
}

/** Sends orders all the time, as a client with the addresses of both does; ends when it is called. */
export async function ordering(urls: Readonly<Record<'a' | 'b', string>>) {
  const [prescriber, dispenser] = await Promise.all(
    ['prescriber', 'dispenser'].map((persona) => tokenOf(urls.a, persona)),
  );
  const tokens = { prescriber: prescriber ?? '', dispenser: dispenser ?? '' };
  const ending = new AbortController();
  const failed: string[] = [];
  let answered = 0;
  const lane = async (at: 'a' | 'b'): Promise<void> => {
    while (!ending.signal.aborted) {
      const order = create(aPrescription());
      const words = await sent(urls[at], order, tokens);
      // Where one does not serve, the same order goes to the other, once.
      const again =
        words === '200' ? words : await sent(urls[at === 'a' ? 'b' : 'a'], order, tokens);
      if (again === '200') answered += 1;
      else failed.push(`${words}, then ${again}`);
    }
  };
  const all = Promise.all((['a', 'b', 'a', 'b', 'a', 'b', 'a', 'b'] as const).map(lane));
  return async () => {
    ending.abort();
    await all;
    return { answered, failed };
  };
}

function sent(url: string, order: Sent, tokens: Tokens): Promise<string> {
  return post(url, order, tokens).then(
    ({ status, text }) => (status === 200 ? '200' : text),
    String,
  );
}

async function tokenOf(url: string, persona: string): Promise<string> {
  const answer = await fetch(`${url}/_local/token`, {
    method: 'POST',
    body: JSON.stringify({ persona }),
  });
  const { access_token: token } = (await answer.json()) as { readonly access_token: string };
  return token;
}
