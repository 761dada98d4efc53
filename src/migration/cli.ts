import { readFile } from 'node:fs/promises';

import { type Command, EXIT, type Invocation, textOption } from '../cli/command.ts';
import { Trouble } from '../platform/trouble.ts';
import { generateCommand } from './generate/cli.ts';
import { type Dump, openDump } from './lx1/open-dump.ts';

const KEY = {
  flag: 'key',
  value: 'file',
  help: 'public key of who signs the exports, as PEM (Ed25519)',
} as const;

const inspectCommand: Command = {
  name: 'migrate inspect',
  summary: 'check an export against its signed manifest, and say what is in it; nothing is written',
  usage: '<export>',
  options: [KEY],
  examples: [
    {
      line: 'spine migrate inspect ./old-store/export --key ./old-store/export-key.pem',
      explanation: 'files, rows and states; refused when one byte is not what was signed',
    },
    {
      line: 'spine migrate inspect ./export --key key.pem -o json',
      explanation: 'the same for a program',
    },
    {
      line: 'openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in manifest.json -sigfile manifest.json.sig',
      explanation: 'the signature alone, by public tools',
    },
  ],
  run: inspect,
};

async function inspect(invocation: Invocation): Promise<number> {
  const { words, output } = invocation;
  const [folder] = words;
  if (folder === undefined) {
    output.progress('spine migrate inspect: name the folder of the export');
    return EXIT.wrongUse;
  }
  const { manifest, parts } = await openNamed(invocation, folder);
  const { exportId, source, ended, tables, statusCounts, files } = manifest;
  const bytes = files.reduce((all, file) => all + file.bytes, 0);
  const lines = [
    `export ${exportId} of ${source}, as of ${ended}: ${parts.length} parts, ${bytes} bytes`,
    ...Object.entries(tables).map(([table, { rows }]) => `  ${table.padEnd(16)}${rows}`),
  ];
  output.result(lines.join('\n'), {
    exportId,
    source,
    ended,
    parts: parts.length,
    bytes,
    tables,
    statusCounts,
  });
  return EXIT.ok;
}

/** The export in a folder, checked with the key that was named. */
async function openNamed(invocation: Invocation, folder: string): Promise<Dump> {
  const file = textOption(invocation, KEY.flag);
  if (file === null) {
    throw new Trouble('whose signature the export must have is not said', 'name it: --key <file>');
  }
  return openDump(folder, await readFile(file, 'utf8'));
}

/** What an operator does to move an old store. */
export const migrationCommands: readonly Command[] = [generateCommand, inspectCommand];
