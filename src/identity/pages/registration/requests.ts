import type { FieldError, Page, PageAnswer, PageRequest, View } from '../../../pages/index.ts';
import { problemOf } from '../../../pages/index.ts';
import { contentsWords } from '../../people/contents.ts';
import { displayName, findUser, findUsers, type User } from '../../people/index.ts';
import {
  type AccessRequest,
  decideAccess,
  listPositions,
  pendingRequests,
  type Position,
  registrationWords,
  requestAccess,
  type WantedAccess,
} from '../../registration/index.ts';
import { jobTitle, type PageParts } from '../signed-in.ts';
import { dayField, readDay, typedDay } from './days.ts';
import { type Registrar, registrar } from './registrar.ts';

/** A sponsor asks, another person decides [EXPERIENCE 4.6]. */
export function requestPages(parts: PageParts): readonly Page[] {
  const ask = '/ra/users/:user/request';
  return [
    {
      method: 'GET',
      path: '/ra/requests',
      handle: registrar(parts, 'any', (request, who) => queueView(parts, request, who, [])),
    },
    { method: 'POST', path: '/ra/requests', handle: registrar(parts, 'agent', decide(parts)) },
    {
      method: 'GET',
      path: ask,
      handle: registrar(parts, 'sponsor', (request, who) => askView(parts, request, who, [])),
    },
    { method: 'POST', path: ask, handle: registrar(parts, 'sponsor', askFor(parts)) },
  ];
}

const DONE: Readonly<Record<string, string>> = {
  approved: 'Approved. It holds from now on.',
  refused: 'Refused. Nothing was changed.',
};

async function queueView(
  { database }: PageParts,
  { query }: PageRequest,
  who: Registrar,
  errors: readonly FieldError[],
): Promise<View> {
  const [requests, positions] = await Promise.all([
    pendingRequests(database),
    listPositions(database, null),
  ]);
  const people = await findUsers(
    database,
    requests.flatMap((request) => [request.requestedBy, ...peopleOf(request)]),
  );
  const users = new Map(people.map((user) => [user.userId, user]));
  const known = new Map(positions.map((position) => [position.positionId, position]));
  return {
    view: 'registration/requests.njk',
    title: 'Requests',
    visitor: who.visitor,
    errors,
    model: {
      rows: requests.map((request) => rowOf(request, { users, positions: known })),
      mayDecide: who.isAgent,
      done: DONE[query('done')] ?? null,
    },
  };
}

/** User ids of those whom it is about by name. */
function peopleOf(request: AccessRequest): string[] {
  switch (request.kind) {
    case 'grant':
    case 'end':
      return [request.userId];
    case 'merge':
      return [request.userId, request.mergedUserId];
    case 'import':
      return [];
  }
}

type Known = {
  readonly users: ReadonlyMap<string, User>;
  readonly positions: ReadonlyMap<string, Position>;
};

function rowOf(request: AccessRequest, known: Known) {
  const nameOf = (userId: string): string => {
    const user = known.users.get(userId);
    return user === undefined ? userId : displayName(user);
  };
  return {
    ...request,
    startsOn: request.kind === 'grant' ? request.startsOn : null,
    endsOn: 'endsOn' in request ? request.endsOn : null,
    ...whatOf(request, known),
    people: peopleOf(request).map((userId) => ({
      userId,
      name: nameOf(userId),
      level: known.users.get(userId)?.idAssuranceLevel ?? 0,
    })),
    sponsor: nameOf(request.requestedBy),
  };
}

