export { dayOf, instant, timeOf } from './filters.ts';
export { EMPTY_FORM, type Form, parseForm } from './form.ts';
export {
  type Download,
  type FieldError,
  type Link,
  localAddress,
  type Page,
  type PageAnswer,
  type PageRequest,
  type Redirect,
  type View,
  type Visitor,
} from './page.ts';
export { openPlainPages, type PlainPages } from './plain.ts';
export { problemOf } from './problems.ts';
export { isSameOrigin } from './seals.ts';
export { securityHeaders } from './security.ts';
export { openShell, type Shell } from './shell.ts';
