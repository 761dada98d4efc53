import type { PageParts } from './signed-in.ts';

/** The way to the agent on the user's machine; a script first asks at `status` whether one is there. */
export type AgentLink = { readonly href: string; readonly status: string };

/** For a sign-in that waits at that address of ours; null: there is no agent to go to. */
export function agentLink(
  { cardAgent }: Pick<PageParts, 'cardAgent'>,
  { request, origin }: { readonly request: string; readonly origin: string },
): AgentLink | null {
  if (cardAgent === null) return null;
  const query = new URLSearchParams({ request, at: origin });
  return { href: `${cardAgent}/sign-in?${query.toString()}`, status: `${cardAgent}/status` };
}
