import type { Datacentre } from './datacentre.ts';
import { HELP_CONTACT, parseConfig } from './platform/config.ts';

const EX_CONFIG = 78;

/** Runs the words of a command line; answers the exit code. */
export async function run(argv: readonly string[]): Promise<number> {
  if (argv[0] === 'serve') return serve();
  return argv[0] === 'serve-status' ? serveStatus() : command(argv);
}

/** One process of one datacentre, until it is told to end or loses the process that started it. */
async function serve(): Promise<number> {
  const config = parseConfig(process.env);
  if (!config.ok) {
    process.stderr.write(`${config.error.join('\n')}\n`);
    return EX_CONFIG;
  }
  const { startDatacentre } = await import('./datacentre.ts');
  const { describeBug, writeLog } = await import('./platform/log.ts');
  const stopping = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    stopping.signal.addEventListener('abort', () => resolve());
  });
  for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) {
    process.once(event, () => stopping.abort());
  }
  try {
    const datacentre = await startDatacentre(config.value, writeLog, stopping.signal);
    process.send?.({ ready: true });
    process.on('message', (message: unknown) => {
      obey(datacentre, message).then(undefined, (error: unknown) => {
        writeLog({ event: 'bug', requestId: 'order', outcome: describeBug(error) });
      });
    });
    await stopped;
    await datacentre.close();
  } catch (error) {
    if (!stopping.signal.aborted) throw error; // told to end before it had begun
  }
  return 0;
}

/** The process of the status site; as that of a datacentre, until it is told to end or loses whoever started it. */
async function serveStatus(): Promise<number> {
  const { parseStatusConfig } = await import('./operations/config.ts');
  const config = parseStatusConfig(process.env, { helpContact: HELP_CONTACT });
  if (!config.ok) {
    process.stderr.write(`${config.error.join('\n')}\n`);
    return EX_CONFIG;
  }
  const { startStatus } = await import('./status-site.ts');
  const { writeLog } = await import('./platform/log.ts');
  const stopped = new Promise<void>((resolve) => {
    for (const event of ['SIGTERM', 'SIGINT', 'disconnect'] as const) process.once(event, resolve);
  });
  const site = await startStatus(config.value, writeLog);
  process.send?.({ ready: true });
  await stopped;
  await site.close();
  return 0;
}

/** What the process that started us says. */
async function obey(datacentre: Datacentre, message: unknown): Promise<void> {
  const isDrained = said(message, 'drain');
  if (isDrained !== null) await datacentre.drain(isDrained);
  const isHeld = said(message, 'hold');
  if (isHeld === false) datacentre.release();
  if (isHeld !== true) return;
  await datacentre.hold();
  process.send?.({ held: true });
}

/** Null: nothing of that. */
function said(message: unknown, what: 'drain' | 'hold'): boolean | null {
  const value: unknown =
    typeof message === 'object' && message !== null ? Reflect.get(message, what) : null;
  return typeof value === 'boolean' ? value : null;
}

/** The commands are loaded only here: a live server holds no test helper. */
async function command(argv: readonly string[]): Promise<number> {
  const { commandsFor } = await import('./commands.ts');
  const { runCommand } = await import('./cli/run.ts');
  return runCommand(await commandsFor(argv), argv);
}
