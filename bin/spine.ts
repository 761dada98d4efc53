import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Every process and every thread loads the same modules: what was made of them for one is there for the next.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '../node_modules/.cache/compiled');
enableCompileCache();
const { run } = await import('../src/main.ts');

process.exitCode = await run(process.argv.slice(2));
// A datacentre has done its work here; the open channel to its supervisor would keep it from ending.
if (process.connected) process.disconnect?.();
