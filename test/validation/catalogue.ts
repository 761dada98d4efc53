import { DISPENSING } from './dispensing.ts';
import { PRESCRIBING } from './prescribing.ts';
import { RECEIVING } from './receiving.ts';
import type { Entry } from './rule.ts';

/** The rules that an example is kept of, in the order in which they are told. */
export const CATALOGUE: readonly Entry[] = [...PRESCRIBING, ...RECEIVING, ...DISPENSING];
