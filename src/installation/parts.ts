/** The work of a start that the capabilities do; main.ts puts it in. Absent work is no step. */
export type Parts = {
  readonly version: string;
  readonly migrate: (databaseUrl: string) => Promise<MigrationCount>;
  /** Loads code lists and profiles into the database. */
  readonly definitions?: (databaseUrl: string) => Promise<void>;
  /** Gets sign-in ready, once both datacentres listen. */
  readonly signIn?: (databaseUrl: string) => Promise<void>;
  /** Not called with `mode=live`: synthetic people have no place there. */
  readonly seed: (databaseUrl: string, what: Seed) => Promise<void>;
  /** Sees one synthetic journey through each datacentre. Not called with `mode=live` either. */
  readonly probe: (urlA: string, urlB: string) => Promise<void>;
  /** What the banner says of the seed. Not called with `mode=live` either. */
  readonly shown: (seed: number) => Promise<Shown>;
  /** Program and words of the process of one datacentre; the default is `bin/spine.ts serve`. */
  readonly datacentreProgram?: readonly string[];
  /** The same of the status site; the default is `bin/spine.ts serve-status`. */
  readonly statusProgram?: readonly string[];
};

/** `folder`: where the data are, for what people need as files; null when they are not ours. */
export type Seed = { readonly seed: number; readonly folder: string | null };

/** Lines of the banner: who there is to be, and which prescriptions were made. */
export type Shown = { readonly people: readonly string[]; readonly readyMade: readonly string[] };

export type MigrationCount = { readonly applied: number; readonly total: number };

export type Mode = 'test' | 'live';
