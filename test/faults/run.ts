import { setTimeout as delay } from 'node:timers/promises';

import { type Client, startClient } from './client.ts';
import type { Fault, Scene } from './fault.ts';
import type { Figures } from './figures.ts';
import type { Flags } from './flags.ts';
import { compared } from './kept.ts';
import { NOT_DONE, type Report, type Result, wrongsOf } from './report.ts';
import { patiently, signingKey, startSystem, type System, tokensOf } from './system.ts';
import { messageOf } from '../../src/platform/trouble.ts';
import { sweepOnly } from '../nothing-lost/invariants.ts';
import { seeded } from '../nothing-lost/random.ts';

const LAST_ANSWERS_MS = 60_000;
const SETTLE_MS = 2_000; // under load, before and after each fault

export type Progress = (line: string) => void;

export type RunOptions = Pick<Flags, 'lanes' | 'acknowledged' | 'minutes'> & {
  readonly seed: number;
  readonly tell: Progress;
  /** Something that is wrong is all that is looked for. */
  readonly isOverOnceFound?: boolean;
  /** What the processes load before their program, as in a test build. */
  readonly build?: {
    readonly datacentres?: readonly string[];
    readonly client?: readonly string[];
  };
};

/** Does faults one after another while clients send, and looks after each what became of all that was answered. */
export async function run(faults: readonly Fault[], options: RunOptions): Promise<Report> {
  const { seed, lanes, acknowledged, tell, minutes, build = {} } = options;
  const until = performance.now() + minutes * 60_000;
  const system = await startSystem(build.datacentres);
  const settings = {
    ports: system.ports,
    lanes,
    seed,
    tokens: await tokensOf(system.database),
    signingKey: await signingKey(system.database),
    asksAgain: 0.1,
    lastAnswersMs: LAST_ANSWERS_MS,
  };
  const client = startClient(settings, build.client);
  let isOver = false;
  try {
    const scene = { system, client, random: seeded(seed), tell };
    const done = new Run(scene, tell);
    const leftOut: string[] = [];
    if (acknowledged > 0) await done.warmUp();
    for (const fault of inRounds(faults, scene.random)) {
      const isFound = options.isOverOnceFound === true && done.hasWrongs;
      const why = isFound
        ? 'what was looked for was found'
        : (done.reasonToEnd(acknowledged, until) ?? fault.missing(system));
      if (why === null) await done.fault(fault);
      else leftOut.push(`${fault.id} ${fault.name}: ${why}`);
    }
    await done.calm(acknowledged, done.isBroken ? 0 : until);
    const report = { seed, leftOut: [...new Set(leftOut)], ...(await done.end()) };
    isOver = !done.isBroken;
    return report;
  } finally {
    client.kill();
    if (!isOver) tell(`the logs of the databases are kept in ${system.folder}`);
    await system.stop(!isOver);
  }
}

/** Each kind once before any comes again, in another order each time: a run that ends early has seen most of them. */
function inRounds(faults: readonly Fault[], random: () => number): readonly Fault[] {
  const rounds = [...Map.groupBy(faults, (fault) => fault).values()].flatMap((same) =>
    same.map((fault, round) => ({ fault, place: round + random() })),
  );
  return rounds.toSorted((one, other) => one.place - other.place).map(({ fault }) => fault);
}

class Run {
  readonly #scene: Scene;
  readonly #system: System;
  readonly #client: Client;
  readonly #tell: Progress;
  readonly #results: Result[] = [];
  isBroken = false;
  /** Acknowledged in a millisecond without faults. */
  #calmRate = 0;
  #calm: Report['calm'] = { acknowledged: 0, lost: [], doubled: [], wrong: [], unknownResolved: 0 };

  constructor(scene: Scene, tell: Progress) {
    this.#scene = scene;
    this.#system = scene.system;
    this.#client = scene.client;
    this.#tell = tell;
  }

