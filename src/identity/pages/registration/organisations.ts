import {
  findOrganisations,
  listOrganisations,
  type Organisation,
} from '../../../directory/index.ts';
import type { FieldError, Page, PageAnswer, PageRequest, View } from '../../../pages/index.ts';
import { problemOf } from '../../../pages/index.ts';
import { displayName, findUsers } from '../../people/index.ts';
import {
  endSponsor,
  listPositions,
  nameSponsor,
  registrationWords,
  setOpeningDays,
  sponsorsAt,
} from '../../registration/index.ts';
import { jobTitle, type PageParts } from '../signed-in.ts';
import { dayField, readDay, splitDay, typedDay } from './days.ts';
import { newOrganisationPages } from './new-organisation.ts';
import { type Registrar, registrar } from './registrar.ts';

const PAGE_MAX = 50;

/** Organisations: search, a new one, one with its positions, sponsors and opening days [EXPERIENCE 4.6]. */
export function organisationPages(parts: PageParts): readonly Page[] {
  const path = '/ra/organisations/:ods';
  return [
    {
      method: 'GET',
      path: '/ra/organisations',
      handle: registrar(parts, 'any', listPage(parts)),
    },
    ...newOrganisationPages(parts),
    {
      method: 'GET',
      path,
      handle: registrar(parts, 'any', (request, who) => organisationView(parts, request, who, [])),
    },
    { method: 'POST', path, handle: registrar(parts, 'manager', act(parts)) },
  ];
}

function listPage({ database }: PageParts) {
  return async ({ query }: PageRequest, who: Registrar): Promise<PageAnswer> => {
    const word = query('word').slice(0, 100);
    const found = await listOrganisations(database, { word, after: query('after') });
    const shown = found.slice(0, PAGE_MAX);
    return {
      view: 'registration/organisations.njk',
      title: word === '' ? 'Organisations' : `Organisations: ${word}`,
      visitor: who.visitor,
      model: {
        word,
        isManager: who.isManager,
        rows: shown,
        next: found.length > PAGE_MAX ? (shown.at(-1)?.ods ?? null) : null,
      },
    };
  };
}

const DONE: Readonly<Record<string, string>> = {
  added: 'The organisation is added.',
  days: 'The opening days are kept.',
  sponsor: 'This person can now ask for access for this organisation.',
  ended: 'This person can no longer ask for access for this organisation.',
};

async function organisationView(
  { database }: PageParts,
  request: PageRequest,
  who: Registrar,
  errors: readonly FieldError[],
): Promise<View> {
  const { form, query, requestId } = request;
  const [organisation] = await findOrganisations(database, [request.parts['ods'] ?? '']);
  if (organisation === undefined) return problemOf({ kind: 'NotFound' }, requestId);
  const { ods, name, openedOn, closedOn } = organisation;
  const [positions, sponsors] = await Promise.all([
    listPositions(database, ods),
    sponsorRows(database, ods),
  ]);
  const isSent = form.text('act') === 'days';
  return {
    view: 'registration/organisation.njk',
    title: name,
    visitor: who.visitor,
    errors,
    model: {
      organisation: { ...organisation, address: addressOf(organisation) },
      positions: positions.map((position) => ({ ...position, title: jobTitle(position) })),
      sponsors,
      isAgent: who.isAgent,
      isManager: who.isManager,
      filled: {
        openedOn: isSent ? typedDay(form, 'opened-on') : splitDay(openedOn),
        closedOn: isSent ? typedDay(form, 'closed-on') : splitDay(closedOn),
        user: form.text('user'),
      },
      done: DONE[query('done')] ?? null,
    },
  };
}

async function sponsorRows(database: PageParts['database'], ods: string) {
  const sponsors = await sponsorsAt(database, ods);
  const users = await findUsers(
    database,
    sponsors.map(({ userId }) => userId),
  );
  const names = new Map(users.map((user) => [user.userId, displayName(user)]));
  return sponsors.map((one) => ({ ...one, name: names.get(one.userId) ?? one.userId }));
}

function addressOf({ addressLines, city, postcode }: Organisation): string {
  return [...addressLines, city, postcode].filter(Boolean).join(', ');
}

function act(parts: PageParts) {
  return async (request: PageRequest, who: Registrar): Promise<PageAnswer> => {
    const { form } = request;
    const { database } = parts;
    const ods = request.parts['ods'] ?? '';
    const wrong = (field: string, text: string): Promise<View> =>
      organisationView(parts, request, who, [{ field, text }]);
    const done = (word: string): PageAnswer => ({ to: `/ra/organisations/${ods}?done=${word}` });
    switch (form.text('act')) {
      case 'days':
        return keepDays(parts, request, who);
      case 'sponsor': {
        const userId = form.text('user').replaceAll(/\s/g, '');
        const named = await nameSponsor(database, userId, ods, who.by);
        return named.ok ? done('sponsor') : wrong('user', registrationWords(named.error));
      }
      case 'end-sponsor': {
        const ended = await endSponsor(database, form.text('sponsor'), ods, who.by);
        return ended.ok ? done('ended') : wrong('sponsors', registrationWords(ended.error));
      }
      default:
        return organisationView(parts, request, who, []);
    }
  };
}

async function keepDays(
  parts: PageParts,
  request: PageRequest,
  who: Registrar,
): Promise<PageAnswer> {
  const { form } = request;
  const ods = request.parts['ods'] ?? '';
  const first = readDay(form, 'opened-on', 'First day');
  const last = readDay(form, 'closed-on', 'Last day');
  const errors = [...first.errors, ...last.errors];
  if (errors.length > 0) return organisationView(parts, request, who, errors);
  const days = { openedOn: first.day, closedOn: last.day };
  const kept = await setOpeningDays(parts.database, ods, days, who.by);
  if (kept.ok) return { to: `/ra/organisations/${ods}?done=days` };
  const text = registrationWords(kept.error);
  return organisationView(parts, request, who, [{ field: dayField('closed-on'), text }]);
}
