export { type DemographicsParts, demographicsFailure, demographicsRoutes } from './fhir.ts';
export { type Imported, importPatients } from './import/index.ts';

export const demographicsMigrations = {
  schema: 'demographics',
  folder: new URL('./migrations/', import.meta.url),
};
