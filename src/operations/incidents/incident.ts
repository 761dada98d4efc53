import type { Cell, UserGroup } from '../components.ts';
import { type Level, nextUpdateAfter, type Suggestion } from './severity.ts';

/** In the order of an ordinary incident; a fix that helps only partly leads back [EXPERIENCE 6.4]. */
export const STAGES = [
  'detected',
  'investigating',
  'identified',
  'fixing',
  'monitoring',
  'resolved',
  'reviewed',
] as const;
export type Stage = (typeof STAGES)[number];

/** While something is still wrong; those that an update may name. */
export const OPEN_STAGES = ['investigating', 'identified', 'fixing', 'monitoring'] as const;
export type OpenStage = (typeof OPEN_STAGES)[number];

/** Who says it: the role of a person, never their name; the program itself when nobody did. */
export const AUTHORS = {
  'incident-lead': 'Incident lead',
  communications: 'Communications lead',
  technical: 'Technical lead',
  support: 'Support lead',
  clinical: 'Clinical lead',
  automatic: 'Automatic',
} as const;
export type Author = keyof typeof AUTHORS;

export function parseAuthor(text: string): Author | null {
  if (!Object.hasOwn(AUTHORS, text) || text === 'automatic') return null;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it is one of the keys
  return text as Author;
}

/** What the public is told: symptoms and what to do, nothing of the inside [EXPERIENCE 6.4]. */
export type Advice = {
  readonly todo: string | null;
  readonly notTodo: string | null;
  readonly fallback: string | null;
};

/** What is affected. */
export type Extent = { readonly cells: readonly Cell[]; readonly users: readonly UserGroup[] };

export type IncidentEvent =
  | (Extent & {
      readonly kind: 'Detected';
      readonly at: string;
      readonly by: Author;
      readonly symptom: string;
      readonly beganAt: string;
      readonly suggestion: Suggestion;
      readonly isOutage: boolean;
    })
  | {
      /** A person says how bad it is; from then on it is public. */
      readonly kind: 'Confirmed';
      readonly at: string;
      readonly by: Author;
      readonly severity: Level;
      readonly reason: string | null;
    }
  /** Nobody did in time. */
  | { readonly kind: 'PublishedAlone'; readonly at: string; readonly severity: Level }
  | (Advice & {
      readonly kind: 'Updated';
      readonly at: string;
      readonly by: Author;
      readonly stage: OpenStage;
      readonly text: string;
      /** Null: as before. */
      readonly extent: Extent | null;
      /** Sooner than its severity asks; null: as it asks. */
      readonly nextUpdateAt: string | null;
    })
  /** Probes find more that fails. */
  | {
      readonly kind: 'Widened';
      readonly at: string;
      readonly extent: Extent;
      readonly text: string;
    }
  /** Probes say that it is over; somebody may say so too. */
  | { readonly kind: 'RecoverySeen'; readonly at: string; readonly isSteady: boolean }
  | { readonly kind: 'FailedAgain'; readonly at: string }
  | {
      readonly kind: 'Resolved';
      readonly at: string;
      readonly by: Author;
      readonly text: string;
      /** What sites should look at. */
      readonly check: string | null;
    }
  /** It was no fault of the service, or nothing that anybody noticed: it was never public. */
  | { readonly kind: 'Dismissed'; readonly at: string; readonly by: Author; readonly text: string }
  | {
      readonly kind: 'Reviewed';
      readonly at: string;
      readonly by: Author;
      readonly text: string;
      /** The post-incident report, in Markdown; missing: none was published. */
      readonly report?: string;
    };

export type Update = Advice & {
  readonly at: string;
  readonly by: Author;
  readonly stage: Stage;
  readonly text: string;
};

export type Incident = Extent & {
  /** `INC-20141016-01`: what people quote. */
  readonly number: string;
  readonly symptom: string;
  readonly stage: Stage;
  /** Confirmed; else as calculated. */
  readonly severity: Level;
  readonly isConfirmed: boolean;
  readonly suggestion: Suggestion;
  readonly isOutage: boolean;
  readonly beganAt: string;
  readonly noticedAt: string;
  readonly publishedAt: string | null;
  readonly resolvedAt: string | null;
  readonly isDismissed: boolean;
  /** Since when probes find nothing wrong; null while they do. */
  readonly recoveredAt: string | null;
  readonly isResolutionProposed: boolean;
  /** By when the next update is promised. */
  readonly nextUpdateAt: string | null;
  readonly updates: readonly Update[];
  /** The post-incident report, in Markdown; null: none was published. */
  readonly report: string | null;
  /** Probes saw it, so that they can tell when it is over. */
  readonly isWatched: boolean;
  /** Number of events: two people who act on the same one cannot both have seen the other's act. */
  readonly version: number;
};

export function isOpen({ stage, isDismissed }: Incident): boolean {
  return !isDismissed && stage !== 'resolved' && stage !== 'reviewed';
}

