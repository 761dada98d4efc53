/** What waits, and since when; times are texts, as they are kept. */
export type Queues = {
  readonly waiting: { readonly byAge: readonly number[]; readonly oldestAt: string | null };
  readonly depths: readonly Depth[];
  /** That live, by their kind. */
  readonly sessions: readonly { readonly kind: string; readonly count: number }[];
};

export type Depth = {
  readonly name: string;
  readonly count: number;
  /** When the first of them came; null: none waits, or nobody knows. */
  readonly oldestAt: Date | string | null;
};

/** Where the prescriptions are, and which of them have not gone on for long. */
export type Flow = {
  /** Business time. */
  readonly at: string;
  readonly counts: readonly { readonly status: string; readonly count: number }[];
  /** In the queue of a nominated pharmacy. */
  readonly waiting: readonly StuckRow[];
  /** With a pharmacy that has said nothing. */
  readonly held: readonly StuckRow[];
};

export type StuckRow = {
  readonly prescriptionId: string;
  readonly organisation: string;
  readonly since: Date | string;
};
