import type { Command } from '../cli/command.ts';
import { cardCommands } from './cards/cli.ts';
import { relyingPartyCommands } from './cis2/cli.ts';
import { clientCommands } from './clients/cli.ts';
import { keyCommands } from './keys/cli.ts';
import { userCommands } from './people/cli.ts';
import { roleCommands } from './people/roles/cli.ts';
import { registrationCommands } from './registration/cli.ts';
import { sessionCommands } from './sessions/cli.ts';

/** Verbs about people, what they sign in with, and the applications that they use. */
export const identityCommands: readonly Command[] = [
  ...keyCommands,
  ...clientCommands,
  ...relyingPartyCommands,
  ...sessionCommands,
  ...userCommands,
  ...roleCommands,
  ...registrationCommands,
  ...cardCommands,
];
