import type { Command } from '../../cli/command.ts';
import { cancel } from './cancel.ts';
import { claim } from './claim.ts';
import { demo } from './demo.ts';
import { dispense } from './dispense.ts';
import { giveBack, withdraw } from './give-back.ts';
import { nominate } from './nominate.ts';
import { prescribe } from './prescribe.ts';
import { release } from './release.ts';
import { track } from './track.ts';

/** The verbs of the domain, in the order of a prescription's life. */
export function domainCommands(): readonly Command[] {
  return [prescribe, release, giveBack, dispense, withdraw, claim, cancel, nominate, track, demo];
}
