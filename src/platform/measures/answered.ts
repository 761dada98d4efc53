/** What an answer is counted by, beside its status. Nothing of a patient stands in it. */
export type About = {
  /** Where one route has several; else it is the route. */
  readonly interaction?: string;
  /** Where it is not the header of that name: eb:MessageId. */
  readonly requestId?: string;
  /** ODS code of whom it was done for, and the ASID of the system that asked; null: nobody is known. */
  readonly organisation: string | null;
  readonly asid: string | null;
  /** Code of the refusal; null: it is none, or has no code. */
  readonly reason: string | null;
  /** Of the trace that it is a part of; absent: it is not followed. */
  readonly traceId?: string;
};

/** A request and the answer that it got. */
export type Answered = {
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string | undefined>>;
  };
  /** Path as its route or its mount writes it; null: there is none. */
  readonly route: string | null;
  readonly response: { readonly status: number; readonly about?: About };
  readonly elapsedMs: number;
};
