import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { listenForInterruption } from './interruption.ts';
import { gigabytesPerHour, megabytes } from './restore-report.ts';
import { findStore, PORT_BASE } from './store-command.ts';
import { type Command, EXIT, type Invocation, isSet, textOption } from '../cli/command.ts';
import {
  backUp,
  factsOf,
  follow,
  makeStore,
  openStore,
  type RecordKeeper,
  sizeOf,
  type Store,
} from '../platform/backup/index.ts';
import { Trouble } from '../platform/trouble.ts';

const BASE_EVERY_HOURS = 24;
const KEEP_DAYS = 35; // [RELIABILITY 1]

/** Copies of the database in a folder that outlives it [RELIABILITY 1, F31]. */
export function backupCommands(keeper: RecordKeeper): readonly Command[] {
  return [keyCommand, backupCommand(keeper)];
}

const keyCommand: Command = {
  name: 'backup key',
  summary:
    'make a folder for encrypted backups, and five shares of its key, of which three open it',
  options: [
    { flag: 'into', value: 'dir', help: 'the folder for the backups' },
    { flag: 'shares', value: 'dir', help: 'where the shares go, to be handed out and removed' },
  ],
  examples: [
    {
      line: 'spine backup key --into /backup/spine --shares ./shares',
      explanation: 'Five files, one for each of five people; none of them is kept by us.',
    },
    {
      line: 'spine backup --into /backup/spine',
      explanation: 'A backup in it; to make one no share is needed.',
    },
    {
      line: 'spine drill --from /backup/spine share-1.txt share-2.txt share-5.txt',
      explanation: 'Shows that the shares open it.',
    },
  ],
  run: async (invocation) => {
    const folder = needed(invocation, 'into', 'the folder for the backups');
    const place = needed(invocation, 'shares', 'a folder for the shares');
    const shares = await makeStore(folder, true);
    if (shares.length === 0) {
      throw new Trouble(
        `${folder} holds backups already, under the key that it has`,
        'name a new folder: a key is made once, before the first backup',
      );
    }
    await mkdir(place, { recursive: true, mode: 0o700 });
    const files = shares.map((_, at) => join(place, `share-${at + 1}.txt`));
    for (const [at, file] of files.entries()) {
      await writeFile(file, `${shares[at] ?? ''}\n`, { mode: 0o600, flag: 'wx' });
    }
    const { output } = invocation;
    output.progress('Give each share to another person and remove the files: three open a backup.');
    output.result(files.join('\n'), { folder, shares: files });
    return EXIT.ok;
  },
};

function backupCommand(keeper: RecordKeeper): Command {
  return {
    name: 'backup',
    summary:
      'copy the database, while it runs, into a folder from which any second can be restored',
    options: [
      { flag: 'into', value: 'dir', help: 'the folder for the backups' },
      { flag: 'follow', help: 'go on copying the log as it is written, until told to stop' },
      {
        flag: 'every-hours',
        value: 'n',
        help: 'with --follow: a base backup when the last is older',
        default: String(BASE_EVERY_HOURS),
      },
      {
        flag: 'keep-days',
        value: 'n',
        help: 'with --follow: how far back any second can be restored',
        default: String(KEEP_DAYS),
      },
      { flag: 'plain', help: 'a new folder is for backups in the clear, of a test system' },
      PORT_BASE,
    ],
    examples: [
      {
        line: 'spine backup --into ./backups --plain',
        explanation: 'Of the Spine that runs on this machine, which is a test system.',
      },
      {
        line: 'spine backup --into /backup/spine --follow',
        explanation: 'As a service: no more is ever missing than the last seconds.',
      },
      {
        line: 'spine restore --from ./backups --into ./spine-data --to 2026-11-29T08:59:59Z',
        explanation: 'Brings one back, as it was at an instant.',
      },
    ],
    run: (invocation) => backup(keeper, invocation),
  };
}

async function backup(keeper: RecordKeeper, invocation: Invocation): Promise<number> {
  const { output } = invocation;
  const folder = needed(invocation, 'into', 'the folder for the backups');
  const found = findStore(invocation);
  if ('problem' in found) {
    output.progress(`spine backup: ${found.problem}`);
    return found.code;
  }
  const { url, kind } = found;
  if (isSet(invocation, 'plain')) await makeStore(folder, false);
  const store = await openBackups(folder);
  const tell = () => told(keeper, url, store);
  const options = { url, store, kind, mark: () => keeper.mark(url), tell };
  if (isSet(invocation, 'follow')) return followOn(invocation, options);
  const started = performance.now();
  const base = await backUp(options);
  await tell();
  const seconds = (performance.now() - started) / 1000;
  const sizeBytes = sizeOf(base);
  const rate = gigabytesPerHour(sizeBytes, seconds);
  output.result(
    [
      `base backup  ${base.id}, ${megabytes(sizeBytes)} in ${base.files.length} files, ${store.isEncrypted ? 'encrypted' : 'in the clear'}`,
      `restorable   from ${base.endedAt} on`,
      `took         ${seconds.toFixed(1)} s (${rate} GB/h)`,
    ].join('\n'),
    {
      id: base.id,
      sizeBytes,
      files: base.files.length,
      isEncrypted: store.isEncrypted,
      restorableFrom: base.endedAt,
      seconds,
      gigabytesPerHour: rate,
    },
  );
  return EXIT.ok;
}

async function followOn(
  invocation: Invocation,
  options: Parameters<typeof backUp>[0] & Pick<Parameters<typeof follow>[0], 'tell'>,
): Promise<number> {
  const { output } = invocation;
  const baseEveryHours = wholeNumber(invocation, 'every-hours');
  const keepDays = wholeNumber(invocation, 'keep-days');
  const stopping = new AbortController();
  const interruption = listenForInterruption(() => process.exit(130));
  const following = follow({
    ...options,
    baseEveryHours,
    keepDays,
    stopping: stopping.signal,
    say: (line) => output.progress(line),
  });
  output.progress(`copying the log into ${options.store.folder} until told to stop`);
  await Promise.race([interruption.requested, following]);
  stopping.abort();
  await following;
  interruption.dispose();
  return EXIT.ok;
}

/** A database that is away, or older than the pages, is told the next time: backups do not wait for it. */
export async function told(keeper: RecordKeeper, url: string, store: Store): Promise<void> {
  try {
    await keeper.tell(url, await factsOf(store));
  } catch {
    // The pages say how long they have not heard of it.
  }
}

async function openBackups(folder: string) {
  try {
    return await openStore(folder, null);
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    throw new Trouble(
      error.message,
      `spine backup key --into ${folder} --shares <dir> makes it one; --plain for a test system`,
    );
  }
}

export function needed(invocation: Invocation, flag: string, what: string): string {
  const value = textOption(invocation, flag);
  if (value !== null && value !== '') return value;
  throw new Trouble(`${what} is not named`, `give it with --${flag} <dir>`);
}

function wholeNumber(invocation: Invocation, flag: string): number {
  const typed = textOption(invocation, flag) ?? '';
  const number = /^\d{1,5}$/.test(typed) ? Number(typed) : 0;
  if (number > 0) return number;
  throw new Trouble(
    `--${flag} is a number from 1 on, not "${typed}"`,
    'leave it out, or correct it',
  );
}
