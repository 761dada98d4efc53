/** What may be logged. There is no field for a name, an NHS number or a body, so none can get in. */
export type LogEntry = {
  readonly event: string;
  readonly requestId?: string;
  readonly organisation?: string | null;
  readonly interaction?: string;
  readonly outcome?: string;
  readonly elapsedMs?: number;
  /** Of a request: the door, the ASID of who asked, the HTTP status, the code of a refusal. */
  readonly interface?: string;
  readonly asid?: string | null;
  readonly status?: number;
  readonly reason?: string;
  readonly traceId?: string;
  /** What a certificate is for, whose it is and its serial number. */
  readonly certificate?: string;
  /** Of a certificate. */
  readonly endsAt?: string;
  /** Of a test system whose clock was moved. */
  readonly businessAt?: string;
};

export type Log = (entry: LogEntry) => void;

const GATHER_MS = 100;

/**
 * One JSON line an entry. What comes with every request is gathered for a moment and written together: a process that is
 * killed may lose these lines, and no others. Whatever else happens is written at once, and after what came before it.
 */
export function logTo(stream: { write(text: string): unknown }): Log & { flush(): void } {
  let gathered: string[] = [];
  let timer: NodeJS.Timeout | null = null;
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (gathered.length > 0) stream.write(gathered.join(''));
    gathered = [];
  };
  const log: Log = (entry) => {
    gathered.push(`${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`);
    if (entry.event !== 'request') flush();
    else timer ??= setTimeout(flush, GATHER_MS).unref();
  };
  return Object.assign(log, { flush });
}

/** On standard error. */
export const writeLog = logTo(process.stderr);
process.on('exit', () => writeLog.flush());

/** A bug's kind and place, without the text of its message: that may quote a body. */
export function describeBug(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const place = error.stack?.split('\n').find((line) => line.includes('/src/')) ?? '';
  return `${error.name} ${place.trim()}`;
}
