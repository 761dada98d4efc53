import { setTimeout as delay } from 'node:timers/promises';

import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { parsePortBase } from '../../installation/addresses.ts';
import { type Answered, give, type Order } from '../../installation/control.ts';
import { PORT_BASE, storeCommand } from '../../installation/store-command.ts';
import type { Database } from '../../platform/database.ts';
import type { Site } from '../../platform/replicated-postgres.ts';
import { findingOf, keepFinding } from '../measures/repository.ts';
import { drillMove } from './handle.ts';
import { isGood, MOVE_DRILL, type MoveDrill } from './judge.ts';

const MARK = 'datacentre-mark';
const AROUND_MS = 1_000;

/** Whether the writes can be moved, before somebody has to [EXPERIENCE 5, RELIABILITY P9]. */
export const moveDrillCommand: Command = storeCommand({
  name: 'dc drill',
  summary:
    'move the writes to the other datacentre and back while something writes, and say what it cost',
  options: [],
  examples: [
    { line: 'spine dc drill', explanation: 'ends with 5 when anything was lost or took too long' },
    { line: 'spine dc drill -o json', explanation: 'for a record of drills' },
    {
      line: 'spine dc status',
      explanation: 'how both are afterwards; /ops/datacentres shows the drill',
    },
  ],
  work: drilled,
});

async function drilled(invocation: Invocation, database: Database): Promise<number> {
  const { output } = invocation;
  const portBase = parsePortBase(textOption(invocation, PORT_BASE.flag) ?? '');
  const ask = (what: Order['do'], site: Order['site']) =>
    portBase === null ? null : give(portBase, { do: what, site, isHard: false });
  const told = await ask('status', null);
  if (told === null || 'problem' in told) {
    output.progress('spine dc drill: no Spine runs there; spine up --datacentres 2 starts one');
    return EXIT.notReachable;
  }
  const primary = told.status.databases?.primary ?? null;
  if (primary === null || told.status.databases?.canTakeOver == null) {
    output.progress('spine dc drill: nobody can take over the writes; spine dc status says why');
    return EXIT.refused;
  }
  const drill = await drillMove({
    primary,
    aroundMs: AROUND_MS,
    promote: async (site) => {
      await canTake(() => ask('status', null), site);
      const done = await ask('promote', site);
      if (done === null) return 'the program that runs both datacentres does not answer';
      return 'problem' in done ? done.problem : null;
    },
    mark: (n) => keepFinding(database, MARK, { lookedAt: new Date(), found: { n } }),
    marked: async () => (await findingOf<{ readonly n: number }>(database, MARK))?.found.n ?? 0,
  });
  await keepFinding(database, MOVE_DRILL, { lookedAt: new Date(drill.at), found: drill });
  output.result(linesOf(drill), drill);
  return isGood(drill) ? EXIT.ok : EXIT.verificationFailed;
}

const FOLLOWS_WITHIN_MS = 60_000; // whoever gave up the writes has to follow the other first
const ASK_EVERY_MS = 200;

/** Resolves when that datacentre has every commit, or will not have it soon. */
async function canTake(look: () => Promise<Answered | null> | null, site: Site): Promise<void> {
  for (const end = performance.now() + FOLLOWS_WITHIN_MS; performance.now() < end; ) {
    const told = await look();
    if (told !== null && 'status' in told && told.status.databases?.canTakeOver === site) return;
    await delay(ASK_EVERY_MS);
  }
}

function linesOf(drill: MoveDrill): string {
  const { from, pauseMs, acknowledged, lost, problem } = drill;
  return [
    problem === null ? `moved from ${from.toUpperCase()} and back` : `not moved: ${problem}`,
    `no write was acknowledged for ${pauseMs} ms at most`,
    `${acknowledged} acknowledged, ${lost} of them lost`,
  ].join('\n');
}
