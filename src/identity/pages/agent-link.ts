import type { PageParts } from './signed-in.ts';

/** The way to the agent on the user's machine; a script first asks at `status` whether one is there. */
export type AgentLink = { readonly href: string; readonly status: string };

/** For a sign-in, or a request to sign, that waits at that address of ours; null: there is no agent to go to. */
export function agentLink(
  { cardAgent }: Pick<PageParts, 'cardAgent'>,
  { act, request, origin }: Waiting,
): AgentLink | null {
  if (cardAgent === null) return null;
  const query = new URLSearchParams({ request, at: origin });
  return { href: `${cardAgent}/${act}?${query.toString()}`, status: `${cardAgent}/status` };
}

type Waiting = {
  readonly act: 'sign-in' | 'sign';
  readonly request: string;
  readonly origin: string;
};
