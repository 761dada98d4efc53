import { setTimeout as delay } from 'node:timers/promises';

import { type Client, startClient } from './client.ts';
import type { Fault, Scene } from './fault.ts';
import type { Figures } from './figures.ts';
import type { Flags } from './flags.ts';
import { compared } from './kept.ts';
import type { Report, Result } from './report.ts';
import { patiently, signingKey, startSystem, type System, tokensOf } from './system.ts';
import { seeded } from '../nothing-lost/random.ts';

const SETTLE_MS = 2_000; // under load, before and after each fault

type Progress = (line: string) => void;

/** Does faults one after another while clients send, and looks after each what became of all that was answered. */
export async function run(
  faults: readonly Fault[],
  {
    seed,
    lanes,
    acknowledged,
    tell,
  }: Pick<Flags, 'lanes' | 'acknowledged'> & {
    readonly seed: number;
    readonly tell: Progress;
  },
): Promise<Report> {
  const system = await startSystem();
  const client = startClient({
    ports: system.ports,
    lanes,
    seed,
    tokens: await tokensOf(system.database),
    signingKey: await signingKey(system.database),
    asksAgain: 0.1,
  });
  try {
    const scene = { system, client, random: seeded(seed) };
    const possible = faults.filter((fault) => fault.missing(system) === null);
    const leftOut = faults.flatMap((fault) => {
      const why = fault.missing(system);
      return why === null ? [] : [`${fault.id} ${fault.name}: ${why}`];
    });
    const done = new Run(scene, tell);
    for (const fault of shuffled(possible, scene.random)) await done.fault(fault);
    await done.calm(acknowledged);
    return { seed, leftOut: [...new Set(leftOut)], ...(await done.end()) };
  } finally {
    client.kill();
    await system.stop();
  }
}

/** The same faults in another order. */
function shuffled(faults: readonly Fault[], random: () => number): readonly Fault[] {
  return faults
    .map((fault) => ({ fault, place: random() }))
    .toSorted((one, other) => one.place - other.place)
    .map(({ fault }) => fault);
}

class Run {
  readonly #scene: Scene;
  readonly #system: System;
  readonly #client: Client;
  readonly #tell: Progress;
  readonly #results: Result[] = [];
  #calm: Report['calm'] = { acknowledged: 0, lost: [], doubled: [], wrong: [], unknownResolved: 0 };

  constructor(scene: Scene, tell: Progress) {
    this.#scene = scene;
    this.#system = scene.system;
    this.#client = scene.client;
    this.#tell = tell;
  }

  async fault({ id, name, happen, gapMaxMs }: Fault): Promise<void> {
    await this.#system.untilWhole();
    await delay(SETTLE_MS);
    const before = await this.#client.look();
    const from = performance.now();
    await happen(this.#scene);
    await this.#system.untilWhole();
    const recoveryMs = performance.now() - from;
    await delay(SETTLE_MS);
    const figures = await this.#client.look();
    this.#calm = added(this.#calm, await this.#looked(before));
    const result = { ...(await this.#looked(figures)), id, name, gapMs: figures.gapMs, gapMaxMs };
    this.#results.push({ ...result, recoveryMs });
    const { acknowledged, lost, doubled, wrong, gapMs } = result;
    this.#tell(
      `${this.#results.length}. ${id} ${name}: ${acknowledged} acknowledged, ${lost.length} lost, ${doubled.length} doubled, ${wrong.length} wrong, ${(gapMs / 1000).toFixed(1)} s without writes, whole after ${(recoveryMs / 1000).toFixed(1)} s`,
    );
  }

  /** Goes on until so many messages were acknowledged in all. */
  async calm(wanted: number): Promise<void> {
    for (;;) {
      const { length } = this.#results;
      const so = this.#results.reduce((sum, one) => sum + one.acknowledged, 0);
      const total = so + this.#calm.acknowledged;
      this.#tell(`${total} acknowledged after ${length} faults`);
      if (total >= wanted) return;
      await delay(CALM_MS);
      this.#calm = added(this.#calm, await this.#looked(await this.#client.look()));
    }
  }

  async end(): Promise<Pick<Report, 'results' | 'calm'>> {
    this.#calm = added(this.#calm, await this.#looked(await this.#client.end()));
    return { results: this.#results, calm: this.#calm };
  }

  async #looked(figures: Figures): Promise<Report['calm']> {
    const { acknowledged, unknownResolved, changed, contradictions } = figures;
    const { lost, doubled, broken } = await patiently(() => compared(this.#system.rows, figures));
    const wrong = [...changed, ...contradictions, ...broken];
    return { acknowledged, unknownResolved, lost, doubled, wrong };
  }
}

const CALM_MS = 10_000;

function added(one: Report['calm'], other: Report['calm']): Report['calm'] {
  return {
    acknowledged: one.acknowledged + other.acknowledged,
    unknownResolved: one.unknownResolved + other.unknownResolved,
    lost: [...one.lost, ...other.lost],
    doubled: [...one.doubled, ...other.doubled],
    wrong: [...one.wrong, ...other.wrong],
  };
}
