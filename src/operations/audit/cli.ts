import { join } from 'node:path';

import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { parsePortBase } from '../../installation/addresses.ts';
import { findState } from '../../installation/state-file.ts';
import { PORT_BASE, storeCommand } from '../../installation/store-command.ts';
import { lastSeal, purgeOne, sealsBetween } from '../../platform/audit/repository.ts';
import type { Finding, Trust, Verified } from '../../platform/audit/verify.ts';
import { verifyStore } from '../../platform/audit/walk.ts';
import type { Database } from '../../platform/database.ts';
import { codeOf, messageOf } from '../../platform/trouble.ts';
import { exportTo, trustOf, verifyFile } from './handle.ts';
import { keptSince, RANGE, RETENTION, timeOf } from './options.ts';
import { byCommand, recordAct } from './repository.ts';
import { lookCommands } from './look/cli.ts';

const FOLDER = {
  flag: 'folder',
  value: 'dir',
  help: 'public keys and copies of the seals, outside the database; that of the Spine here if not said',
} as const;

/** What an operator, or whoever is to believe them, does with the audit trail. */
export const auditCommands: readonly Command[] = [
  verifyCommand(),
  storeCommand({
    name: 'audit export',
    summary:
      'write sealed lines of the audit trail with their seals into a file, to be verified anywhere',
    options: [{ flag: 'out', value: 'file', help: 'must not be there yet' }, ...RANGE],
    examples: [
      { line: 'spine audit export --out trail.ndjson', explanation: 'all of it' },
      {
        line: 'spine audit export --from 2026-11-01 --to 2026-11-30 --out november.ndjson',
        explanation: 'whole seals of that time',
      },
      {
        line: 'spine audit verify --file november.ndjson --folder keys',
        explanation: 'needs no database',
      },
    ],
    work: exported,
  }),
  storeCommand({
    name: 'audit purge',
    summary: 'remove lines of the audit trail that need not be kept any longer; their seals stay',
    options: [RETENTION],
    examples: [
      { line: 'spine audit purge', explanation: 'what is older than eight years' },
      { line: 'spine audit purge --retention-years 25', explanation: 'where more is asked for' },
      {
        line: 'spine audit verify --retention-years 25',
        explanation: 'believes that only such lines were purged',
      },
    ],
    work: purged,
  }),
  ...lookCommands,
];

/** With a file no database is needed; else it is the one of the store. */
function verifyCommand(): Command {
  const stored = storeCommand({
    name: 'audit verify',
    summary: 'find what was changed, removed, inserted, exchanged or cut off in the audit trail',
    options: [
      { flag: 'file', value: 'file', help: 'an export; no database is asked' },
      FOLDER,
      RETENTION,
      ...RANGE,
    ],
    examples: [
      { line: 'spine audit verify', explanation: 'all of it; ends with 5 when something is wrong' },
      {
        line: 'spine audit verify --from 2026-11-29 -o json',
        explanation: 'seals made since, and what was found',
      },
      {
        line: 'spine audit verify --file trail.ndjson --folder keys',
        explanation: 'an export, with public keys and seals that were handed over',
      },
    ],
    work: (invocation, database) =>
      withTrust(invocation, async (trust) => {
        const range = await rangeOf(invocation, database);
        if (typeof range === 'string') return range;
        return verifyStore(database, trust, range);
      }),
  });
  return {
    ...stored,
    run(invocation) {
      const file = textOption(invocation, 'file');
      if (file === null) return stored.run(invocation);
      return withTrust(invocation, async (trust) => {
        const verified = await verifyFile(file, trust);
        return verified.ok ? verified.value : verified.error;
      });
    },
  };
}

/** A text is what is wrong with how it was called. */
async function withTrust(
  invocation: Invocation,
  work: (trust: Trust) => Promise<Verified | string>,
): Promise<number> {
  const { output } = invocation;
  const folder = folderOf(invocation);
  const since = keptSince(textOption(invocation, RETENTION.flag), new Date());
  if (!since.ok) {
    output.progress(`spine audit verify: ${since.error}`);
    return EXIT.wrongUse;
  }
  try {
    const trust = folder === null ? null : await trustOf(folder, since.value);
    if (trust === null || trust.keys.size === 0) {
      output.progress('spine audit verify: no public key; name their folder with --folder');
      return EXIT.wrongUse;
    }
    const verified = await work(trust);
    if (typeof verified !== 'string') return told(invocation, verified);
    output.progress(`spine audit verify: ${verified}`);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
    output.progress(`spine audit verify: ${messageOf(error)}`);
  }
  return EXIT.wrongUse;
}

