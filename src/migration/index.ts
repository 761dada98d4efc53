export { migrationModel } from './status/page.ts';
export { statusOf } from './status/handle.ts';

export const MIGRATION_VIEWS = new URL('./status/views/', import.meta.url);
