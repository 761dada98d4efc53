import { run } from '../src/main.ts';

process.exitCode = await run(process.argv.slice(2));
// A datacentre has done its work here; the open channel to its supervisor would keep it from ending.
if (process.connected) process.disconnect?.();