/** That of datacentre A, when a Spine runs here. */
function folderOf(invocation: Invocation): string | null {
  const named = textOption(invocation, 'folder');
  if (named !== null) return named;
  const portBase = parsePortBase(textOption(invocation, PORT_BASE.flag) ?? '');
  const found = portBase === null ? null : findState(portBase);
  if (found?.kind !== 'running' || found.state.data.kind === 'external') return null;
  return join(found.state.data.folder, 'audit', 'a');
}

function told({ output }: Invocation, verified: Verified): number {
  const { seals, rows, purged, findings } = verified;
  const summary = `${rows} lines under ${seals} seals${purged === 0 ? '' : `, ${purged} of them purged`}`;
  if (findings.length === 0) {
    output.result(`${summary}: as they were sealed`, verified);
    return EXIT.ok;
  }
  const lines = findings.map(lineOf);
  output.result([`${summary}: ${findings.length} findings`, ...lines].join('\n'), verified);
  return EXIT.verificationFailed;
}

function lineOf({ kind, position, id, seal, text }: Finding): string {
  const where = position === null ? `seal ${seal}` : `position ${position}, seal ${seal}`;
  return `${kind.padEnd(9)}  ${where}${id === null ? '' : `, id ${id}`}: ${text}`;
}

/** Null: all; a text is what is wrong. */
async function rangeOf(
  invocation: Invocation,
  database: Database,
): Promise<{ first: number; last: number } | null | string> {
  const from = timeOf('from', textOption(invocation, 'from'));
  const to = timeOf('to', textOption(invocation, 'to'));
  if (!from.ok) return from.error;
  if (!to.ok) return to.error;
  if (from.value === null && to.value === null) return null;
  const range = await sealsBetween(database, from.value, to.value);
  return range ?? 'no seal was made in that time';
}

async function exported(invocation: Invocation, database: Database): Promise<number> {
  const { output } = invocation;
  const out = textOption(invocation, 'out');
  const range = await rangeOf(invocation, database);
  if (out === null || typeof range === 'string') {
    const problem = typeof range === 'string' ? range : '--out names the file';
    output.progress(`spine audit export: ${problem}`);
    return EXIT.wrongUse;
  }
  const all = { first: 1, last: (await lastSeal(database))?.seal.number ?? 0 };
  const { first, last } = range ?? all;
  await recordAct(database, {
    interaction: 'audit-export',
    by: byCommand('audit export'),
    nhsNumber: null,
    outcome: `seals ${first} to ${last}`,
  });
  try {
    const rows = await exportTo(database, out, { first, last });
    output.result(`${rows} lines under seals ${first} to ${last}`, {
      rows,
      first,
      last,
      file: out,
    });
    return EXIT.ok;
  } catch (error) {
    if (codeOf(error) === null) throw error;
    output.progress(`spine audit export: ${messageOf(error)}`);
    return EXIT.wrongUse;
  }
}

async function purged(invocation: Invocation, database: Database): Promise<number> {
  const { output } = invocation;
  const since = keptSince(textOption(invocation, RETENTION.flag), new Date());
  if (!since.ok) {
    output.progress(`spine audit purge: ${since.error}`);
    return EXIT.wrongUse;
  }
  await recordAct(database, {
    interaction: 'audit-purge',
    by: byCommand('audit purge'),
    nhsNumber: null,
    outcome: `sealed before ${since.value}`,
  });
  let [seals, rows] = [0, 0];
  for (;;) {
    const gone = await purgeOne(database, since.value);
    if (gone === null) break;
    seals += 1;
    rows += gone;
  }
  output.result(`${rows} lines of ${seals} seals are gone`, { seals, rows });
  return EXIT.ok;
}
