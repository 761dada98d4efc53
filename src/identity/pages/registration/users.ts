import type {
  FieldError,
  Form,
  Page,
  PageAnswer,
  PageRequest,
  View,
} from '../../../pages/index.ts';
import { problemOf } from '../../../pages/index.ts';
import { cardsOf, issueCard } from '../../cards/index.ts';
import { refusalWords } from '../../cards/refusal-words.ts';
import { displayName, findUser, listUsers, rolesOn, type User } from '../../people/index.ts';
import {
  createPerson,
  type Document,
  DOCUMENTS,
  findPhotoNote,
  nameSponsor,
  proveIdentity,
  registrationWords,
  sponsorOf,
} from '../../registration/index.ts';
import { cardRow } from '../sign-in.ts';
import { jobTitle, type PageParts } from '../signed-in.ts';
import { type Registrar, registrar } from './registrar.ts';

const PAGE_MAX = 50;

/** People: search, a new one, one with their cards and roles [EXPERIENCE 4.6]. */
export function userPages(parts: PageParts): readonly Page[] {
  const path = '/ra/users/:user';
  return [
    { method: 'GET', path: '/ra/users', handle: registrar(parts, 'any', listPage(parts)) },
    {
      method: 'GET',
      path: '/ra/users/new',
      handle: registrar(parts, 'agent', (request, who) => newView(request, who, [])),
    },
    { method: 'POST', path: '/ra/users/new', handle: registrar(parts, 'agent', create(parts)) },
    {
      method: 'GET',
      path,
      handle: registrar(parts, 'any', (request, who) => userView(parts, request, who, [])),
    },
    { method: 'POST', path, handle: registrar(parts, 'agent', act(parts)) },
  ];
}

function listPage({ database }: PageParts) {
  return async ({ query }: PageRequest, { visitor }: Registrar): Promise<PageAnswer> => {
    const word = query('word').slice(0, 100);
    const found = await listUsers(database, { word, after: query('after') });
    const shown = found.slice(0, PAGE_MAX);
    return {
      view: 'registration/users.njk',
      title: word === '' ? 'People' : `People: ${word}`,
      visitor,
      model: {
        word,
        rows: shown.map((user) => ({
          name: displayName(user),
          userId: user.userId,
          status: user.status,
          places: user.memberships.map(({ ods }) => ods).join(', '),
        })),
        next: found.length > PAGE_MAX ? (shown.at(-1)?.userId ?? null) : null,
      },
    };
  };
}

const DOCUMENT_WORDS: Readonly<Record<Document, string>> = {
  passport: 'Passport',
  'driving-licence': 'Driving licence with a picture',
  'national-identity-card': 'National identity card',
  'residence-permit': 'Residence permit',
  'birth-certificate': 'Birth certificate',
  'bank-statement': 'Bank statement',
  'utility-bill': 'Utility bill',
  'council-tax-bill': 'Council tax bill',
  'footprint-check': 'Check of the social footprint',
};

function newView(
  { form }: PageRequest,
  { visitor }: Registrar,
  errors: readonly FieldError[],
): View {
  const seen = form.all('documents');
  return {
    view: 'registration/new-user.njk',
    title: 'Add a person',
    visitor,
    errors,
    model: {
      filled: namesOf(form),
      documents: documentChoices(seen),
    },
  };
}

function namesOf({ text }: Form) {
  return {
    title: text('title'),
    given: text('given'),
    family: text('family'),
    email: text('email'),
  };
}

function documentChoices(seen: readonly string[]) {
  return DOCUMENTS.map((value) => ({
    value,
    text: DOCUMENT_WORDS[value],
    checked: seen.includes(value),
  }));
}

function documentsOf({ form }: PageRequest): Document[] {
  const seen = form.all('documents');
  return DOCUMENTS.filter((kind) => seen.includes(kind));
}

