import { fileURLToPath } from 'node:url';

import nunjucks from 'nunjucks';

import { NHSUK_FRONTEND } from './assets.ts';
import { day, dayOf, instant, utc } from './filters.ts';
import type { FieldError } from './page.ts';

/** Draws a template; what it shows is escaped unless the template says otherwise. */
export type Draw = (view: string, context: object) => string;

/** `folders` of the capabilities; those of the shell and of the NHS.UK frontend are always there. */
export function openTemplates(
  folders: readonly URL[],
  globals: Readonly<Record<string, unknown>>,
): Draw {
  const own = new URL('./views/', import.meta.url);
  const paths = [own, ...folders].map((folder) => fileURLToPath(folder));
  const environment = new nunjucks.Environment(
    new nunjucks.FileSystemLoader([...paths, NHSUK_FRONTEND]),
    { autoescape: true, trimBlocks: true, lstripBlocks: true },
  );
  environment.addFilter('day', day);
  environment.addFilter('dayOf', dayOf);
  environment.addFilter('instant', instant);
  environment.addFilter('utc', utc);
  environment.addFilter('errorOf', errorOf);
  for (const [name, value] of Object.entries(globals)) environment.addGlobal(name, value);
  return (view, context) => environment.render(view, context);
}

/** The message at a field, in the shape that the components of the frontend take. */
function errorOf(
  errors: readonly FieldError[],
  field: string,
): { readonly text: string } | undefined {
  const found = errors.find((error) => error.field === field);
  return found === undefined ? undefined : { text: found.text };
}
