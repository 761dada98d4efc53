import {
  type Cell,
  COMPONENTS,
  type Component,
  type Datacentre,
  DATACENTRES,
  type Group,
  GROUPS,
  isComponent,
  isUserGroup,
  type UserGroup,
} from '../components.ts';
import { type Level, parseLevel } from '../incidents/severity.ts';
import { parseNumber } from '../numbers.ts';
import type { Notice } from './notices.ts';

export const CHANNELS = ['email', 'webhook'] as const;
export type Channel = (typeof CHANNELS)[number];

/** What a subscriber wants to hear of. */
export type Wanted = {
  /** Components or groups of them; none: all. */
  readonly components: readonly Component[];
  /** Datacentres; none: both. */
  readonly sites: readonly Datacentre[];
  /** Who is affected; none: whoever it is. */
  readonly users: readonly UserGroup[];
  /** One incident and nothing else; null: all of them. */
  readonly incident: string | null;
  /** Faults of these people alone, as `ods:FA565`, and nothing else; null: all that everybody may know. */
  readonly whose: string | null;
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

/** What every subscriber hears who has chosen nothing; earlier subscriptions know less to choose. */
export const ALL: Wanted = {
  components: [],
  sites: [],
  users: [],
  incident: null,
  whose: null,
  severity: 4,
  maintenance: true,
};

export function wants(wanted: Wanted, notice: Notice): boolean {
  const { incident, users, severity, maintenance, whose } = wanted;
  if (whose !== null || notice.whose.length > 0) {
    return whose !== null && notice.whose.includes(whose);
  }
  if (incident !== null) return notice.number === incident;
  const isWhere = notice.cells.some((cell) => isMeant(wanted, cell));
  const isWhom = users.length === 0 || users.some((one) => notice.users.includes(one));
  if (!isWhere || !isWhom) return false;
  return notice.severity === null ? maintenance : notice.severity <= severity;
}

function isMeant({ components, sites }: Wanted, { component, datacentre }: Cell): boolean {
  const isComponentMeant = components.length === 0 || components.includes(component);
  return isComponentMeant && (sites.length === 0 || sites.includes(datacentre));
}

/** Reads what was chosen: ids of components, and names of groups for all of theirs. */
export function parseWanted(chosen: {
  readonly components: readonly string[];
  readonly sites: readonly string[];
  readonly users: readonly string[];
  readonly incident: string;
  readonly severity: string;
  readonly maintenance: boolean;
}): Wanted {
  const { components, sites, users, incident, severity, maintenance } = chosen;
  const ofGroups = GROUPS.filter((group) => components.includes(group)).flatMap(componentsOf);
  const named = components.filter(isComponent);
  const number = parseNumber(incident, 'INC');
  return {
    components: [...new Set([...named, ...ofGroups])],
    sites: DATACENTRES.filter((one) => sites.includes(one)),
    users: users.filter(isUserGroup),
    incident: number.ok ? number.value : null,
    whose: null, // only those who run the service name whose faults an address hears of
    severity: parseLevel(severity) ?? ALL.severity,
    maintenance,
  };
}

function componentsOf(group: Group): Component[] {
  return Object.keys(COMPONENTS)
    .filter(isComponent)
    .filter((id) => COMPONENTS[id].group === group);
}
