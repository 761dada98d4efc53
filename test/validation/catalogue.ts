import { ASKING } from './asking.ts';
import { ofMessage, type Rule } from './catalogued.ts';
import { DISPENSING } from './dispensing.ts';
import { PRESCRIBING } from './prescribing.ts';
import { RECEIVING } from './receiving.ts';

/** The rules that an example is kept of, in the order in which they are told. */
export const CATALOGUE: readonly Rule[] = [
  ...ASKING,
  ...[...PRESCRIBING, ...RECEIVING, ...DISPENSING].map(ofMessage),
];
