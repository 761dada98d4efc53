/** Its own schema: what is moved from an older store, and how far that has come. */
export const migrationMigrations = {
  schema: 'migration',
  folder: new URL('./migrations/', import.meta.url),
};
