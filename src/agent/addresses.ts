import { type Invocation, textOption } from '../cli/command.ts';
import { parsePortBase } from '../installation/addresses.ts';
import { findState } from '../installation/state-file.ts';

/** Both datacentres of the Spine that runs on this machine; null when none does. */
export function spineHere(invocation: Invocation): readonly string[] | null {
  const base = parsePortBase(textOption(invocation, 'port-base') ?? '');
  const found = base === null ? null : findState(base);
  return found?.kind === 'running' ? [found.state.apiA, found.state.apiB] : null;
}
