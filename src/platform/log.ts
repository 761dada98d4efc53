import { fstatSync, writeSync } from 'node:fs';

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

function lineOf(entry: LogEntry): string {
  return `${JSON.stringify({ at: new Date().toISOString(), ...entry })}\n`;
}

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
    gathered.push(lineOf(entry));
    if (entry.event !== 'request') flush();
    else timer ??= setTimeout(flush, GATHER_MS).unref();
  };
  return Object.assign(log, { flush });
}

/**
 * A file that a log is written to: when its disk is full, lines are lost and nothing else is. How many were is said once
 * there is room again [RELIABILITY F10].
 */
export function lastingFile(file: number): { write(text: string): void } {
  let lost = 0;
  let isTorn = false;
  const put = (text: string): void => {
    const bytes = Buffer.from(text);
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(file, bytes, done);
      isTorn = done < bytes.length;
    }
  };
  return {
    write: (text) => {
      try {
        if (isTorn) put('\n');
        if (lost > 0) put(lineOf({ event: 'log-lost', outcome: `${lost} lines` }));
        lost = 0;
        put(text);
      } catch {
        lost += text.split('\n').length - 1;
      }
    },
  };
}

/** A stream to a file is over with the first thing that does not fit, and its process with it. */
function standardError(): { write(text: string): unknown } {
  const kind = fstatSync(process.stderr.fd);
  process.stderr.on('error', () => undefined); // whoever reads it has gone, or a warning does not fit
  return kind.isFIFO() || kind.isSocket() || process.stderr.isTTY
    ? process.stderr
    : lastingFile(process.stderr.fd);
}

/** On standard error. */
export const writeLog = logTo(standardError());
process.on('exit', () => writeLog.flush());

/** A bug's kind and place, without the text of its message: that may quote a body. */
export function describeBug(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const place = error.stack?.split('\n').find((line) => line.includes('/src/')) ?? '';
  return `${error.name} ${place.trim()}`;
}
