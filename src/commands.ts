import type { Command } from './cli/command.ts';
import { isShown, type Parts, type Shown } from './installation/parts.ts';
import { migrate } from './platform/migrate.ts';
import { SCHEMAS } from './schemas.ts';
import { VERSION } from './version.ts';

/** Commands that are loaded together, and the first words of their names. */
export type CommandGroup = {
  readonly words: readonly string[];
  readonly load: () => Promise<readonly Command[]>;
};

/** Who asks for one command waits for those of its first word alone; a live server loads none of them. */
export const COMMAND_GROUPS: readonly CommandGroup[] = [
  {
    words: ['up', 'down', 'status', 'dc', 'schema', 'doctor', 'version'],
    load: async () =>
      (await import('./installation/commands.ts')).installationCommands(INSTALLATION),
  },
  {
    words: ['backup', 'restore', 'drill', 'standby'],
    load: async () => {
      const { recordKeeper } = await import('./prescriptions/record-check/repository.ts');
      const { keepBackupFacts: tell } = await import('./operations/backups/handle.ts');
      return (await import('./installation/keeping.ts')).keepingCommands({ ...recordKeeper, tell });
    },
  },
  {
    words: ['ods', 'generate', 'organisation', 'system', 'cert'],
    load: async () => {
      const { REFERENCES } = await import('./references.ts');
      return (await import('./directory/cli.ts')).directoryCommands(REFERENCES);
    },
  },
  {
    words: ['inspect'],
    load: async () => [(await import('./prescriptions/inspect/cli.ts')).inspectCommand],
  },
  {
    words: ['keys', 'client', 'relying-party', 'session', 'user', 'role', 'ra', 'card'],
    load: async () => (await import('./identity/cli.ts')).identityCommands,
  },
  {
    words: ['nomination', 'patient'],
    load: async () => (await import('./demographics/cli.ts')).patientCommands,
  },
  {
    words: ['card', 'agent'],
    load: async () => {
      const { agentCommand, agentCommands } = await import('./agent/cli.ts');
      return [...agentCommands, agentCommand(VERSION)];
    },
  },
  {
    words: ['migrate', 'fault'],
    load: async () => (await import('./migration/cli.ts')).migrationCommands(VERSION, MIGRATION),
  },
  {
    words: ['incident', 'maintenance', 'contact', 'reconcile', 'audit'],
    load: async () => (await import('./operations/cli.ts')).operationsCommands,
  },
  {
    words: ['dc'],
    load: async () => [(await import('./operations/datacentres/cli.ts')).moveDrillCommand],
  },
  {
    words: ['delivery'],
    load: async () => (await import('./operations/lost/cli.ts')).lostCommands,
  },
  {
    words: ['who', 'token', 'clock', 'fault', 'generate'],
    load: async () => (await import('./local/cli.ts')).localCommands(),
  },
  {
    words: [
      'prescribe',
      'release',
      'return',
      'dispense',
      'withdraw',
      'claim',
      'cancel',
      'nominate',
      'track',
      'demo',
    ],
    load: async () => (await import('./local/verbs/index.ts')).domainCommands(),
  },
];

/** Those among which the words name one; all of them where they name none. */
export async function commandsFor(argv: readonly string[]): Promise<readonly Command[]> {
  const [first = ''] = argv;
  const named = COMMAND_GROUPS.filter(({ words }) => words.includes(first));
  const wanted = named.length === 0 ? COMMAND_GROUPS : named;
  return (await Promise.all(wanted.map(({ load }) => load()))).flat();
}

/** What the commands of the migration are given by others. */
const MIGRATION = {
  prepare: (url: string) => migrate(url, SCHEMAS),
  program: process.argv[1] ?? '',
};

/** What the commands of an installation are given by others. */
const INSTALLATION: Parts = {
  version: VERSION,
  migrate: (url) => migrate(url, SCHEMAS),
  seed: seededBy,
  probe: async (...urls) => {
    for (const url of urls) await untilReady(url);
  },
  damage: async (url) => (await import('./damaged-pages.ts')).damageLines(url),
  slowDisks: async (url) => (await import('./slow-disks.ts')).slowDiskLines(url),
  certificates: async (url) => (await import('./certificates.ts')).certificateEndsAt(url),
};

/** A datacentre does it: it has loaded all that this needs. */
async function seededBy(url: string, seed: number): Promise<Shown> {
  const answer = await fetch(`${url}/_local/seed`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ seed }),
  });
  const text = await answer.text();
  const shown: unknown = answer.ok ? JSON.parse(text) : null;
  if (!isShown(shown)) throw new Error(`${url} did not make the seed: ${answer.status} ${text}`);
  return shown;
}

const READY_WITHIN_MS = 10_000;
const ASK_EVERY_MS = 50;

/** Each datacentre says so itself once its synthetic journey has passed. */
async function untilReady(url: string): Promise<void> {
  for (let waited = 0; waited < READY_WITHIN_MS; waited += ASK_EVERY_MS) {
    const answer = await fetch(`${url}/_local/ready`);
    await answer.arrayBuffer();
    if (answer.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MS));
  }
  throw new Error(`${url} did not become ready`);
}