/** What it is about, and where that can be looked at more closely. */
function whatOf(
  request: AccessRequest,
  { users, positions }: Known,
): { readonly what: string; readonly more: string | null } {
  switch (request.kind) {
    case 'grant': {
      const position = positions.get(request.positionId);
      return { what: `Give: ${position?.name ?? ''} (${position?.ods ?? ''})`, more: null };
    }
    case 'end': {
      const role = users
        .get(request.userId)
        ?.roleProfiles.find(({ roleProfileId }) => roleProfileId === request.roleProfileId);
      const title = role === undefined ? '' : jobTitle(role);
      return { what: `End: ${title} (${role?.ods ?? ''})`, more: null };
    }
    case 'merge': {
      const more = `/ra/users/${request.userId}/merge?other=${request.mergedUserId}`;
      return { what: `Merge: ${request.mergedUserId} into ${request.userId}`, more };
    }
    case 'import': {
      const what = `Import: ${contentsWords(request)}`;
      return { what, more: `/ra/requests/${request.requestId}/file` };
    }
  }
}

function decide(parts: PageParts) {
  return async (request: PageRequest, who: Registrar): Promise<PageAnswer> => {
    const { form } = request;
    const isApproved = form.text('decision') === 'approve';
    const decided = await decideAccess(parts.database, form.text('request'), isApproved, who.by);
    if (decided.ok) return { to: `/ra/requests?done=${isApproved ? 'approved' : 'refused'}` };
    return queueView(parts, request, who, [
      { field: 'requests', text: registrationWords(decided.error) },
    ]);
  };
}

/** For a role that ends the query names it; else a position is chosen. */
async function askView(
  { database }: PageParts,
  request: PageRequest,
  who: Registrar,
  errors: readonly FieldError[],
): Promise<View> {
  const { form, query } = request;
  const user = await findUser(database, request.parts['user'] ?? '');
  if (user === null) return problemOf({ kind: 'NotFound' }, request.requestId);
  const roleProfileId = form.text('role') || query('role');
  const role = user.roleProfiles.find((one) => one.roleProfileId === roleProfileId) ?? null;
  const positions = await Promise.all(who.sponsorOf.map((ods) => listPositions(database, ods)));
  const name = displayName(user);
  return {
    view: 'registration/request.njk',
    title: role === null ? `Ask for access for ${name}` : `Ask to end a role of ${name}`,
    visitor: who.visitor,
    errors,
    model: {
      userId: user.userId,
      name,
      role: role === null ? null : { ...role, title: jobTitle(role) },
      positions: positions.flat().map(({ positionId, name: text, ods, jobRoleName }) => ({
        value: positionId,
        text: `${text}, ${ods}`,
        hint: { text: jobTitle({ jobRoleName }) },
        checked: positionId === form.text('position'),
      })),
      startsOn: typedDay(form, 'starts-on'),
      endsOn: typedDay(form, 'ends-on'),
    },
  };
}

function askFor(parts: PageParts) {
  return async (request: PageRequest, who: Registrar): Promise<PageAnswer> => {
    const { form } = request;
    const userId = request.parts['user'] ?? '';
    const roleProfileId = form.text('role') || null;
    const positionId = form.text('position') || null;
    const first = readDay(form, 'starts-on', 'First day');
    const last = readDay(form, 'ends-on', 'Last day');
    const [startsOn, endsOn] = [first.day, last.day];
    const errors = [
      ...(roleProfileId !== null || positionId !== null
        ? []
        : [{ field: 'position', text: 'Choose a position' }]),
      ...first.errors,
      ...last.errors,
      ...(startsOn !== null && endsOn !== null && endsOn < startsOn
        ? [{ field: dayField('ends-on'), text: 'The last day must not be before the first' }]
        : []),
    ];
    if (errors.length > 0) return askView(parts, request, who, errors);
    const wanted: WantedAccess =
      roleProfileId === null
        ? { kind: 'grant', userId, positionId: positionId ?? '', startsOn, endsOn }
        : { kind: 'end', userId, roleProfileId, endsOn };
    const asked = await requestAccess(parts.database, wanted, who.by);
    if (asked.ok) return { to: `/ra/users/${userId}?done=requested` };
    const field = roleProfileId === null ? 'position' : dayField('ends-on');
    return askView(parts, request, who, [{ field, text: registrationWords(asked.error) }]);
  };
}
