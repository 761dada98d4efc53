/** The time of a process in which its machine's clock is wrong, as the age of the process in milliseconds. */
export type While = { readonly fromMs: number; readonly untilMs: number };

/** What to import for a process whose machine's clock is ahead by so much, or behind, at this age. */
export function wrongClock(aheadMs: number, { fromMs, untilMs }: While): string {
  const query = new URLSearchParams({
    aheadMs: String(aheadMs),
    fromMs: String(fromMs),
    untilMs: String(untilMs),
  });
  return `${new URL('wrong-clock.ts', import.meta.url).href}?${query.toString()}`;
}

const query = new URL(import.meta.url).searchParams;
if (query.size > 0) {
  const of = (name: string): number => Number(query.get(name));
  const { now } = Date;
  setClock(() => {
    const age = process.uptime() * 1_000;
    const isWrong = age >= of('fromMs') && age < of('untilMs');
    return now() + (isWrong ? of('aheadMs') : 0);
  });
}

/** Whoever asks for the date in this process gets this one; timers and the process's own time go on as they do. */
export function setClock(now: () => number): void {
  globalThis.Date = new Proxy(Date, {
    construct: (real, given: unknown[], made) =>
      Reflect.construct(real, given.length === 0 ? [now()] : given, made) as Date,
    apply: (real) => new real(now()).toString(),
    get: (real, name) => (name === 'now' ? now : Reflect.get(real, name)),
  });
}
