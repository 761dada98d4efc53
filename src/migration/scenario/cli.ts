import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import type { Parts, Ran } from './scenario.ts';

const SCENARIO = 'migration-2014-08';

/** `spine fault scenario migration-2014-08`: nothing of an installation that runs is touched. */
export function scenarioCommand(parts: Parts): Command {
  return {
    name: 'fault scenario',
    summary:
      'play a fault of the past in a store of its own, and count what was lost, doubled or came again',
    usage: `<${SCENARIO}>`,
    options: [
      { flag: 'n', value: 'number', help: 'prescriptions in the old store', default: '100000' },
      {
        flag: 'seed',
        value: 'number',
        help: 'the same one gives the same old store',
        default: '1',
      },
      {
        flag: 'dirt',
        value: 'times',
        help: 'share of wrong rows, 1 as it was found in life',
        default: '1',
      },
      {
        flag: 'kills',
        value: 'number',
        help: 'how often the load is killed on its way',
        default: '3',
      },
    ],
    examples: [
      {
        line: `spine fault scenario ${SCENARIO}`,
        explanation: 'a hundred thousand prescriptions, loaded by a load that is killed thrice',
      },
      {
        line: `spine fault scenario ${SCENARIO} --n 5000 --dirt 10`,
        explanation: 'a small one with much that is wrong in it',
      },
      { line: `spine fault scenario ${SCENARIO} -o json`, explanation: 'the counts for a program' },
    ],
    run: (invocation) => run(invocation, parts),
  };
}

async function run(invocation: Invocation, parts: Parts): Promise<number> {
  const { words, output } = invocation;
  const [n, seed, dirt, kills] = ['n', 'seed', 'dirt', 'kills'].map((flag) =>
    Number(textOption(invocation, flag)),
  );
  const isWhole = (value: number | undefined, least: number): value is number =>
    value !== undefined && Number.isInteger(value) && value >= least && value <= 16_000_000;
  const isDirt = dirt !== undefined && dirt >= 0 && dirt <= 20;
  if (
    words[0] !== SCENARIO ||
    !isWhole(n, 1) ||
    !isWhole(seed, 1) ||
    !isWhole(kills, 0) ||
    !isDirt
  ) {
    output.progress(
      `spine fault scenario: the scenario is ${SCENARIO}; --n and --seed are from 1, --kills from 0, --dirt from 0 to 20`,
    );
    return EXIT.wrongUse;
  }
  const era = { asOfMs: AS_OF_MS, pharmacies: 9000, changing: CHANGING };
  const wanted = { prescriptions: n, seed, dirt, kills, ...era };
  const { migrationOf2014 } = await import('./scenario.ts');
  const ran = await migrationOf2014(wanted, parts, (line) => output.progress(line));
  const isGood = faultsOf(ran) === 0;
  output.result(textOf(ran, isGood), {
    scenario: SCENARIO,
    result: isGood ? 'passed' : 'failed',
    ...ran,
  });
  return isGood ? EXIT.ok : EXIT.verificationFailed;
}

/** The night on which the switch of 2014 was made. */
const AS_OF_MS = Date.UTC(2014, 7, 24, 2);
const CHANGING = 0.01; // of what has no fault, between the export and the switch

function faultsOf({ lost, doubled, reappeared, writtenAgain, differences, tripped }: Ran): number {
  return lost + doubled + reappeared + writtenAgain + differences + tripped;
}

function textOf(ran: Ran, isGood: boolean): string {
  const { seconds } = ran;
  return [
    `${SCENARIO}: ${isGood ? 'passed' : 'FAILED'}`,
    `  ${ran.ids} ids; the load was killed ${ran.kills} times, and wrote ${ran.writtenAgain} when it was run once more`,
    `  ${ran.waiting} waited for a pharmacy, ${ran.handedOut} were handed out`,
    `  lost ${ran.lost}, doubled ${ran.doubled}, came again ${ran.reappeared}, stopped by the tripwire ${ran.tripped}`,
    `  ${ran.changes} changes since the export were applied; nobody could write for ${seconds.writeStop.toFixed(1)} s`,
    `  differences from the old store that no class explains: ${ran.differences}`,
    `  ${ran.loadedPerSecond} ids a second; made in ${seconds.generate} s, loaded in ${seconds.load} s, followed in ${seconds.catchUp} s, ${ran.judged} signatures judged in ${seconds.signatures} s, compared in ${seconds.reconcile} s, switched in ${seconds.cutOver} s, asked for in ${seconds.poll} s`,
  ].join('\n');
}
