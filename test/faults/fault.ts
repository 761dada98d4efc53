import type { Client } from './client.ts';
import type { Figures } from './figures.ts';
import type { System } from './system.ts';

/** What faults are done with. */
export type Scene = {
  readonly system: System;
  readonly client: Client;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Says what was measured. */
  readonly tell: (line: string) => void;
};

/** A fault, and what must not come of it [RELIABILITY 3]. */
export type Fault = {
  /** Of the fault table. */
  readonly id: string;
  readonly name: string;
  /** How often it is done in a whole run; 0: only when it is asked for, or all is. */
  readonly times: number;
  /** How often the table of the specification wants it; absent: once. A row whose faults are several has its number shared among them. */
  readonly counted?: number;
  /** Why it cannot be done here; null when it can. */
  readonly missing: (system: System) => string | null;
  /** The longest time without an acknowledged message that is allowed. */
  readonly gapMaxMs: number;
  /** What is wrong with what clients saw meanwhile, beyond what may never be; absent: nothing. */
  readonly judge?: (figures: Figures) => readonly string[];
  /** Does the harm and takes it back, while clients send; answers what it saw go wrong, if it looks itself. */
  readonly happen: (scene: Scene) => Promise<readonly string[] | void>;
};

/** Writes are back within this after the loss of a database or of a site [RELIABILITY 1]. */
export const WRITES_BACK_MS = 30_000;

/** Of all answers no larger part may be so. */
export function partOf(
  words: string,
  mostPart: number,
  count: (figures: Figures) => number,
): NonNullable<Fault['judge']> {
  return (figures) => {
    const all = figures.acknowledged + figures.refused;
    const part = all === 0 ? 0 : count(figures) / all;
    return part <= mostPart
      ? []
      : [`${(part * 100).toFixed(2)} % of ${all} answers ${words}, ${mostPart * 100} % may`];
  };
}

export function always(): null {
  return null;
}

export function inNetworks({ hasNetworks }: System): string | null {
  return hasNetworks ? null : 'networks need root, iproute2 and nftables';
}
