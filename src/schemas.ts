import type { Migrations } from './platform/migrate.ts';

/** The database of every capability, in the order in which they may build on each other. */
export const SCHEMAS: readonly Migrations[] = [
  ['platform', './platform/migrations/'],
  ['pages', './pages/migrations/'],
  ['gateways', './gateways/migrations/'],
  ['directory', './directory/migrations/'],
  ['identity', './identity/migrations/'],
  ['demographics', './demographics/migrations/'],
  ['prescriptions', './prescriptions/migrations/'],
  ['migration', './migration/migrations/'],
  ['operations', './operations/migrations/'],
  ['local', './local/migrations/'],
].map(([schema = '', folder = '']) => ({ schema, folder: new URL(folder, import.meta.url) }));
