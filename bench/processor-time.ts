import { readdirSync, readFileSync } from 'node:fs';

const MS_PER_TICK = 10; // USER_HZ is 100 on every Linux that Node runs on

type Times = { readonly parent: number; readonly own: number; readonly ended: number };

/** Processor time of these processes; null where /proc does not tell. */
export function timeOf(pids: readonly number[]): number | null {
  const times = pids.map((pid) => timesOf(String(pid)));
  if (times.some((one) => one === null)) return null;
  return times.reduce((sum, one) => sum + (one?.own ?? 0), 0);
}

/** Processor time of a process and of all its children, also of those that have ended. */
export function timeOfFamily(pid: number): number | null {
  const parent = timesOf(String(pid));
  if (parent === null) return null;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(timesOf)
    .filter((one) => one?.parent === pid)
    .reduce((sum, one) => sum + (one?.own ?? 0), parent.own + parent.ended);
}

export function parentOf(pid: number): number | null {
  return timesOf(String(pid))?.parent ?? null;
}

function timesOf(pid: string): Times | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold blanks and brackets itself, so count from the last one.
    const fields = text
      .slice(text.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const [, parent = 0] = fields;
    const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
    return {
      parent,
      own: (user + system) * MS_PER_TICK,
      ended: (childUser + childSystem) * MS_PER_TICK,
    };
  } catch {
    return null;
  }
}
