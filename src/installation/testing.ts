import { createServer, type RequestListener } from 'node:http';

import { installationCommands } from './commands.ts';
import type { Parts } from './parts.ts';
import { runCommand } from '../cli/run.ts';

/** As a program: `spine`, with datacentres that only answer a ping. */
if (import.meta.main) {
  const [verb = '', ...words] = process.argv.slice(2);
  if (verb === 'serve') serve();
  else if (verb === 'serve-status') serveStatus();
  else process.exitCode = await runCommand(installationCommands(scratchParts()), [verb, ...words]);
}

function scratchParts(): Parts {
  return {
    version: '0.0.0-test',
    migrate: async () => {
      await pause('migrate');
      return { applied: 2, total: 2 };
    },
    seed: async () => {
      await pause('seed');
      return { people: ['555086689106 Dr A Nother (prescriber A83008)'], readyMade: [] };
    },
    probe: async (urlA, urlB) => {
      for (const url of [urlA, urlB]) await fetch(`${url}/_ping`);
    },
    datacentreProgram: [import.meta.filename, 'serve'],
    statusProgram: [import.meta.filename, 'serve-status'],
  };
}

/** So that a test can interrupt a step: OPENSPINE_TEST_PAUSE=seed. */
async function pause(step: string): Promise<void> {
  if (process.env['OPENSPINE_TEST_PAUSE'] !== step) return;
  await new Promise((resolve) => setTimeout(resolve, 30_000));
}

function serveStatus(): void {
  createServer((_request, response) => response.end()).listen(
    Number(process.env['OPENSPINE_STATUS_PORT']),
    '127.0.0.1',
    () => process.send?.({ ready: true }),
  );
  process.on('SIGTERM', () => process.exit(0));
  process.on('disconnect', () => process.exit(0));
}

function serve(): void {
  const name = process.env['OPENSPINE_DATACENTRE'] ?? '';
  if (process.env['OPENSPINE_TEST_FAIL'] === name) process.exit(7);
  const answer: RequestListener = (request, response) => {
    if (request.url === '/die') process.exit(1);
    response.statusCode = request.url === '/_local/ready' ? 404 : 200;
    response.end(JSON.stringify({ name, pid: process.pid }));
  };
  for (const shared of ['OPENSPINE_SIGN_IN_PORT', 'OPENSPINE_PAGES_PORT']) {
    const port = Number(process.env[shared]);
    createServer(answer).listen({ port, host: '127.0.0.1', reusePort: true });
  }
  createServer(answer).listen(Number(process.env['OPENSPINE_PORT']), '127.0.0.1', () => {
    process.send?.({ ready: true });
  });
  process.on('SIGTERM', () => process.exit(0));
  process.on('disconnect', () => process.exit(0));
}
