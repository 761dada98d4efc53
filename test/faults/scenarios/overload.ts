import { readFileSync } from 'node:fs';

import { currentKey, signAccessToken } from '../../../src/identity/index.ts';
import { PERSONAS } from '../../../src/local/personas.ts';
import { claimsOf } from '../../../src/local/tokens.ts';
import { SITES } from '../../../src/platform/replicated-postgres.ts';
import type { Tokens } from '../../nothing-lost/datacentres.ts';
import type { CrowdFigures } from '../crowd.ts';
import { type CrowdClient, startCrowd } from '../crowd-client.ts';
import { always, type Fault, type Scene } from '../fault.ts';
import { compared } from '../kept.ts';
import {
  BACK_WITHIN_MS,
  isNormal,
  overloadWrongs,
  type Stage,
  STEPS,
  stageWords,
} from '../overload.ts';
import { watchOthers } from '../processors.ts';
import { processOf } from '../programs.ts';
import { signingKey, type System } from '../system.ts';

/** Twice, five and ten times as much as can be done [RELIABILITY F35]. */
export const overloadFaults: readonly Fault[] = [
  overload('for ten seconds each', { times: 1, seconds: 10 }),
  overload('for ten minutes each', { times: 0, seconds: 600 }),
];

const SUPPLIERS = 8;
const FEW = 2; // lanes beside the crowd, so that there is always somebody
const ALL_LANES = 1_000_000;
const AT_ONCE = 40; // keeps the machine busy, and waits for no more than a part of a second
const CAPACITY_S = 8;
const NORMAL_S = 2;
const USUAL_PART = 0.5; // of what can be done
const DAY_S = 86_400;

function overload(
  howLong: string,
  { times, seconds }: { readonly times: number; readonly seconds: number },
): Fault {
  return {
    id: 'F35',
    name: `twice, five and ten times as much comes as can be done, ${howLong}`,
    times,
    missing: always,
    gapMaxMs: 5_000,
    happen: async (scene) => {
      const { system, client } = scene;
      const crowd = startCrowd({
        ports: system.ports,
        suppliers: await suppliersOf(system),
        signingKey: await signingKey(system.database),
        seed: Math.floor(scene.random() * 2 ** 31),
      });
      await client.go(FEW);
      try {
        return await overloaded(scene, crowd, seconds);
      } finally {
        crowd.kill();
        await client.go(ALL_LANES);
      }
    },
  };
}

async function overloaded(
  { system, tell }: Scene,
  crowd: CrowdClient,
  seconds: number,
): Promise<readonly string[]> {
  const all: CrowdFigures[] = [await crowd.come({ atOnce: AT_ONCE }, CAPACITY_S)];
  const canBeDone = (all[0]?.ended ?? 0) / CAPACITY_S;
  const stages: Stage[] = [];
  for (const times of STEPS) {
    all.push(await crowd.sign(canBeDone * times * seconds));
    await system.rows.all('checkpoint'); // of what was written before nothing is left to write
    const othersPartOf = watchOthers(system);
    const figures = await crowd.come({ perSecond: canBeDone * times }, seconds);
    const othersPart = othersPartOf(figures.seconds, figures.ownSeconds);
    const stage = { times, figures, memoryMb: memoryMb(), othersPart };
    tell(stageWords(stage));
    stages.push(stage);
    all.push(figures);
  }
  const backMs = await untilNormal(crowd, canBeDone * USUAL_PART, all);
  tell(`F35 back to normal after ${(backMs / 1_000).toFixed(1)} s`);
  all.push(await crowd.end());
  const kept = { sent: [] as CrowdFigures['sent'][number][], prescriptions: [] as string[] };
  for (const { sent, prescriptions } of all) {
    kept.sent.push(...sent);
    kept.prescriptions.push(...prescriptions);
  }
  const { lost, doubled, broken } = await compared(system.rows, kept);
  return [
    ...all.flatMap(({ wrong }) => wrong),
    ...overloadWrongs(stages, backMs),
    ...lost.map((one) => `lost: ${one}`),
    ...doubled.map((one) => `doubled: ${one}`),
    ...broken,
  ];
}

/** As much comes as can well be done; how long it takes until nobody is refused and nobody waits. */
async function untilNormal(
  crowd: CrowdClient,
  perSecond: number,
  all: CrowdFigures[],
): Promise<number> {
  const since = performance.now();
  while (performance.now() - since < BACK_WITHIN_MS) {
    const beganMs = performance.now() - since;
    const figures = await crowd.come({ perSecond }, NORMAL_S);
    all.push(figures);
    if (isNormal(figures)) return beganMs;
  }
  return Number.POSITIVE_INFINITY;
}

/** Of the processes of both datacentres. */
function memoryMb(): number {
  const kb = SITES.map((site) => {
    const status = readFileSync(`/proc/${processOf(site)}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  });
  return kb.reduce((sum, one) => sum + one, 0) / 1_024;
}

async function suppliersOf({ database }: System): Promise<readonly Tokens[]> {
  const key = await currentKey(database);
  return Array.from({ length: SUPPLIERS }, (_, n) => {
    const of = (persona: Parameters<typeof claimsOf>[0]): string => {
      const claims = { ...claimsOf(persona, null), client: `supplier-${n}` };
      return signAccessToken(key, claims, new Date(), DAY_S);
    };
    return { prescriber: of(PERSONAS.prescriber), dispenser: of(PERSONAS.dispenser) };
  });
}