  get hasWrongs(): boolean {
    return wrongsOf({ results: this.#results, calm: this.#calm }).length > 0;
  }

  async fault({ id, name, happen, gapMaxMs, judge }: Fault): Promise<void> {
    await delay(SETTLE_MS);
    const sick = await this.#notWhole(); // a busy machine can make a fault of its own
    const before = await this.#client.look();
    const from = performance.now();
    const seen = sick ?? (await this.#happened(happen));
    const recoveryMs = performance.now() - from;
    await delay(SETTLE_MS);
    const figures = await this.#client.look();
    this.#calm = added(this.#calm, await this.#looked(before));
    const looked = await this.#looked(figures);
    const { acknowledged, lost, doubled } = looked;
    const wrong = [...looked.wrong, ...seen, ...(judge?.(figures) ?? [])];
    const { gapMs } = figures;
    this.#results.push({ ...looked, wrong, id, name, gapMs, gapMaxMs, recoveryMs });
    for (const one of [...lost, ...doubled, ...wrong].slice(0, TOLD_MAX)) this.#tell(one);
    this.#tell(
      `${this.#results.length}. ${id} ${name}: ${acknowledged} acknowledged, ${lost.length} lost, ${doubled.length} doubled, ${wrong.length} wrong, ${(gapMs / 1000).toFixed(1)} s without writes, whole after ${(recoveryMs / 1000).toFixed(1)} s`,
    );
  }

  /** What the fault itself saw go wrong; one after which all does not come back is the last. */
  async #happened(happen: Fault['happen']): Promise<readonly string[]> {
    const seen: string[] = [];
    try {
      seen.push(...((await happen(this.#scene)) ?? []));
    } catch (error) {
      seen.push(`${NOT_DONE}: ${messageOf(error)}`);
    }
    return [...seen, ...((await this.#notWhole()) ?? [])];
  }

  /** Null once all is whole; else what is not, and the run is over. */
  async #notWhole(): Promise<readonly string[] | null> {
    try {
      await this.#system.untilWhole();
      return null;
    } catch (error) {
      this.isBroken = true;
      return [`${NOT_DONE}: ${messageOf(error)}`];
    }
  }

  /** Sees how much is done when nothing is broken. */
  async warmUp(): Promise<void> {
    await delay(SETTLE_MS);
    this.#calm = added(this.#calm, await this.#looked(await this.#client.look()));
    await delay(CALM_MS);
    const { acknowledged, ...rest } = await this.#looked(await this.#client.look());
    this.#calm = added(this.#calm, { acknowledged, ...rest });
    this.#calmRate = (SLOWER_PART * acknowledged) / CALM_MS;
  }

  /** Why no more faults are done; null when there is time for another. */
  reasonToEnd(wanted: number, until: number): string | null {
    const leftMs = until - performance.now();
    if (leftMs < 0 || this.isBroken) return 'the run was over before';
    const needsMs = this.#calmRate === 0 ? 0 : (wanted - this.#total()) / this.#calmRate;
    if (this.#results.length < FAULTS_MIN || needsMs < leftMs - FAULT_MS) return null;
    return `the time was needed for ${wanted} messages`;
  }

  #total(): number {
    const so = this.#results.reduce((sum, one) => sum + one.acknowledged, 0);
    return so + this.#calm.acknowledged;
  }

  /** Goes on until so many messages were acknowledged in all, or the time is over. */
  async calm(wanted: number, until: number): Promise<void> {
    for (;;) {
      const total = this.#total();
      this.#tell(`${total} acknowledged after ${this.#results.length} faults`);
      if (total >= wanted || performance.now() > until) return;
      await delay(CALM_MS);
      this.#calm = added(this.#calm, await this.#looked(await this.#client.look()));
    }
  }

  /** What needs every row is looked at once, when nobody sends any more. */
  async end(): Promise<Pick<Report, 'results' | 'calm'>> {
    this.#calm = added(this.#calm, await this.#looked(await this.#client.end()));
    const swept = await patiently(() => sweepOnly(this.#system.rows));
    const wrong = [...this.#calm.wrong, ...swept.map((one) => JSON.stringify(one))];
    this.#calm = { ...this.#calm, wrong };
    return { results: this.#results, calm: this.#calm };
  }

  async #looked(figures: Figures): Promise<Report['calm']> {
    const { acknowledged, unknownResolved, unknown, changed, contradictions } = figures;
    const { lost, doubled, broken } = await patiently(() => compared(this.#system.rows, figures));
    const silent = unknown === 0 ? [] : [`${unknown} messages were never answered`];
    const wrong = [...changed, ...contradictions, ...broken, ...silent];
    return { acknowledged, unknownResolved, lost, doubled, wrong };
  }
}

const TOLD_MAX = 3; // one fault can break very much
const CALM_MS = 10_000;
const SLOWER_PART = 0.9; // later, when there are many rows
const FAULTS_MIN = 30; // of a whole run
const FAULT_MS = 30_000; // one takes about so long

function added(one: Report['calm'], other: Report['calm']): Report['calm'] {
  return {
    acknowledged: one.acknowledged + other.acknowledged,
    unknownResolved: one.unknownResolved + other.unknownResolved,
    lost: [...one.lost, ...other.lost],
    doubled: [...one.doubled, ...other.doubled],
    wrong: [...one.wrong, ...other.wrong],
  };
}
