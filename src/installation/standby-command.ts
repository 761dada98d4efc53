import { readFile } from 'node:fs/promises';

import { needed } from './backup-commands.ts';
import { listenForInterruption } from './interruption.ts';
import { type Command, EXIT, type Invocation } from '../cli/command.ts';
import { type NodeAddress, watchStandby } from '../platform/replicated-postgres.ts';
import { Trouble } from '../platform/trouble.ts';

/** On a real host, beside Patroni: what `spine up --datacentres 2` does by itself. */
export const standbyCommand: Command = {
  name: 'standby watch',
  summary:
    'have the database of this host copied anew when the primary no longer keeps the log that it needs',
  options: [
    { flag: 'name', value: 'a|b', help: 'of this node, as Patroni has it' },
    { flag: 'patroni', value: 'url', help: 'where the Patroni of this host answers' },
    { flag: 'ca', value: 'file', help: 'the authority of its certificate, and the next two' },
    { flag: 'certificate', value: 'file', help: 'shown to it: it takes orders from nobody else' },
    { flag: 'key', value: 'file', help: 'of that certificate' },
  ],
  examples: [
    {
      line: 'spine standby watch --name a --patroni https://192.0.2.11:8008 --ca ca.pem --certificate node.pem --key node.key',
      explanation: 'Until told to stop; DATABASE_URL is the primary, as a superuser.',
    },
    {
      line: 'systemctl enable --now openspine-standby',
      explanation: 'The same as a unit (deploy/systemd).',
    },
    {
      line: 'patronictl -c /etc/patroni/config.yml reinit openspine a',
      explanation: 'What it orders, by hand.',
    },
  ],
  run: watch,
};

async function watch(invocation: Invocation): Promise<number> {
  const { output } = invocation;
  const name = needed(invocation, 'name', 'the node');
  const primaryUrl = process.env['DATABASE_URL'] ?? '';
  if (primaryUrl === '') {
    throw new Trouble('DATABASE_URL names no database', 'the primary, as a superuser');
  }
  const node = await nodeOf(invocation);
  const stopping = new AbortController();
  const interruption = listenForInterruption(() => process.exit(130));
  const tell = (line: string): void => output.progress(`database of node ${name}: ${line}`);
  const watching = watchStandby({ name, node, primaryUrl, tell, stopping: stopping.signal });
  output.progress(`watching node ${name} until told to stop`);
  await interruption.requested;
  stopping.abort();
  await watching;
  interruption.dispose();
  return EXIT.ok;
}

async function nodeOf(invocation: Invocation): Promise<NodeAddress> {
  const url = needed(invocation, 'patroni', 'the Patroni of this host');
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
    throw new Trouble(`${url} is no address`, 'as https://192.0.2.11:8008');
  }
  if (new URL(url).protocol === 'http:') return { url };
  const file = (flag: string): Promise<Buffer> =>
    readFile(needed(invocation, flag, `the file of --${flag}`));
  const [ca, cert, key] = await Promise.all([file('ca'), file('certificate'), file('key')]);
  return { url, tls: { ca, cert, key } };
}