const NAME = /^\p{L}[\p{L} .'’-]{0,59}$/u;
const EMAIL = /^[^\s@]{1,64}@[\w.-]{1,190}$/;

function create({ database, testCards }: PageParts) {
  return async (request: PageRequest, who: Registrar): Promise<PageAnswer> => {
    const { form } = request;
    const { title, given, family, email } = namesOf(form);
    const documents = documentsOf(request);
    const errors = [
      ...(title === '' || NAME.test(title)
        ? []
        : [{ field: 'title', text: 'Enter a title, as Dr' }]),
      ...(NAME.test(given) ? [] : [{ field: 'given', text: 'Enter the given name in letters' }]),
      ...(NAME.test(family) ? [] : [{ field: 'family', text: 'Enter the family name in letters' }]),
      ...(email === '' || EMAIL.test(email)
        ? []
        : [{ field: 'email', text: 'Enter an e-mail address, as name@nhs.net' }]),
      ...(documents.length > 0
        ? []
        : [{ field: 'documents', text: 'Choose the documents that you have seen' }]),
    ];
    if (errors.length > 0) return newView(request, who, errors);
    const person = {
      title: title || null,
      given,
      family,
      email: email || null,
      documents,
      isSynthetic: testCards !== null,
    };
    const created = await createPerson(database, person, who.by);
    if (created.ok) return { to: `/ra/users/${created.value}?done=created` };
    return newView(request, who, [{ field: 'given', text: registrationWords(created.error) }]);
  };
}

const DONE: Readonly<Record<string, string>> = {
  created: 'The person is added. Now they can be given a card and a role.',
  evidence: 'The evidence is recorded.',
  card: 'The card is issued. Its holder accepts it at the first sign-in.',
  photo: 'The photo is kept.',
  'no-photo': 'The photo is removed.',
  sponsor: 'This person can now ask for access for that organisation.',
  requested: 'The request waits for another person’s decision.',
};

async function userView(
  parts: PageParts,
  request: PageRequest,
  who: Registrar,
  errors: readonly FieldError[],
): Promise<View> {
  const { database } = parts;
  const user = await findUser(database, request.parts['user'] ?? '');
  if (user === null) return problemOf({ kind: 'NotFound' }, request.requestId);
  const cards = await cardsOf(database, user.userId);
  const sponsored = await sponsorOf(database, user.userId);
  const photo = who.isAgent ? await findPhotoNote(database, user.userId) : null;
  return {
    view: 'registration/user.njk',
    title: displayName(user),
    visitor: who.visitor,
    errors,
    model: {
      user: { ...user, sponsored: sponsored.join(', ') },
      photo,
      roles: roleRows(user, who),
      cards: cards.map((card) => cardRow(card, displayName(user), who.by.at)),
      isAgent: who.isAgent,
      isManager: who.isManager,
      mayRequest: who.sponsorOf.length > 0 && user.userId !== who.user.userId,
      documents: documentChoices(request.form.all('documents')),
      done: DONE[request.query('done')] ?? null,
    },
  };
}

function roleRows(user: User, { day, sponsorOf: sponsored }: Registrar) {
  const held = new Set(rolesOn(user, day).map(({ roleProfileId }) => roleProfileId));
  return user.roleProfiles.map((role) => ({
    ...role,
    title: jobTitle(role),
    isHeld: held.has(role.roleProfileId),
    mayEnd: held.has(role.roleProfileId) && sponsored.includes(role.ods),
  }));
}

function act(parts: PageParts) {
  return async (request: PageRequest, who: Registrar): Promise<PageAnswer> => {
    const { form } = request;
    const userId = request.parts['user'] ?? '';
    const wrong = (field: string, text: string): Promise<View> =>
      userView(parts, request, who, [{ field, text }]);
    const done = (word: string): PageAnswer => ({ to: `/ra/users/${userId}?done=${word}` });
    switch (form.text('act')) {
      case 'evidence': {
        const documents = documentsOf(request);
        if (documents.length === 0) {
          return wrong('documents', 'Choose the documents that you have seen');
        }
        const proved = await proveIdentity(parts.database, userId, documents, who.by);
        return proved.ok ? done('evidence') : wrong('documents', registrationWords(proved.error));
      }
      case 'issue': {
        const types = { login: 'rsa', signing: 'rsa' } as const;
        const keys = { pin: form.text('pin'), types };
        const issued = await issueCard(parts.cards, { userId, keys }, who.by);
        return issued.ok ? done('card') : wrong('pin', refusalWords(issued.error));
      }
      case 'sponsor': {
        const ods = form.text('ods').toUpperCase();
        const named = await nameSponsor(parts.database, userId, ods, who.by);
        return named.ok ? done('sponsor') : wrong('ods', registrationWords(named.error));
      }
      default:
        return userView(parts, request, who, []);
    }
  };
}
