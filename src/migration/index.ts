export { migrationModel } from './status/page.ts';
export { statusOf } from './status/handle.ts';

export const MIGRATION_VIEWS = new URL('./status/views/', import.meta.url);

/** Its own schema: what is moved from an older store, and how far that has come. */
export const migrationMigrations = {
  schema: 'migration',
  folder: new URL('./migrations/', import.meta.url),
};
