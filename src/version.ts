import { readFileSync } from 'node:fs';

const text = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
const described: unknown = JSON.parse(text);

/** The version of this program, as package.json says it. */
export const VERSION =
  typeof described === 'object' && described !== null && 'version' in described
    ? String(described.version)
    : 'unknown';
