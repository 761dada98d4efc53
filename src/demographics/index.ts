export { type DemographicsParts, demographicsFailure, demographicsRoutes } from './fhir.ts';
export type { NominationChange } from './nomination/nomination.ts';
export { type MovedStay, moveNominations } from './nomination/move/repository.ts';
export type { PatientChange, Standing } from './told/patient-change.ts';
export { type BulkImport, type Imported, importMany, importPatients } from './import/index.ts';
export type { PatientRecord } from './record.ts';
