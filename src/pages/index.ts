export { instant } from './filters.ts';
export type { Form } from './form.ts';
export {
  type FieldError,
  localAddress,
  type Page,
  type PageAnswer,
  type PageRequest,
  type View,
  type Visitor,
} from './page.ts';
export { problemOf } from './problems.ts';
export { securityHeaders } from './security.ts';
export { openShell, type Shell } from './shell.ts';

export const pagesMigrations = {
  schema: 'pages',
  folder: new URL('./migrations/', import.meta.url),
};
