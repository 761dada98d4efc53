import type { OfSite } from './since.ts';

/** A system of an organisation at an interface, and what software it says that it is. */
export type SiteAgent = Pick<OfSite, 'organisation' | 'asid' | 'interface'> & {
  readonly agent: string;
};

/** What systems said of themselves since it was last taken. */
export type Agents = {
  readonly note: (site: Omit<SiteAgent, 'agent'>, header: string | undefined) => void;
  readonly take: () => readonly SiteAgent[];
};

const SITES_MAX = 5_000; // as many as are counted apart
const AGENT_MAX = 80;

/** Of `User-Agent`, which anybody may fill with anything: what can be shown of it, and no more than a line. */
export function openAgents(): Agents {
  const agents = new Map<string, SiteAgent>();
  return {
    note: (site, header) => {
      const agent = (header ?? '')
        .replaceAll(/[^ -~]/g, '')
        .trim()
        .slice(0, AGENT_MAX);
      const key = `${site.organisation} ${site.asid} ${site.interface}`;
      if (agent === '' || (agents.size >= SITES_MAX && !agents.has(key))) return;
      agents.set(key, { ...site, agent });
    },
    take: () => {
      const taken = [...agents.values()];
      agents.clear();
      return taken;
    },
  };
}
