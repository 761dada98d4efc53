import type { FieldError, Page, PageAnswer, PageRequest, View } from '../../../pages/index.ts';
import { problemOf } from '../../../pages/index.ts';
import { cardsOf } from '../../cards/index.ts';
import { displayName, findUser, type User } from '../../people/index.ts';
import { plannedMerge, registrationWords, requestMerge } from '../../registration/index.ts';
import { jobTitle, type PageParts } from '../signed-in.ts';
import { type Registrar, registrar } from './registrar.ts';

/** Two records of one person, side by side, and what becomes of them [EXPERIENCE 4.6]. */
export function mergePages(parts: PageParts): readonly Page[] {
  const path = '/ra/users/:user/merge';
  return [
    {
      method: 'GET',
      path,
      handle: registrar(parts, 'agent', (request, who) => mergeView(parts, request, who, [])),
    },
    { method: 'POST', path, handle: registrar(parts, 'agent', ask(parts)) },
  ];
}

async function mergeView(
  { database }: PageParts,
  request: PageRequest,
  who: Registrar,
  errors: readonly FieldError[],
): Promise<View> {
  const { parts, requestId } = request;
  const kept = await findUser(database, parts['user'] ?? '');
  if (kept === null) return problemOf({ kind: 'NotFound' }, requestId);
  const other = otherIn(request);
  const wanted = { userId: kept.userId, mergedUserId: other };
  const planned = other === '' ? null : await plannedMerge(database, wanted, who.by.at);
  const refusals =
    planned === null || planned.ok || errors.length > 0
      ? []
      : [{ field: 'other', text: registrationWords(planned.error) }];
  const merged = planned?.ok === true ? planned.value.merged : null;
  return {
    view: 'registration/merge.njk',
    title: `Merge another record into that of ${displayName(kept)}`,
    visitor: who.visitor,
    errors: [...errors, ...refusals],
    model: {
      userId: kept.userId,
      name: displayName(kept),
      other,
      merged: merged?.userId ?? null,
      records:
        merged === null
          ? []
          : await Promise.all([recordOf(database, kept), recordOf(database, merged)]),
    },
  };
}

function otherIn({ form, query }: PageRequest): string {
  return (form.text('other') || query('other')).replaceAll(/\s/g, '').slice(0, 20);
}

async function recordOf(database: PageParts['database'], user: User) {
  const cards = await cardsOf(database, user.userId);
  return {
    name: displayName(user),
    userId: user.userId,
    status: user.status,
    level: user.idAssuranceLevel,
    email: user.email,
    numbers: [user.prescriberCode, ...Object.values(user.professionalIds)].filter(Boolean),
    roles: user.roleProfiles.map((role) => `${jobTitle(role)}, ${role.organisationName}`),
    cards: cards.map(({ cardNumber, status }) => `${cardNumber} (${status.toLowerCase()})`),
  };
}

function ask(parts: PageParts) {
  return async (request: PageRequest, who: Registrar): Promise<PageAnswer> => {
    const userId = request.parts['user'] ?? '';
    const wanted = { userId, mergedUserId: otherIn(request) };
    const asked = await requestMerge(parts.database, wanted, who.by);
    if (asked.ok) return { to: `/ra/users/${userId}?done=requested` };
    const text = registrationWords(asked.error);
    return mergeView(parts, request, who, [{ field: 'other', text }]);
  };
}
