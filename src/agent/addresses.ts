import { type Invocation, textOption } from '../cli/command.ts';
import { localUrl, parsePortBase } from '../installation/addresses.ts';
import { findState, type State } from '../installation/state-file.ts';

/** Both datacentres of the Spine that runs on this machine; null when none does. */
export function spineHere(invocation: Invocation): readonly string[] | null {
  const state = stateHere(invocation);
  return state === null ? null : [state.apiA, state.apiB];
}

/** Wherever people sign in to it in a browser; null when none runs. */
export function signInsHere(invocation: Invocation): readonly string[] | null {
  const state = stateHere(invocation);
  if (state === null) return null;
  const { signIn, pages } = state.ports;
  return [localUrl(signIn), localUrl(pages), state.apiA, state.apiB];
}

function stateHere(invocation: Invocation): State | null {
  const base = parsePortBase(textOption(invocation, 'port-base') ?? '');
  const found = base === null ? null : findState(base);
  return found?.kind === 'running' ? found.state : null;
}
