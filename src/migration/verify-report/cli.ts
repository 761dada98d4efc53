import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { KEY } from '../named-dump.ts';
import { openDump } from '../lx1/open-dump.ts';
import { BUCKETS } from '../reconcile/buckets.ts';
import { readChain, recompute } from './handle.ts';

const NOT_VERIFIED = 12; // [MIGRATION 7]

/** `spine migrate verify-report`: needs no store and no network [MIGRATION 6]. */
export const verifyReportCommand: Command = {
  name: 'migrate verify-report',
  summary: 'check that a report is what was signed, names the one before it, and fits its export',
  usage: '<report> [report-before ...]',
  options: [
    { ...KEY, help: 'public key of who signed it; otherwise the one beside it' },
    { flag: 'bucket', value: 'number', help: 'compute this bucket of the export once more' },
    { flag: 'export', value: 'folder', help: 'the export that was compared' },
    { flag: 'export-key', value: 'file', help: 'public key of who signed the export' },
  ],
  examples: [
    {
      line: 'spine migrate verify-report reconciliation.json',
      explanation: 'by the key beside it',
    },
    {
      line: 'spine migrate verify-report today.json yesterday.json --key report-key.pem',
      explanation: 'by a key that you were given, and that today’s names yesterday’s',
    },
    {
      line: 'spine migrate verify-report reconciliation.json --bucket 1742 --export ./export --export-key key.pem',
      explanation: 'a bucket of your choice, from the files alone',
    },
  ],
  run,
};

async function run(invocation: Invocation): Promise<number> {
  const { words, output } = invocation;
  const [file] = words;
  const typed = (flag: string): string | null => textOption(invocation, flag);
  const [bucket, folder, exportKey] = [typed('bucket'), typed('export'), typed('export-key')];
  const number = Number(bucket);
  const isBucket = Number.isInteger(number) && number >= 0 && number < BUCKETS;
  const isOpen = bucket !== null && isBucket && folder !== null && exportKey !== null;
  if (file === undefined || (bucket !== null && !isOpen)) {
    output.progress(
      `spine migrate verify-report: name the report; a --bucket is from 0 to ${BUCKETS - 1}, of an --export with its --export-key`,
    );
    return EXIT.wrongUse;
  }
  const key = typed(KEY.flag) ?? join(dirname(file), 'report-key.pem');
  try {
    const [report, ...before] = await readChain(words, await readFile(key, 'utf8'));
    const lines = [`${file} is what was signed`];
    if (before.length > 0)
      lines.push(`and so are the ${before.length} before it, each the next one’s`);
    if (isOpen && report !== undefined) {
      const dump = await openDump(folder, await readFile(exportKey, 'utf8'));
      lines.push(
        `bucket ${bucket} of the export is ${await recompute(report, dump, number)}, as it says`,
      );
    }
    output.result(lines.join('\n'), report?.value);
    return EXIT.ok;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    output.progress(`spine migrate verify-report: ${error.message}`);
    return NOT_VERIFIED;
  }
}
