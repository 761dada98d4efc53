import { fail, ok, type Result } from '../kernel/result.ts';
import { type Invocation, type Option, textOption } from '../cli/command.ts';
import {
  COMPONENT_IDS,
  type Cell,
  DATACENTRES,
  type Datacentre,
  isComponent,
  isUserGroup,
  USER_GROUP_IDS,
  usersOf,
  type UserGroup,
} from './components.ts';
import type { Extent } from './incidents/incident.ts';

/** How commands name what is affected. */
export const EXTENT_OPTIONS: readonly Option[] = [
  {
    flag: 'component',
    value: 'ids',
    help: `what is affected, with commas between: ${COMPONENT_IDS.join(', ')}`,
  },
  { flag: 'site', value: 'a|b|both', help: 'at which datacentre', choices: ['a', 'b', 'both'] },
  {
    flag: 'users',
    value: 'groups',
    help: `who is affected: ${USER_GROUP_IDS.join(', ')}; else who uses the components`,
  },
];

/** Null when nothing of it is named. */
export function extentOf(invocation: Invocation): Result<Extent | null, string> {
  const named = words(textOption(invocation, 'component'));
  const users = words(textOption(invocation, 'users'));
  const components = named.filter(isComponent);
  const unknown = named.find((word) => !isComponent(word));
  if (unknown !== undefined) {
    return fail(`--component "${unknown}" is not known: ${COMPONENT_IDS.join(', ')}`);
  }
  const stranger = users.find((word) => !isUserGroup(word));
  if (stranger !== undefined) {
    return fail(`--users "${stranger}" is not known: ${USER_GROUP_IDS.join(', ')}`);
  }
  if (components.length === 0) return ok(null);
  const cells: Cell[] = components.flatMap((component) =>
    sitesOf(textOption(invocation, 'site')).map((datacentre) => ({ component, datacentre })),
  );
  const groups: UserGroup[] = users.filter(isUserGroup);
  const usual = [...new Set(components.flatMap(usersOf))];
  return ok({ cells, users: groups.length === 0 ? usual : groups });
}

function sitesOf(site: string | null): readonly Datacentre[] {
  return DATACENTRES.filter((one) => site === null || site === 'both' || site === one);
}

export function words(text: string | null): string[] {
  return (text ?? '').split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]));
}

export const INSTANT = 'an instant such as 2026-12-01T08:15:00Z';

/** `2026-12-01T02:00:00Z`; nothing without its zone, for a window in another hour helps nobody. */
export function parseWhen(text: string | null): Date | null {
  const shape = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?(Z|[+-]\d\d:\d\d)$/;
  const when = text !== null && shape.test(text) ? new Date(text) : null;
  return when === null || Number.isNaN(when.getTime()) ? null : when;
}
