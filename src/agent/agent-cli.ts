import { type Command, EXIT, type Invocation, textOption } from '../cli/command.ts';
import { listenForInterruption } from '../installation/interruption.ts';
import { PORT_BASE } from '../installation/store-command.ts';
import { CARD_AGENT, HELP_CONTACT } from '../platform/config.ts';
import { codeOf, Trouble } from '../platform/trouble.ts';
import { signInsHere } from './addresses.ts';
import { startAgent } from './browser/server.ts';
import { attemptsFolder } from './token/card.ts';
import { readerIn, TOKEN_OPTIONS } from './token-options.ts';

const PORT = new URL(CARD_AGENT).port;
const SOFTHSM = '--module /usr/lib/softhsm/libsofthsm2.so';

/** The small program on the machine of somebody who has a card. */
export function agentCommand(version: string): Command {
  return {
    name: 'agent',
    summary:
      'let browsers of this machine sign in with the card in its reader, until it is stopped',
    options: [
      ...TOKEN_OPTIONS,
      {
        flag: 'services',
        value: 'urls',
        help: 'where it signs in, with commas between; else at the Spine of this machine',
      },
      { flag: 'port', value: 'n', help: 'where browsers find it', default: PORT },
      PORT_BASE,
    ],
    examples: [
      { line: `spine agent ${SOFTHSM}`, explanation: 'for the sign-in pages of the Spine here' },
      {
        line: `spine agent ${SOFTHSM} --services https://spine.example`,
        explanation: 'for those of another one',
      },
      {
        line: `spine agent ${SOFTHSM} --token NHS-1`,
        explanation: 'of several cards, always with that one',
      },
    ],
    run: (invocation) => run(invocation, version),
  };
}

async function run(invocation: Invocation, version: string): Promise<number> {
  const { output } = invocation;
  const services = servicesIn(invocation);
  const port = Number(textOption(invocation, 'port') ?? PORT);
  if (services === null || !Number.isInteger(port) || port < 0 || port > 65_535) {
    output.progress('spine agent: --services are addresses such as https://spine.example, --port');
    output.progress('is a port number');
    return EXIT.wrongUse;
  }
  const reader = await readerIn(invocation);
  const agent = await listening({
    reader,
    folder: attemptsFolder(process.env),
    services,
    port,
    version,
    helpContact: process.env['OPENSPINE_HELP_CONTACT'] ?? HELP_CONTACT,
    onBug: (error) => output.progress(`spine agent: ${String(error)}`),
  });
  const interruption = listenForInterruption(() => process.exit(EXIT.ok));
  output.result(`The card agent is at ${agent.url} and signs in at ${services.join(', ')}.`, {
    url: agent.url,
    services,
  });
  await interruption.requested;
  interruption.dispose();
  await agent.close();
  return EXIT.ok;
}

async function listening(options: Parameters<typeof startAgent>[0]) {
  try {
    return await startAgent(options);
  } catch (error) {
    if (codeOf(error) !== 'EADDRINUSE') throw error;
    throw new Trouble(
      `something listens on port ${options.port} already`,
      'stop the other agent; or choose --port, which the service must know (OPENSPINE_CARD_AGENT)',
    );
  }
}

/** Null when one of them is no address of a service: only on this machine may it be without TLS. */
function servicesIn(invocation: Invocation): readonly string[] | null {
  const given = textOption(invocation, 'services');
  const named =
    given?.split(',').map((text) => text.trim().replace(/\/$/, '')) ?? signInsHere(invocation);
  const isService = (text: string): boolean =>
    /^(https:\/\/[^/?#\s]+|http:\/\/(127\.0\.0\.1|localhost)(:\d{1,5})?)$/.test(text);
  return named !== null && named.length > 0 && named.every(isService) ? named : null;
}
