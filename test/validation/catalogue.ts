import { AGREEING } from './agreeing.ts';
import { ASKING } from './asking.ts';
import { CARRYING } from './carrying.ts';
import { CARRYING_CLAIMS } from './carrying-claims.ts';
import { CARRYING_PEOPLE } from './carrying-people.ts';
import { CARRYING_PRESCRIBED } from './carrying-prescribed.ts';
import { CARRYING_TASKS } from './carrying-tasks.ts';
import { CANCELLING, CANCELLING_KNOWN } from './cancelling.ts';
import { ofMessage, type Rule } from './catalogued.ts';
import { DOORS } from './doors.ts';
import { DISPENSING } from './dispensing.ts';
import { GATEWAY } from './gateway.ts';
import { ORDERING } from './ordering.ts';
import { PRESCRIBING } from './prescribing.ts';
import { KNOWN, RECEIVING } from './receiving.ts';
import { REPEATING } from './repeating.ts';
import { OF_REPEATS } from './repeats.ts';
import { SEVERAL, SEVERAL_AROUND } from './several.ts';
import { AROUND_PHARMACY, SEVERAL_PHARMACY } from './several-pharmacy.ts';
import { STANDING } from './standing.ts';
import { TELLING } from './telling.ts';
import { UNPROCESSABLE } from './unprocessable.ts';
import { STRUCTURE } from './validator.ts';
import { WRITING } from './writing.ts';

/** The rules that an example is kept of, in the order in which they are told. */
export const CATALOGUE: readonly Rule[] = [
  ...GATEWAY,
  ...ASKING,
  ...DOORS,
  ...STRUCTURE,
  ...[...PRESCRIBING, ...AGREEING, ...ORDERING, ...REPEATING, ...WRITING, ...RECEIVING].map(
    ofMessage,
  ),
  ...KNOWN,
  ...CANCELLING.map(ofMessage),
  ...CANCELLING_KNOWN,
  ...SEVERAL.map(ofMessage),
  ...SEVERAL_AROUND,
  ...[
    ...DISPENSING,
    ...CARRYING,
    ...CARRYING_TASKS,
    ...CARRYING_CLAIMS,
    ...CARRYING_PEOPLE,
    ...CARRYING_PRESCRIBED,
  ].map(ofMessage),
  ...[...UNPROCESSABLE, ...SEVERAL_PHARMACY].map(ofMessage),
  ...AROUND_PHARMACY,
  ...STANDING,
  ...TELLING,
  ...OF_REPEATS,
];
