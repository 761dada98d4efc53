import type { Mode } from './parts.ts';
import type { PortInUse } from './port-check.ts';

export type UpOptions = {
  /** Null: temporary data. */
  readonly data: string | null;
  readonly portBase: number;
  readonly autoPort: boolean;
  /** Each datacentre has a database of its own; else both share one. */
  readonly isReplicated: boolean;
  readonly runAs: string | null;
  /** Of the synthetic prescriptions. */
  readonly seed: number;
  readonly mode: Mode;
  /** DATABASE_URL. */
  readonly databaseUrl: string | null;
};

export type Complaint = { readonly message: string; readonly remedy: string };

/** Why these options cannot go together; null when they can. */
export function refuse({
  mode,
  data,
  databaseUrl,
  runAs,
  isReplicated,
}: UpOptions): Complaint | null {
  if (mode === 'live' && data === null && databaseUrl === null) {
    return {
      message: 'a live system must keep its data, and no place for them is named',
      remedy: 'set DATABASE_URL to your PostgreSQL, or give --data <folder>',
    };
  }
  if (data !== null && databaseUrl !== null) {
    return {
      message: 'DATABASE_URL is set, so --data has nothing to keep',
      remedy: 'leave out --data, or unset DATABASE_URL',
    };
  }
  if (isReplicated && databaseUrl !== null) {
    return {
      message: 'DATABASE_URL is set, so there are no databases of ours to replicate',
      remedy: 'leave out --datacentres, or unset DATABASE_URL',
    };
  }
  if (runAs !== null && databaseUrl !== null) {
    return {
      message: 'DATABASE_URL is set, so there is no database of ours to run as somebody',
      remedy: 'leave out --run-as, or unset DATABASE_URL',
    };
  }
  return null;
}

export function portComplaint(taken: readonly PortInUse[]): Complaint {
  const words = taken.map(({ port, holder }) => `${port} by ${holder ?? 'another program'}`);
  return {
    message: `ports are in use: ${words.join('; ')}`,
    remedy: 'stop that program, or move all ports with --port-base <n> or --auto-port',
  };
}
