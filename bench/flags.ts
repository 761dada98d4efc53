import { parseArgs } from 'node:util';

export type Flags = {
  readonly isJson: boolean;
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSlices: number;
  readonly inFlight: number;
};

const USAGE = `usage: npm run bench -- [--json] [--quick] [--rounds n] [--seconds n] [--in-flight n]
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
      },
    });
    return {
      isJson: values.json,
      rounds: number(values.rounds, values.quick ? 1 : 3),
      seconds: number(values.seconds, values.quick ? 2.5 : 5),
      warmUpSlices: values.quick ? 1 : 8,
      inFlight: number(values['in-flight'], 64),
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
