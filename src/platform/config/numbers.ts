type Env = Readonly<Record<string, string | undefined>>;

/** A setting that is a whole number, and what it must be in words. */
export type NumberSetting = {
  readonly name: string;
  readonly otherwise: string;
  readonly least?: number;
  readonly most: number;
  readonly what?: string;
};

/** What is written otherwise than in digits, or is too small or too large, is noted. */
export function numberOf(env: Env, setting: NumberSetting, problems: string[]): number {
  const { name, otherwise, least = 1, most } = setting;
  const { what = `a number from ${least} to ${most}` } = setting;
  const text = env[name] ?? otherwise;
  const number = Number(text);
  if (!/^\d{1,9}$/.test(text) || number < least || number > most) {
    problems.push(`${name} must be ${what}`);
  }
  return number;
}

/** Any free port for 0. */
export function portOf(env: Env, name: string, otherwise: string, problems: string[]): number {
  const setting = { name, otherwise, least: 0, most: 65_535, what: 'a port number' };
  return numberOf(env, setting, problems);
}
