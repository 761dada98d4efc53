import type { FieldError, Page, PageAnswer, PageRequest, View } from '../../../pages/index.ts';
import { ACTIVITIES } from '../../rbac/activities.ts';
import { jobRoleNames } from '../../rbac/index.ts';
import { jobRoleName } from '../../rbac/job-roles.ts';
import { addPosition, listPositions, registrationWords } from '../../registration/index.ts';
import { jobTitle, type PageParts } from '../signed-in.ts';
import { type Registrar, registrar } from './registrar.ts';

/** Positions of organisations: the rights that come with a work, whoever does it [IDENTITY 1.3]. */
export function positionPages(parts: PageParts): readonly Page[] {
  return [
    {
      method: 'GET',
      path: '/ra/positions',
      handle: registrar(parts, 'agent', (request, who) => positionsView(parts, request, who, [])),
    },
    { method: 'POST', path: '/ra/positions', handle: registrar(parts, 'agent', add(parts)) },
  ];
}

async function positionsView(
  { database }: PageParts,
  { form, query }: PageRequest,
  { visitor }: Registrar,
  errors: readonly FieldError[],
): Promise<View> {
  const [positions, names] = await Promise.all([
    listPositions(database, null),
    jobRoleNames(database),
  ]);
  const given = form.all('activities');
  return {
    view: 'registration/positions.njk',
    title: 'Positions',
    visitor,
    errors,
    model: {
      rows: positions.map((position) => ({ ...position, title: jobTitle(position) })),
      filled: { ods: form.text('ods') || query('ods'), name: form.text('name') },
      groups: choices(
        Object.entries(names.groups).map(([code, both]) => [code, both.join(', ')]),
        form.text('group'),
      ),
      roles: choices(
        Object.entries(names.roles).map(([code, name]) => [code, `${name} (${code})`]),
        form.text('role'),
      ),
      activities: Object.entries(ACTIVITIES).map(([value, { name }]) => ({
        value,
        text: name === null ? value : `${name} (${value})`,
        checked: given.includes(value),
      })),
      done: query('done') === 'yes' ? 'The position is added.' : null,
    },
  };
}

function choices(entries: readonly (readonly [string, string])[], chosen: string) {
  const none = { value: '', text: 'Choose', selected: chosen === '' };
  return [none, ...entries.map(([value, text]) => ({ value, text, selected: value === chosen }))];
}

const NAME = /^[\p{L}\p{N}][\p{L}\p{N} &'’().,/-]{0,99}$/u;

function add(parts: PageParts) {
  return async (request: PageRequest, who: Registrar): Promise<PageAnswer> => {
    const { form } = request;
    const name = form.text('name');
    const jobRole = `${form.text('group')}:${form.text('role')}`;
    const words = jobRoleName(jobRole, await jobRoleNames(parts.database));
    if (!NAME.test(name)) {
      return positionsView(parts, request, who, [
        { field: 'name', text: 'Enter a name for the position' },
      ]);
    }
    if (words === null) {
      return positionsView(parts, request, who, [
        { field: 'role', text: 'Choose a staff group and a job role' },
      ]);
    }
    const given = form.all('activities');
    const position = {
      ods: form.text('ods').toUpperCase(),
      name,
      jobRole,
      jobRoleName: words,
      areasOfWork: [],
      activities: Object.keys(ACTIVITIES).filter((code) => given.includes(code)),
      workgroups: [],
    };
    const added = await addPosition(parts.database, position, who.by);
    if (added.ok) return { to: '/ra/positions?done=yes' };
    const field = added.error.kind === 'PositionThere' ? 'name' : 'ods';
    return positionsView(parts, request, who, [{ field, text: registrationWords(added.error) }]);
  };
}
