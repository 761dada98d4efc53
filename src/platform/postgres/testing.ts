import { createServer } from 'node:net';

import { startPostgres } from '../postgres.ts';

/** A loopback port that nobody listened on a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

/** As a program: a supervisor that a test may kill. Says where its database is and waits. */
if (import.meta.main) {
  const [dataDir = '', port = ''] = process.argv.slice(2);
  const log = (line: string): boolean => process.stderr.write(`${line}\n`);
  try {
    const { url, pid, account, stop } = await startPostgres({ dataDir, port: Number(port), log });
    process.stdout.write(`${JSON.stringify({ url, pid, account })}\n`);
    await new Promise((resolve) => process.once('SIGTERM', resolve));
    await stop();
  } catch (error) {
    process.stdout.write(`${JSON.stringify({ problem: String(error) })}\n`);
  }
}
