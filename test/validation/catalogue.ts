import { ASKING } from './asking.ts';
import { CARRYING } from './carrying.ts';
import { CARRYING_CLAIMS } from './carrying-claims.ts';
import { CARRYING_TASKS } from './carrying-tasks.ts';
import { ofMessage, type Rule } from './catalogued.ts';
import { DISPENSING } from './dispensing.ts';
import { PRESCRIBING } from './prescribing.ts';
import { RECEIVING } from './receiving.ts';
import { OF_REPEATS } from './repeats.ts';
import { STANDING } from './standing.ts';
import { TELLING } from './telling.ts';
import { UNPROCESSABLE } from './unprocessable.ts';

/** The rules that an example is kept of, in the order in which they are told. */
export const CATALOGUE: readonly Rule[] = [
  ...ASKING,
  ...[...PRESCRIBING, ...RECEIVING].map(ofMessage),
  ...[...DISPENSING, ...CARRYING, ...CARRYING_TASKS, ...CARRYING_CLAIMS].map(ofMessage),
  ...UNPROCESSABLE.map(ofMessage),
  ...STANDING,
  ...TELLING,
  ...OF_REPEATS,
];
