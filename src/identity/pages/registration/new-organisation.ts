import { type Organisation, readOrganisation } from '../../../directory/index.ts';
import { JsonReader } from '../../../kernel/json-reader.ts';
import type {
  FieldError,
  Form,
  Page,
  PageAnswer,
  PageRequest,
  View,
} from '../../../pages/index.ts';
import { addOrganisation, registrationWords } from '../../registration/index.ts';
import type { PageParts } from '../signed-in.ts';
import { type Registrar, registrar } from './registrar.ts';

/** An organisation that no file has brought [EXPERIENCE 4.6]. */
export function newOrganisationPages(parts: PageParts): readonly Page[] {
  const path = '/ra/organisations/new';
  return [
    {
      method: 'GET',
      path,
      handle: registrar(parts, 'manager', (request, who) => newView(request, who, [])),
    },
    { method: 'POST', path, handle: registrar(parts, 'manager', add(parts)) },
  ];
}

/** What is asked for, under the names that a file gives it, and what to enter. */
const FIELDS: Readonly<Record<string, string>> = {
  ods: 'Enter an ODS code: 3 to 10 letters and digits',
  name: 'Enter a name of up to 100 characters',
  addressLines: 'Enter up to five lines of an address, without signs that no address has',
  city: 'Enter the name of a place',
  postcode: 'Enter a postcode, as ZZ99 1AA',
  telephone: 'Enter a telephone number in digits',
  openedOn: 'Enter a day, as 2026-08-06',
};

function newView(
  { form }: PageRequest,
  { visitor }: Registrar,
  errors: readonly FieldError[],
): View {
  return {
    view: 'registration/new-organisation.njk',
    title: 'Add an organisation',
    visitor,
    errors,
    model: {
      filled: Object.fromEntries(Object.keys(FIELDS).map((name) => [name, form.text(name)])),
    },
  };
}

function add({ database }: PageParts) {
  return async (request: PageRequest, who: Registrar): Promise<PageAnswer> => {
    const { organisation, errors } = readForm(request.form);
    if (errors.length > 0) return newView(request, who, errors);
    const added = await addOrganisation(database, organisation, who.by);
    if (added.ok) return { to: `/ra/organisations/${organisation.ods}?done=added` };
    return newView(request, who, [{ field: 'ods', text: registrationWords(added.error) }]);
  };
}

/** By the same rules as a file of organisations. */
function readForm({ text }: Form): { organisation: Organisation; errors: FieldError[] } {
  const filled = Object.entries({
    ods: text('ods').toUpperCase(),
    name: text('name'),
    city: text('city'),
    postcode: text('postcode').toUpperCase(),
    telephone: text('telephone'),
    openedOn: text('openedOn'),
  }).filter(([, value]) => value !== '');
  const addressLines = text('addressLines')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const problems: string[] = [];
  const from = new JsonReader({ ...Object.fromEntries(filled), addressLines }, '', problems);
  const organisation = readOrganisation(from);
  const wrong = new Set(problems.map((problem) => /^\w+/.exec(problem)?.[0] ?? ''));
  const errors = Object.entries(FIELDS).flatMap(([field, words]) =>
    wrong.has(field) ? [{ field, text: words }] : [],
  );
  return { organisation, errors };
}
