import { startPostgres } from '../postgres.ts';

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
