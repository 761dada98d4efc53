import { parseArgs } from 'node:util';

export type Flags = {
  readonly isJson: boolean;
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSlices: number;
  readonly inFlight: number;
  /** What is not part of the usual run, and is measured alone; null: the usual run. */
  readonly only: Only | null;
  readonly patients: number;
  readonly prescriptions: number;
  /** Lines of the audit trail. */
  readonly lines: number;
};

const ONLY = ['patients', 'organisations', 'migration', 'audit'] as const;
type Only = (typeof ONLY)[number];

const USAGE = `usage: npm run bench -- [--json] [--quick] [--rounds n] [--seconds n] [--in-flight n]
       npm run bench -- --only patients [--json] [--patients n]
       npm run bench -- --only organisations [--json]
       npm run bench -- --only migration [--json] [--prescriptions n]
       npm run bench -- --only audit [--json] [--lines n]
`;

/** Null, and the usage on stderr, when they are wrong. */
export function parseFlags(argv: readonly string[]): Flags | null {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        json: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        'in-flight': { type: 'string' },
        only: { type: 'string' },
        patients: { type: 'string' },
        prescriptions: { type: 'string' },
        lines: { type: 'string' },
      },
    });
    return {
      isJson: values.json,
      rounds: number(values.rounds, values.quick ? 1 : 3),
      seconds: number(values.seconds, values.quick ? 2.5 : 5),
      warmUpSlices: values.quick ? 1 : 8,
      inFlight: number(values['in-flight'], 64),
      only: onlyOf(values.only),
      patients: number(values.patients, 1_000_000),
      prescriptions: number(values.prescriptions, 1_000_000),
      lines: number(values.lines, 1_000_000),
    };
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : ''}\n${USAGE}`);
    return null;
  }
}

function number(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`${text} is not a number above nought`);
  return value;
}

function onlyOf(text: string | undefined): Only | null {
  if (text === undefined) return null;
  const found = ONLY.find((name) => name === text);
  if (found === undefined) throw new Error(`${text} is none of ${ONLY.join(', ')}`);
  return found;
}