export function isPublic({ publishedAt }: Incident): boolean {
  return publishedAt !== null;
}

/** The fold of its events; null before the first. */
export function incidentOf(number: string, events: readonly IncidentEvent[]): Incident | null {
  let incident: Incident | null = null;
  for (const event of events) incident = evolve(number, incident, event);
  return incident;
}

function evolve(number: string, before: Incident | null, event: IncidentEvent): Incident | null {
  if (event.kind === 'Detected') return begun(number, event);
  if (before === null) return null;
  const after = changed(before, event);
  return { ...after, version: before.version + 1 };
}

const NO_ADVICE: Advice = { todo: null, notTodo: null, fallback: null };

function begun(number: string, event: Extract<IncidentEvent, { kind: 'Detected' }>): Incident {
  const { cells, users, symptom, suggestion, isOutage, beganAt, at, by } = event;
  return {
    number,
    cells,
    users,
    symptom,
    suggestion,
    isOutage,
    beganAt,
    stage: 'detected',
    severity: suggestion.severity,
    isConfirmed: false,
    noticedAt: at,
    publishedAt: null,
    resolvedAt: null,
    isDismissed: false,
    recoveredAt: null,
    isResolutionProposed: false,
    nextUpdateAt: null,
    updates: [{ ...NO_ADVICE, at, by, stage: 'detected', text: symptom }],
    report: null,
    isWatched: by === 'automatic',
    version: 1,
  };
}

function changed(before: Incident, event: Exclude<IncidentEvent, { kind: 'Detected' }>): Incident {
  const { at } = event;
  switch (event.kind) {
    case 'Confirmed': {
      const after = { ...published(before, at, event.severity), isConfirmed: true };
      return told(after, { at, by: event.by, text: confirmedWords(before, event) });
    }
    case 'PublishedAlone':
      return told(published(before, at, event.severity), { at, text: aloneWords(event.severity) });
    case 'Updated':
      return updated(before, event);
    case 'Widened':
      return told({ ...before, ...event.extent, isWatched: true }, { at, text: event.text });
    case 'RecoverySeen': {
      const recoveredAt = before.recoveredAt ?? at;
      const after = { ...before, recoveredAt, isResolutionProposed: event.isSteady };
      if (event.isSteady) return after;
      return told({ ...after, stage: 'monitoring' }, { at, text: RECOVERED });
    }
    case 'FailedAgain': {
      const after = { ...before, recoveredAt: null, isResolutionProposed: false };
      return told({ ...after, stage: 'investigating' }, { at, text: AGAIN });
    }
    case 'Resolved': {
      const { by, text, check: todo } = event;
      const after = { ...before, resolvedAt: at, nextUpdateAt: null };
      return told({ ...after, stage: 'resolved' }, { at, by, text, todo });
    }
    case 'Dismissed':
      return { ...before, isDismissed: true, resolvedAt: at, nextUpdateAt: null };
    case 'Reviewed': {
      const { by, text, report = null } = event;
      return told({ ...before, stage: 'reviewed', report }, { at, by, text });
    }
  }
}

/** With one more update on top. */
function told(
  after: Incident,
  said: Pick<Update, 'at' | 'text'> & Partial<Pick<Update, 'by' | 'todo'>>,
): Incident {
  const update: Update = { ...NO_ADVICE, by: 'automatic', ...said, stage: after.stage };
  return { ...after, updates: [update, ...after.updates] };
}

function aloneWords(severity: Level): string {
  return `Published automatically as severity ${severity}. People are looking into it.`;
}

const RECOVERED = 'Our checks find the service working again. We are watching it.';
const AGAIN = 'Our checks find the service failing again.';

function confirmedWords(
  before: Incident,
  { severity, reason }: Extract<IncidentEvent, { kind: 'Confirmed' }>,
): string {
  const why = reason === null ? '' : ` ${reason}`;
  return before.isConfirmed || before.publishedAt !== null
    ? `Severity is now ${severity}.${why}`
    : `Confirmed as severity ${severity}.${why}`;
}

function published(before: Incident, at: string, severity: Level): Incident {
  return {
    ...before,
    severity,
    publishedAt: before.publishedAt ?? at,
    nextUpdateAt: iso(nextUpdateAfter(severity, new Date(at))),
  };
}

function updated(before: Incident, event: Extract<IncidentEvent, { kind: 'Updated' }>): Incident {
  const { at, by, stage, text, todo, notTodo, fallback, extent } = event;
  return {
    ...before,
    ...extent,
    stage,
    nextUpdateAt: event.nextUpdateAt ?? iso(nextUpdateAfter(before.severity, new Date(at))),
    updates: [{ at, by, stage, text, todo, notTodo, fallback }, ...before.updates],
  };
}

function iso(at: Date | null): string | null {
  return at === null ? null : at.toISOString();
}
