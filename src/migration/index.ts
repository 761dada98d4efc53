export { migrationModel } from './status/page.ts';
export { statusOf } from './status/handle.ts';
export { openWatch, type Watch, type Watched } from './watch/handle.ts';

export const MIGRATION_VIEWS = new URL('./status/views/', import.meta.url);
