import type { FieldError, Page, PageAnswer, PageRequest, View } from '../../../pages/index.ts';
import { importPeople, type ImportRefusal, parsePeopleFile } from '../../people/index.ts';
import type { PageParts } from '../signed-in.ts';
import { type Registrar, registrar } from './registrar.ts';

const PROBLEMS_MAX = 20;

/** People and organisations from a file, without their roles [EXPERIENCE 4.6]. */
export function importPages(parts: PageParts): readonly Page[] {
  return [
    {
      method: 'GET',
      path: '/ra/import',
      handle: registrar(parts, 'manager', (request, who) => importView(request, who, [])),
    },
    { method: 'POST', path: '/ra/import', handle: registrar(parts, 'manager', take(parts)) },
  ];
}

function importView(
  { form, query }: PageRequest,
  { visitor }: Registrar,
  problems: readonly string[],
): View {
  const counts = /^(\d{1,6})-(\d{1,6})$/.exec(query('done'));
  const errors: FieldError[] = problems
    .slice(0, PROBLEMS_MAX)
    .map((text) => ({ field: 'content', text }));
  return {
    view: 'registration/import.njk',
    title: 'Import people and organisations',
    visitor,
    errors,
    model: {
      content: form.text('content'),
      more: Math.max(0, problems.length - PROBLEMS_MAX),
      done:
        counts === null ? null : `Imported: ${counts[1]} organisations and ${counts[2]} people.`,
    },
  };
}

function take({ database }: PageParts) {
  return async (request: PageRequest, who: Registrar): Promise<PageAnswer> => {
    const content = request.form.text('content');
    if (content === '') return importView(request, who, ['Choose a file or paste its content']);
    const json = parsed(content);
    if (json === undefined) return importView(request, who, ['The content is not JSON']);
    const file = parsePeopleFile(json);
    if (!file.ok) return importView(request, who, file.error);
    const { organisations, people } = file.value;
    const problems = people.flatMap(({ userId, roleProfiles }) =>
      forbidden(userId, roleProfiles, who),
    );
    if (problems.length > 0) return importView(request, who, problems);
    const done = await importPeople(database, file.value, who.by.at, who.user.userId);
    if (!done.ok) return importView(request, who, [refusalText(done.error)]);
    return { to: `/ra/import?done=${organisations.length}-${people.length}` };
  };
}

/** A file of one person must not do what takes two: a role is asked for by one and approved by another. */
function forbidden(userId: string, roles: readonly object[], { user }: Registrar): string[] {
  return [
    ...(userId === user.userId ? [`${userId}: nobody changes their own record`] : []),
    ...(roles.length > 0
      ? [`${userId}: roles are given by a request that another person approves, not by a file`]
      : []),
  ];
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusalText(refusal: ImportRefusal): string {
  return refusal.kind === 'OrganisationUnknown'
    ? `No organisation is known as ${refusal.codes.join(', ')}: add it to "organisations"`
    : `A ${refusal.what} of this file has the id of another person's`;
}
