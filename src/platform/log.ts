/** What may be logged. There is no field for a name, an NHS number or a body, so none can get in. */
export type LogEntry = {
  readonly event: string;
  readonly requestId?: string;
  readonly organisation?: string | null;
  readonly interaction?: string;
  readonly outcome?: string;
  readonly elapsedMs?: number;
};

export type Log = (entry: LogEntry) => void;

/** One JSON line an entry, on standard error. */
export const writeLog: Log = (entry) => {
  process.stderr.write(`${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`);
};

/** A bug's kind and place, without the text of its message: that may quote a body. */
export function describeBug(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const place = error.stack?.split('\n').find((line) => line.includes('/src/')) ?? '';
  return `${error.name} ${place.trim()}`;
}
