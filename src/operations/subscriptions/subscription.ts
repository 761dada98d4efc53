import { COMPONENTS, type Component, type Group, GROUPS, isComponent } from '../components.ts';
import { type Level, parseLevel } from '../incidents/severity.ts';
import type { Notice } from './notices.ts';

export const CHANNELS = ['email', 'webhook'] as const;
export type Channel = (typeof CHANNELS)[number];

/** What a subscriber wants to hear of. */
export type Wanted = {
  /** Components or groups of them; none: all. */
  readonly components: readonly Component[];
  /** This severity and worse. */
  readonly severity: Level;
  readonly maintenance: boolean;
};

export type Subscription = {
  readonly id: string;
  readonly channel: Channel;
  readonly address: string;
  readonly wanted: Wanted;
  /** Signs what a webhook gets, and the links that only the owner of an address sees. */
  readonly secret: string;
  readonly askedAt: string;
  readonly confirmedAt: string | null;
};

export function wants({ components, severity, maintenance }: Wanted, notice: Notice): boolean {
  const touches =
    components.length === 0 || notice.cells.some((cell) => components.includes(cell.component));
  if (!touches) return false;
  return notice.severity === null ? maintenance : notice.severity <= severity;
}

/** Reads what was chosen: ids of components, and names of groups for all of theirs. */
export function parseWanted(chosen: {
  readonly components: readonly string[];
  readonly severity: string;
  readonly maintenance: boolean;
}): Wanted {
  const { components, severity, maintenance } = chosen;
  const ofGroups = GROUPS.filter((group) => components.includes(group)).flatMap(componentsOf);
  const named = components.filter(isComponent);
  return {
    components: [...new Set([...named, ...ofGroups])],
    severity: parseLevel(severity) ?? 4,
    maintenance,
  };
}

function componentsOf(group: Group): Component[] {
  return Object.keys(COMPONENTS)
    .filter(isComponent)
    .filter((id) => COMPONENTS[id].group === group);
}
