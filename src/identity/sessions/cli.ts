import { type Command, EXIT, textOption } from '../../cli/command.ts';
import { storeCommand } from '../../installation/store-command.ts';
import { endSessions, liveSessions } from './repository.ts';
import type { Session } from './session.ts';

const EXAMPLES = [
  { line: 'spine session list', explanation: 'who is signed in, the newest first' },
  {
    line: 'spine session list --user 555900010101',
    explanation: 'the sessions of one user',
  },
  {
    line: 'spine session end 4f0c…',
    explanation: 'ends it; its tokens are refused everywhere within 5 seconds',
  },
] as const;

const USER = { flag: 'user', value: 'id', help: 'of this user' } as const;

/** What an administrator does with sessions [RELIABILITY 7.4]. */
export const sessionCommands: readonly Command[] = [
  storeCommand({
    name: 'session list',
    summary: 'list who is signed in',
    options: [USER],
    examples: EXAMPLES,
    async work(invocation, database) {
      const user = textOption(invocation, 'user');
      const sessions = await liveSessions(database, user, new Date());
      invocation.output.result(sessions.map(line).join('\n'), sessions.map(facts));
      return EXIT.ok;
    },
  }),
  storeCommand({
    name: 'session end',
    summary: 'end a session, or all sessions of a user',
    usage: '[session id]',
    options: [USER],
    examples: EXAMPLES,
    async work(invocation, database) {
      const { output, words } = invocation;
      const user = textOption(invocation, 'user');
      const [session] = words;
      if ((user === null) === (session === undefined)) {
        output.progress('spine session end: give a session id, or --user');
        return EXIT.wrongUse;
      }
      const which = user === null ? { session: session ?? '' } : { user };
      const ended = await endSessions(database, which, 'administrator', new Date());
      output.result(ended.length === 0 ? 'no such session lives' : `ended: ${ended.join(', ')}`, {
        ended,
      });
      return ended.length === 0 ? EXIT.refused : EXIT.ok;
    },
  }),
];

function line(session: Session): string {
  const { id, userId, kind, startedAt, endsAt, roleProfile } = session;
  const times = `${startedAt.toISOString()} to ${endsAt.toISOString()}`;
  return `${id}  ${userId.padEnd(12)}  ${kind.padEnd(8)}  ${times}  ${roleProfile ?? ''}`.trimEnd();
}

/** Without what the identity provider said: a patient's number is none of an administrator's business. */
function facts({ authentication, ...session }: Session): object {
  const { acr, assuranceLevel } = authentication;
  return { ...session, acr, assuranceLevel };
}
