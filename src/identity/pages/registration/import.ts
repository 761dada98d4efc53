import type { FieldError, Page, PageAnswer, PageRequest, View } from '../../../pages/index.ts';
import { contentsWords } from '../../people/contents.ts';
import { bringPeople, bringWords } from '../../registration/index.ts';
import type { PageParts } from '../signed-in.ts';
import { type Registrar, registrar } from './registrar.ts';

const PROBLEMS_MAX = 20;
const DONE = /^(imported|requested)-(\d{1,6})-(\d{1,6})$/;

/** People with their roles, and organisations, from a file; live, it takes a second person [EXPERIENCE 4.6]. */
export function importPages(parts: PageParts): readonly Page[] {
  return [
    {
      method: 'GET',
      path: '/ra/import',
      handle: registrar(parts, 'manager', (request, who) => importView(parts, request, who, [])),
    },
    { method: 'POST', path: '/ra/import', handle: registrar(parts, 'manager', take(parts)) },
  ];
}

function importView(
  { testCards }: PageParts,
  { form, query }: PageRequest,
  { visitor }: Registrar,
  problems: readonly string[],
): View {
  const [, kind, organisations, people] = DONE.exec(query('done')) ?? [];
  const counts = contentsWords({ organisations: Number(organisations), people: Number(people) });
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
      takesTwo: testCards === null,
      done:
        kind === undefined
          ? null
          : kind === 'imported'
            ? `Imported: ${counts}.`
            : `Asked for: ${counts}. It waits for another person’s decision.`,
    },
  };
}

function take(parts: PageParts) {
  return async (request: PageRequest, who: Registrar): Promise<PageAnswer> => {
    const content = request.form.text('content');
    if (content === '')
      return importView(parts, request, who, ['Choose a file or paste its content']);
    const json = parsed(content);
    if (json === undefined) return importView(parts, request, who, ['The content is not JSON']);
    const brought = await bringPeople(parts.database, json, who.by);
    if (!brought.ok) return importView(parts, request, who, bringWords(brought.error));
    const { kind, organisations, people } = brought.value;
    return { to: `/ra/import?done=${kind}-${organisations.length}-${people.length}` };
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
