import { type Invocation, isSet, type Option, textOption } from '../../cli/command.ts';
import { addDays, type LondonDate, parseLondonDate } from '../../kernel/london.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';

/** Which records: all that is said must be true of them. */
export type Selection = {
  /** Code of the status of the current issue [EPS-LIFECYCLE 1.1]. */
  readonly status: string | null;
  /** Of [MIGRATION 4], as the load found it. */
  readonly dirtyClass: string | null;
  /** Who has the current issue. */
  readonly holder: string | null;
  readonly nominated: string | null;
  /** When the current issue was released: from this day to before that, in London. */
  readonly releasedFrom: LondonDate | null;
  readonly releasedBefore: LondonDate | null;
  readonly isHeld: boolean;
};

export const SELECTION_OPTIONS: readonly Option[] = [
  { flag: 'status', value: 'code', help: 'of the current issue: 0002 is With Dispenser' },
  { flag: 'class', value: 'class', help: 'dirty class that the load found: D9' },
  { flag: 'holder', value: 'ods', help: 'who has the current issue' },
  { flag: 'nominated', value: 'ods', help: 'who is nominated' },
  { flag: 'released-from', value: 'date', help: 'first day on which it was released: 2014-08-24' },
  { flag: 'released-to', value: 'date', help: 'last day on which it was released' },
  { flag: 'held', help: 'only what is held' },
];

/** Fails with what is wrong in what was typed; a repair of everything is none. */
export function selectionOf(invocation: Invocation): Result<Selection, string> {
  const typed = (flag: string): string | null => textOption(invocation, flag)?.trim() ?? null;
  const [from, to] = [typed('released-from'), typed('released-to')];
  const days = [from, to].map((text) => (text === null ? null : parseLondonDate(text)));
  if ((from !== null && days[0] === null) || (to !== null && days[1] === null)) {
    return fail('--released-from and --released-to are days such as 2014-08-24');
  }
  const status = typed('status');
  if (status !== null && !/^\d{4}$/.test(status)) return fail('--status is a code such as 0002');
  const selection = {
    status,
    dirtyClass: typed('class'),
    holder: typed('holder')?.toUpperCase() ?? null,
    nominated: typed('nominated')?.toUpperCase() ?? null,
    releasedFrom: days[0] ?? null,
    releasedBefore: days[1] == null ? null : addDays(days[1], 1),
    isHeld: isSet(invocation, 'held'),
  };
  const isAny = Object.values(selection).some((one) => one !== null && one !== false);
  return isAny ? ok(selection) : fail('say which records: --status, --class, --holder, and so on');
}
