import type { Output } from './output.ts';

/** What the command ends with; scripts rely on it [EXPERIENCE 2]. */
export const EXIT = {
  ok: 0,
  refused: 1, // by the service; its rule id is printed
  wrongUse: 2,
  alreadyRunning: 3,
  notReachable: 4,
  verificationFailed: 5,
  bug: 70, // EX_SOFTWARE: our own mistake, not one of the outcomes above
} as const;

export type Option = {
  /** Without the dashes: `port-base`. */
  readonly flag: string;
  /** What the value is called in the help; absent for a flag that is only there or not. */
  readonly value?: string;
  readonly help: string;
  readonly default?: string;
  /** The only values that are allowed. */
  readonly choices?: readonly string[];
};

export type Example = { readonly line: string; readonly explanation: string };

/** One verb. Help, man pages and reference docs are printed from this and nothing else [EXPERIENCE 2]. */
export type Command = {
  /** One word or two: `up`, `clock advance`. */
  readonly name: string;
  readonly summary: string;
  /** The words after the verb, `<prescription-id>`. Without it the command takes none. */
  readonly usage?: string;
  readonly options: readonly Option[];
  readonly examples: readonly [Example, Example, Example];
  /** Forms of `-o` that only this command has, such as `env`. */
  readonly formats?: readonly string[];
  readonly run: (invocation: Invocation) => Promise<number>;
};

export type Values = Readonly<Record<string, string | boolean | undefined>>;

export type Globals = {
  /** `--at`; null: the installation that runs on this machine. */
  readonly at: string | null;
  readonly datacentre: 'a' | 'b';
  /** `--as`; null: the persona that the command itself chooses. */
  readonly persona: string | null;
  readonly curl: boolean;
  readonly debug: boolean;
};

export type Invocation = {
  readonly values: Values;
  readonly words: readonly string[];
  readonly globals: Globals;
  readonly output: Output;
};

/** A value given or its default; null when there is neither. */
export function textOption(invocation: Invocation, flag: string): string | null {
  const value = invocation.values[flag];
  return typeof value === 'string' ? value : null;
}

export function isSet(invocation: Invocation, flag: string): boolean {
  return invocation.values[flag] === true;
}
