import { benchAudit } from './audit.ts';
import { type Client, startClient } from './child.ts';
import { comparedWith } from './coordinator.ts';
import {
  cpuTimesTwin,
  type Figures,
  type HalfLoad,
  figuresOf,
  halfLoadOf,
  rate,
  type Round,
  type Scenario,
  MIXED,
  SCENARIOS,
} from './figures.ts';
import { type Flags, parseFlags } from './flags.ts';
import { type Installation, startInstallation } from './installation.ts';
import type { Ran } from './load.ts';
import { assureKept, Ledger } from './ledger.ts';
import { benchMigration } from './migration.ts';
import { benchOrganisations } from './organisations.ts';
import { measurePatients, patientTable } from './patients.ts';
import { measureSignIn } from './sign-in.ts';
import { measureStructureCheck } from './structure-check.ts';
import { type Results, tableOf } from './table.ts';

/** One of those that take turns: the system by each of its doors, and the bare client on its database. */
type Contender = {
  readonly client: Client;
  readonly rounds: Map<string, Round[]>;
  readonly ledger: Ledger;
  /** Messages a second that a scenario was last seen to do: how many to prepare. */
  readonly rates: Map<string, number>;
};

type Contenders = Readonly<Record<'bare' | Scenario['door'], Contender>>;

const FIRST_RATE = 2000; // a guess: enough messages for the first round of a scenario
const SLICE_SECONDS = 2;

async function main(flags: Flags): Promise<void> {
  if (flags.only === null) return measureAll(flags);
  if (flags.only === 'organisations') return benchOrganisations(flags.isJson);
  if (flags.only === 'migration') return benchMigration(flags.prescriptions, flags.isJson);
  if (flags.only === 'audit') return benchAudit(flags.lines, flags.isJson);
  const figures = await measurePatients(flags.patients, progress);
  process.stdout.write(`${flags.isJson ? JSON.stringify(figures) : patientTable(figures)}\n`);
}

async function measureAll(flags: Flags): Promise<void> {
  const installation = await startInstallation();
  const { signingKey } = installation;
  const structureCheck = measureStructureCheck(signingKey);
  const contenders = startContenders(installation, flags.inFlight);
  try {
    const before = await Ledger.read(installation);
    const figures = withSigned(await measure(flags, installation, contenders));
    const ledgers = Object.values(contenders).map(({ ledger }) => ledger);
    await assureKept(installation, before, ledgers);
    progress('log-ins with a card, checks of tokens');
    const signIn = await measureSignIn(installation, flags.seconds);
    const results = { figures, structureCheck, coordinator: comparedWith(figures), signIn };
    process.stdout.write(`${flags.isJson ? jsonOf(results) : tableOf(results)}\n`);
  } finally {
    for (const { client } of Object.values(contenders)) client.close();
    await installation.close();
  }
}

function startContenders(installation: Installation, lanes: number): Contenders {
  const { databaseUrl, ports, tokens, signingKey, hl7v3 } = installation;
  const settings = { databaseUrl, ports, tokens, signingKey, hl7v3, lanes };
  return {
    bare: contender(startClient('bare.ts', settings)),
    fhir: contender(startClient('sender.ts', settings)),
    hl7v3: contender(startClient('hl7v3-sender.ts', settings)),
  };
}

function contender(client: Client): Contender {
  return { client, rounds: new Map(), ledger: new Ledger(), rates: new Map() };
}

/** The machine is noisy: limit and system take turns, and the medians of their rounds are compared. */
async function measure(
  flags: Flags,
  installation: Installation,
  contenders: Contenders,
): Promise<Record<string, Figures>> {
  await warmUp(flags, installation, contenders);
  for (let round = 1; round <= flags.rounds; round += 1) {
    progress(`round ${round} of ${flags.rounds}`);
    for (const scenario of SCENARIOS) {
      const { name, counts, hasLimit, door } = scenario;
      for (const who of hasLimit ? (['bare', door] as const) : [door]) {
        const one = contenders[who];
        const done = await runRound(installation, one, scenario, flags.seconds);
        progress(`  ${name} ${who}: ${rate(done.ran, counts).toFixed(0)}/s`);
        one.rounds.set(name, [...(one.rounds.get(name) ?? []), done]);
      }
    }
  }
  const results: Record<string, Figures> = {};
  for (const scenario of SCENARIOS) {
    const { name, door, twin } = { twin: null, ...scenario };
    const roundsOf = (who: keyof Contenders, of: string) => contenders[who].rounds.get(of) ?? [];
    const system = roundsOf(door, name);
    results[name] = {
      ...figuresOf(scenario, system, roundsOf('bare', name)),
      ...(twin !== null && {
        cpuTimesTwin: cpuTimesTwin(scenario, system, roundsOf('fhir', twin)),
      }),
    };
  }
  return withHalfLoad(flags, installation, contenders, results);
}

