export type Interruption = {
  readonly requested: Promise<void>;
  readonly isRequested: () => boolean;
  readonly dispose: () => void;
};

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
const TOGETHER_MS = 300; // npm hands a Ctrl-C on that the terminal has sent us already

/** The first signal asks to stop; a later one is from somebody who does not want to wait. */
export function listenForInterruption(hard: () => void): Interruption {
  const stop = Promise.withResolvers<void>();
  let firstAt: number | null = null;
  const onSignal = (): void => {
    const now = performance.now();
    if (firstAt !== null && now - firstAt > TOGETHER_MS) hard();
    firstAt ??= now;
    stop.resolve();
  };
  for (const name of SIGNALS) process.on(name, onSignal);
  return {
    requested: stop.promise,
    isRequested: () => firstAt !== null,
    dispose: () => {
      for (const name of SIGNALS) process.off(name, onSignal);
    },
  };
}
