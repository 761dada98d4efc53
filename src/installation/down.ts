import { findState } from './state-file.ts';
import { EXIT } from '../cli/command.ts';
import type { Output } from '../cli/output.ts';
import { signal, waitUntilGone } from '../platform/processes.ts';

const STOP_MS = 45_000; // datacentres drain, then the database writes its checkpoint

/** Stops the installation on these ports and waits. None there is what was wanted, too. */
export async function down(portBase: number, output: Output): Promise<number> {
  const found = findState(portBase);
  if (found.kind !== 'running') {
    output.result(`No Spine runs on port ${portBase}.`, { portBase, stopped: null });
    return EXIT.ok;
  }
  const { pid } = found.state;
  signal(pid, 'SIGTERM');
  if (!(await waitUntilGone(pid, STOP_MS))) {
    output.progress(`spine down: process ${pid} has not ended after ${STOP_MS / 1000} s`);
    output.progress(`what to do: wait, or end it with kill -9 ${pid}; kept data survive that`);
    return EXIT.refused;
  }
  output.result(`Stopped the Spine on port ${portBase} (process ${pid}).`, {
    portBase,
    stopped: pid,
  });
  return EXIT.ok;
}
