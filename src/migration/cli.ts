import { readFile } from 'node:fs/promises';

import { type Command, EXIT, type Invocation } from '../cli/command.ts';
import { Trouble } from '../platform/trouble.ts';
import { catchUpCommand } from './catch-up/cli.ts';
import { cutOverCommand, fallBackCommand, readyCommand } from './cut-over/cli.ts';
import { generateCommand, stopCommand } from './generate/cli.ts';
import { holdCommands } from './hold/cli.ts';
import { loadCommand } from './load/cli.ts';
import { type Dump, openDump } from './lx1/open-dump.ts';
import { KEY, keyOf } from './named-dump.ts';
import { planCommand } from './plan/cli.ts';
import { reconcileCommand } from './reconcile/cli.ts';
import { repairCommands } from './repair/cli.ts';
import { rehearseCommands } from './rehearse/cli.ts';
import { sampleCommand } from './sample/cli.ts';
import { scanCommand } from './scan/cli.ts';
import { scenarioCommand } from './scenario/cli.ts';
import type { Parts } from './scenario/scenario.ts';
import { shadowCommand } from './shadow/cli.ts';
import { NotSigned } from './signed-file.ts';
import { checkSignaturesCommand } from './signatures/cli.ts';
import { statusCommand } from './status/cli.ts';
import { verifyReportCommand } from './verify-report/cli.ts';

/** An export is not as its manifest says, or its signature is bad [MIGRATION 7]. */
const UNREADABLE = 3;
const NOT_SIGNED = 4;

export const inspectCommand: Command = {
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
  const key = keyOf(invocation);
  try {
    tell(invocation, await openDump(folder, await readFile(key, 'utf8')));
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof Trouble)) throw error;
    output.progress(`spine migrate inspect: ${error.message}`);
    output.progress(`what to do: ${error.remedy}`);
    return error instanceof NotSigned ? NOT_SIGNED : UNREADABLE;
  }
}

function tell({ output }: Invocation, { manifest, parts }: Dump): void {
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
}

/** What an operator does to move an old store; `version` is that of the program. */
export function migrationCommands(version: string, parts: Parts): readonly Command[] {
  return [
    generateCommand,
    stopCommand,
    inspectCommand,
    planCommand(version),
    ...rehearseCommands(parts),
    loadCommand,
    catchUpCommand,
    checkSignaturesCommand,
    reconcileCommand(version),
    verifyReportCommand,
    sampleCommand,
    scanCommand,
    shadowCommand(parts),
    readyCommand,
    cutOverCommand,
    fallBackCommand,
    statusCommand,
    ...holdCommands,
    ...repairCommands,
    scenarioCommand(parts),
  ];
}
