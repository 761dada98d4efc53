import { demographicsMigrations } from './demographics/index.ts';
import { directoryMigrations } from './directory/index.ts';
import { operationsMigrations } from './operations/index.ts';
import { gatewayMigrations } from './gateways/hl7v3/index.ts';
import { identityMigrations } from './identity/index.ts';
import { migrationMigrations } from './migration/index.ts';
import type { Migrations } from './platform/migrate.ts';
import { pagesMigrations } from './pages/index.ts';
import { platformMigrations } from './platform/index.ts';
import { prescriptionMigrations } from './prescriptions/index.ts';

/** The database of every capability, in the order in which they may build on each other. */
export const SCHEMAS: readonly Migrations[] = [
  platformMigrations,
  pagesMigrations,
  gatewayMigrations,
  directoryMigrations,
  identityMigrations,
  demographicsMigrations,
  prescriptionMigrations,
  migrationMigrations,
  operationsMigrations,
  { schema: 'local', folder: new URL('./local/migrations/', import.meta.url) },
];
