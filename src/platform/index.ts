export const platformMigrations = {
  schema: 'platform',
  folder: new URL('./migrations/', import.meta.url),
};
