import { parseArgs } from 'node:util';

export type Flags = {
  readonly isJson: boolean;
  /** Ids of the fault table; null: all. */
  readonly only: readonly string[] | null;
  /** Words that stand in the name of each that is done; empty: all. */
  readonly named: string;
  /** Each fault as often as the table of the specification counts it, however long that takes. */
  readonly isAll: boolean;
  /** Each fault once, whatever it says itself. */
  readonly isQuick: boolean;
  /** Goes on without faults until so many messages were acknowledged. */
  readonly acknowledged: number;
  /** What has not begun by then is left out. */
  readonly minutes: number;
  readonly lanes: number;
  readonly seed: number | null;
  /** Bugs that are put into test builds must be found, instead of a run of the faults. */
  readonly isPower: boolean;
};

const USAGE = `usage: npm run faults -- [--json] [--only F2,F5] [--named words] [--quick|--all] [--acknowledged n] [--minutes n] [--lanes n] [--seed n]
       npm run faults -- --power [--only B2,B4] [--json]
`;

/** Null, and the usage on stderr, when they are wrong. */
export function parseFlags(argv: readonly string[]): Flags | null {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        json: { type: 'boolean', default: false },
        only: { type: 'string' },
        named: { type: 'string', default: '' },
        quick: { type: 'boolean', default: false },
        all: { type: 'boolean', default: false },
        acknowledged: { type: 'string' },
        minutes: { type: 'string' },
        lanes: { type: 'string' },
        seed: { type: 'string' },
        power: { type: 'boolean', default: false },
      },
    });
    const isPart = values.quick || values.all || values.only !== undefined || values.named !== '';
    return {
      isJson: values.json,
      only: values.only?.split(',') ?? null,
      named: values.named,
      isAll: values.all,
      isQuick: values.quick,
      acknowledged: number(values.acknowledged) ?? (isPart ? 0 : WHOLE),
      minutes: number(values.minutes) ?? (values.all ? Number.POSITIVE_INFINITY : MINUTES),
      lanes: number(values.lanes) ?? LANES,
      seed: number(values.seed),
      isPower: values.power,
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : ''}\n${USAGE}`);
    return null;
  }
}

const WHOLE = 500_000;
const MINUTES = 50; // the start, the last answers and checks come besides
const LANES = 64;

function number(text: string | undefined): number | null {
  if (text === undefined) return null;
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`${text} is no number`);
  return value;
}
