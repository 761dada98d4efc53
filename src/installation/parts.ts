import type { CertificateEnd } from '../kernel/certificate-end.ts';

/** The work of a start that the capabilities do; main.ts puts it in. Absent work is no step. */
export type Parts = {
  readonly version: string;
  readonly migrate: (databaseUrl: string) => Promise<MigrationCount>;
  /** Loads code lists and profiles into the database. */
  readonly definitions?: (databaseUrl: string) => Promise<void>;
  /** Gets sign-in ready, once both datacentres listen. */
  readonly signIn?: (databaseUrl: string) => Promise<void>;
  /**
   * Has a datacentre, by its URL, make what is there from the start; the same seed makes the same. Answers what the
   * banner says of it. Not called with `mode=live`: synthetic people have no place there.
   */
  readonly seed: (url: string, seed: number) => Promise<Shown>;
  /** Sees one synthetic journey through each datacentre. Not called with `mode=live` either. */
  readonly probe: (urlA: string, urlB: string) => Promise<void>;
  /** Certificates of the installation in this database, the first to end first. */
  readonly certificates?: (databaseUrl: string) => Promise<readonly CertificateEnd[]>;
  /** What is wrong with pages of its databases, a line each; null: nobody has looked yet. */
  readonly damage?: (databaseUrl: string) => Promise<readonly string[] | null>;
  /** Disks of its databases that are slow, a line each; null: nobody has looked of late. */
  readonly slowDisks?: (databaseUrl: string) => Promise<readonly string[] | null>;
  /** Program and words of the process of one datacentre; the default is `bin/spine.ts serve`. */
  readonly datacentreProgram?: readonly string[];
  /** The same of the status site; the default is `bin/spine.ts serve-status`. */
  readonly statusProgram?: readonly string[];
};

/** Lines of the banner: who there is to be, and which prescriptions were made. */
export type Shown = { readonly people: readonly string[]; readonly readyMade: readonly string[] };

export function isShown(value: unknown): value is Shown {
  return (
    typeof value === 'object' &&
    value !== null &&
    'people' in value &&
    Array.isArray(value.people) &&
    'readyMade' in value &&
    Array.isArray(value.readyMade)
  );
}

export const NOTHING_SHOWN: Shown = { people: [], readyMade: [] };

export type MigrationCount = { readonly applied: number; readonly total: number };

export type Mode = 'test' | 'live';