/**
 * Code of ours that has not run some thousand times is not compiled yet. Short slices: what one
 * sends is prepared before it, and the rate of the one before says how much that must be.
 */
async function warmUp(
  flags: Flags,
  installation: Installation,
  contenders: Contenders,
): Promise<void> {
  for (let slice = 1; slice <= flags.warmUpSlices; slice += 1) {
    progress(`warming up, ${slice} of ${flags.warmUpSlices}`);
    for (const who of ['bare', 'fhir'] as const) {
      const done = await runRound(installation, contenders[who], MIXED, SLICE_SECONDS);
      progress(`  ${who}: ${rate(done.ran, MIXED.counts).toFixed(0)}/s`);
    }
    // Nothing in the lives of prescriptions compiles what only is asked, or comes by the other door.
    for (const scenario of SCENARIOS.filter(({ hasLimit }) => !hasLimit)) {
      await runRound(installation, contenders[scenario.door], scenario, SLICE_SECONDS);
    }
  }
}

async function runRound(
  installation: Installation,
  one: Contender,
  scenario: Scenario,
  seconds: number,
): Promise<Round> {
  const { name, kinds, counts } = scenario;
  const perSecond = one.rates.get(name) ?? FIRST_RATE;
  await one.client.prepare(kinds, creates(kinds, perSecond * seconds));
  const before = await installation.meters();
  const ran = await one.client.run({ kinds, seconds, perSecond: null });
  const after = await installation.meters();
  one.rates.set(name, rate(ran, counts));
  one.ledger.add(ran);
  return { ran, before, after };
}

const SPARE = 1.4; // a round may be faster than the one before
const MESSAGES_PER_CREATE = 2.8;

function creates(kinds: Scenario['kinds'], messages: number): number {
  return Math.ceil((messages * SPARE) / (kinds.length === 1 ? 1 : MESSAGES_PER_CREATE));
}

/** Every order is signed, and its signature verified: creating is `$process-message` with that on. */
function withSigned(figures: Record<string, Figures>): Record<string, Figures> {
  const { create } = figures;
  return create === undefined ? figures : { ...figures, processMessageSigned: create };
}

function jsonOf({ figures, ...others }: Results): string {
  return JSON.stringify({ ...figures, ...others });
}

/** Latency is what a client sees when the system is busy, not when it is full, nor just after it was. */
async function withHalfLoad(
  flags: Flags,
  installation: Installation,
  { bare, fhir }: Contenders,
  results: Record<string, Figures>,
): Promise<Record<string, Figures>> {
  const { mixed } = results;
  if (mixed === undefined) return results;
  progress('mixed at half load');
  const { kinds } = MIXED;
  const perSecond = mixed.perSecond / 2;
  const seconds = flags.seconds * 2;
  const at = async ({ client, ledger }: Contender): Promise<HalfLoad> => {
    await client.prepare(kinds, creates(kinds, perSecond * seconds));
    await installation.settle();
    const ran: Ran = await client.run({ kinds, seconds, perSecond });
    ledger.add(ran);
    return halfLoadOf(ran);
  };
  const limitHalfLoad = await at(bare);
  const halfLoad = await at(fhir);
  return { ...results, mixed: { ...mixed, halfLoad, limitHalfLoad } };
}

function progress(line: string): void {
  process.stderr.write(`${line}\n`);
}

const flags = parseFlags(process.argv.slice(2));
if (flags === null) {
  process.exitCode = 2;
} else {
  try {
    await main(flags);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
