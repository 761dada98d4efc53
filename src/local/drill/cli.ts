import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { OUTAGE, playOutage, type Played } from './outage-2014.ts';
import { openProbing } from '../probing/index.ts';
import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { parseStatusConfig } from '../../operations/config.ts';
import { startStatusSite, type StatusSite } from '../../operations/handle.ts';
import { hl7v3Url, parsePortBase } from '../../installation/addresses.ts';
import { findState } from '../../installation/state-file.ts';
import { databaseUrlOf, PORT_BASE } from '../../installation/store-command.ts';
import { isBalanced } from '../../operations/reconcile/reconciliation.ts';
import { HELP_CONTACT } from '../../platform/config.ts';
import { type Database, openDatabase } from '../../platform/database.ts';

/** Plays what once went wrong on the Spine that runs on this machine [EXPERIENCE 2.2]. */
export const scenarioCommand: Command = {
  name: 'fault scenario',
  summary: 'play an outage of the past on the Spine that runs here, and see what people are told',
  usage: `<${OUTAGE}>`,
  options: [
    { flag: 'report', value: 'file', help: 'where the report goes', default: `${OUTAGE}.md` },
    PORT_BASE,
  ],
  examples: [
    {
      line: `spine fault scenario ${OUTAGE}`,
      explanation: 'sign-in fails at one datacentre, a repair helps partly',
    },
    { line: `spine fault scenario ${OUTAGE} -o json`, explanation: 'what came of it, as data' },
    {
      line: `spine fault scenario ${OUTAGE} --report /tmp/report.md`,
      explanation: 'the report in another file',
    },
  ],
  run: async (invocation) => {
    const { output } = invocation;
    const portBase = parsePortBase(textOption(invocation, 'port-base') ?? '');
    const found = portBase === null ? null : findState(portBase);
    if (found?.kind !== 'running') {
      return say(invocation, 'no Spine runs on this port; start one: spine up', EXIT.notReachable);
    }
    if (found.state.mode !== 'test') {
      return say(invocation, 'a live Spine has no faults on purpose', EXIT.wrongUse);
    }
    const { apiA: a, apiB: b, ports, version } = found.state;
    const url = databaseUrlOf(found.state);
    if (url === null) {
      return say(invocation, "its database is somebody else's: set DATABASE_URL", EXIT.wrongUse);
    }
    const hl7v3 = { a: hl7v3Url(ports.hl7v3A), b: hl7v3Url(ports.hl7v3B) };
    const told = { version, hl7v3, progress: output.progress };
    const played = await playWith(url, { a, b }, told);
    const file = textOption(invocation, 'report') ?? `${OUTAGE}.md`;
    writeFileSync(file, played.report);
    output.result(`${summaryOf(played)}\nThe report: ${file}`, { ...played, report: file });
    return kept(played) ? EXIT.ok : EXIT.verificationFailed;
  },
};

const NOTICED_WITHIN_S = 120;
const UPDATE_MINUTES = 30;

/** Whether the promises were kept [EXPERIENCE 6.2, RELIABILITY 1]. */
function kept(played: Played): boolean {
  const { incident, noticedAfterSeconds, work, signedIn, longestSilence } = played;
  const { balance, totals } = played.reconciliation;
  return (
    noticedAfterSeconds <= NOTICED_WITHIN_S &&
    incident.suggestion.severity === 1 &&
    work.refused === 0 &&
    signedIn.nowhere === 0 &&
    longestSilence <= UPDATE_MINUTES &&
    isBalanced(balance) &&
    balance.stored > 0 &&
    totals['never-received'] === 0
  );
}

function summaryOf({ incident, noticedAfterSeconds, work, longestSilence }: Played): string {
  return `${incident.number}: noticed after ${noticedAfterSeconds} s, suggested severity ${incident.suggestion.severity}; ${work.accepted} messages accepted and ${work.refused} refused of people who were signed in; updates at most ${Math.round(longestSilence)} minutes apart.`;
}

type Told = {
  readonly version: string;
  /** Of the doors for HL7 V3. */
  readonly hl7v3: Readonly<Record<'a' | 'b', string>>;
  readonly progress: (line: string) => void;
};

async function playWith(
  databaseUrl: string,
  urls: Readonly<Record<'a' | 'b', string>>,
  told: Told,
): Promise<Played> {
  const database = openDatabase({ url: databaseUrl, connections: 2 });
  try {
    return await playOn(urls, database, told);
  } finally {
    await database.close();
  }
}

/** With a status site of its own, in the drill's own time: a drill has no place in the record of the real one. */
async function playOn(
  urls: Readonly<Record<'a' | 'b', string>>,
  database: Database,
  { version, hl7v3, progress }: Told,
): Promise<Played> {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-drill-'));
  let now = new Date();
  let site: StatusSite | null = null;
  const begun = now.getTime();
  const config = parseStatusConfig(
    {
      OPENSPINE_STATUS_PORT: '0',
      OPENSPINE_STATUS_FOLDER: folder,
      OPENSPINE_STATUS_DATACENTRE_A: urls.a,
      OPENSPINE_STATUS_DATACENTRE_B: urls.b,
    },
    { helpContact: HELP_CONTACT },
  );
  if (!config.ok) throw new Error(config.error.join('; '));
  try {
    site = await startStatusSite(config.value, {
      version,
      log: () => undefined,
      probe: openProbing(urls, { seesFaults: true, hl7v3 }),
      time: { now: () => now, steadyMs: () => now.getTime() },
      everyMs: null,
    });
    progress(`The page of the drill, until it is over: ${site.url}`);
    const moveTo = (minutes: number): void => {
      now = new Date(begun + minutes * 60_000);
    };
    return await playOutage({ urls, site, database, moveTo, say: progress });
  } finally {
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function say({ output }: Invocation, problem: string, code: number): number {
  output.progress(`spine fault scenario: ${problem}`);
  return code;
}
