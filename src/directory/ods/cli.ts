import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';

import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { storeCommand } from '../../installation/store-command.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { openBulkLoad } from '../../platform/bulk-load.ts';
import type { Database } from '../../platform/database.ts';
import { messageOf } from '../../platform/trouble.ts';
import type { Reference, ReferencesTo } from '../repository.ts';
import type { OdsFile } from './file/handle.ts';
import { importOds, type Imported, type OdsReport } from './handle.ts';
import { progressTo } from './progress.ts';
import { type Report, REPORTS } from './read-csv.ts';

const NAMES = Object.keys(REPORTS).filter((name): name is Report => name in REPORTS);

/** `spine ods import`; `references` say what points at organisations that close. */
export function odsCommand(references: readonly ReferencesTo[]): Command {
  return storeCommand({
    name: 'ods import',
    summary: 'take files of the Organisation Data Service: reports (CSV), ORD or FHIR (JSON)',
    usage: '<file…>',
    options: [
      {
        flag: 'report',
        value: 'name',
        help: 'which report CSV files are, where their names do not begin with it',
        choices: NAMES,
      },
    ],
    examples: [
      { line: 'spine ods import edispensary.csv epharmacyhq.csv', explanation: 'reports of ODS' },
      {
        line: 'spine ods import organisations.json',
        explanation: 'records of ORD or FHIR, one after another or in a list',
      },
      {
        line: 'spine ods import week.csv --report epraccur',
        explanation: 'a file of another name; again, it goes on where it was broken off',
      },
    ],
    work: (invocation, database, url) => work(references, invocation, database, url),
  });
}

async function work(
  references: readonly ReferencesTo[],
  invocation: Invocation,
  database: Database,
  url: string,
): Promise<number> {
  const { words, output } = invocation;
  const say = (line: string): void => output.progress(`spine ods import: ${line}`);
  if (words.length === 0) say('name the files');
  const files: OdsFile[] = [];
  for (const path of words) {
    const file = await fileOf(path, textOption(invocation, 'report'));
    if (file.ok) files.push(file.value);
    else say(file.error);
  }
  if (files.length === 0 || files.length < words.length) return EXIT.wrongUse;
  const load = await openBulkLoad(url);
  try {
    const onProgress = progressTo((line) => output.progress(line));
    const report = await importOds(load, files, { at: new Date(), onProgress });
    if (!report.ok) {
      say('another import is running');
      return EXIT.refused;
    }
    const codes = report.value.closings.map(({ ods }) => ods);
    const found =
      codes.length === 0 ? [] : await Promise.all(references.map((one) => one(database, codes)));
    const pointing = found.flat();
    output.result(textOf(report.value, pointing), { ...report.value, references: pointing });
    return report.value.files.some(isRefusedWhole) ? EXIT.refused : EXIT.ok;
  } finally {
    await load.close();
  }
}

function isRefusedWhole({ rows, added, changed, refused }: Imported): boolean {
  return rows > 0 && added + changed === 0 && new Set(refused.map(({ row }) => row)).size >= rows;
}

/** By what its text begins with: JSON, or one of the reports. */
async function fileOf(path: string, report: string | null): Promise<Result<OdsFile, string>> {
  const name = basename(path);
  try {
    if (!(await stat(path)).isFile()) return fail(`${path} is no file`);
    if (await isJson(path)) return ok({ path, name, form: 'json' });
  } catch (error) {
    return fail(`${path} cannot be read: ${messageOf(error)}`);
  }
  const form = NAMES.find((one) => one === report) ?? NAMES.find((one) => name.startsWith(one));
  return form === undefined
    ? fail(`which report is ${path}? Say it with --report: ${NAMES.join(', ')}`)
    : ok({ path, name, form });
}

async function isJson(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1024), 0, 1024, 0);
    return /^(\uFEFF|ï»¿)?\s*[[{]/.test(buffer.subarray(0, bytesRead).toString('latin1'));
  } finally {
    await handle.close();
  }
}

/** The report in words: every refused row, what waits, and what points at organisations that closed. */
function textOf({ files, waiting, closings }: OdsReport, references: readonly Reference[]): string {
  return [
    ...files.flatMap(fileLines),
    ...(waiting.length === 0
      ? []
      : [`waiting for organisations that nobody knows: ${waiting.length}`]),
    ...waiting.map(
      ({ ods, kind, relationId, target }) => `  ${ods}: ${relationId ?? kind} ${target}`,
    ),
    ...(closings.length === 0 ? [] : [`closed: ${closings.length}`]),
    ...closings.flatMap(({ ods, name, closedOn, successors }) => [
      `  ${ods} ${name}: last day ${closedOn}${successors.length === 0 ? '' : `, succeeded by ${successors.join(', ')}`}`,
      ...references
        .filter((one) => one.ods === ods)
        .map(({ what, count }) => `    ${count} ${what}`),
    ]),
  ].join('\n');
}

function fileLines({ file, rows, added, changed, refused, resumedAfter }: Imported): string[] {
  const from = resumedAfter === 0 ? '' : `, of which ${resumedAfter} were taken before`;
  return [
    `${file}: ${rows} rows${from}; ${added} added, ${changed} changed, ${refused.length} refused`,
    ...refused.map(
      ({ row, ods, reason }) => `  ${row === 0 ? '' : `row ${row} `}${ods ?? ''}: ${reason}`,
    ),
  ];
}
