import type { Issue } from '../operation-outcome.ts';

export const ISSUES_MAX = 20; // enough to mend a message; a hostile one must not make a huge answer
/** Names, indexes and types on the way down: more than any text of 64 levels can have [RELIABILITY 7.2]. */
export const STRUCTURE_STEPS_MAX = 128;

/** Where a check stands in the message, and what it has found so far. */
export type Walk = {
  /** Names and indexes from the top; only the first `depth` count. */
  readonly path: (string | number)[];
  depth: number;
  readonly issues: Issue[];
};

export function newWalk(): Walk {
  return { path: [], depth: 0, issues: [] };
}

/** The place in FHIRPath: `Bundle.entry[1].resource.ofType(MedicationRequest).status`. */
export function place(walk: Walk): string {
  let text = '';
  for (const step of walk.path.slice(0, walk.depth)) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += text === '' || step.startsWith('.') ? step : `.${step}`;
  }
  return text;
}

/** The member that the walk stands at; for an item of a list, the list. */
export function nameHere(walk: Walk): string {
  const last = walk.path[walk.depth - 1] ?? '';
  return String(typeof last === 'number' ? walk.path[walk.depth - 2] : last);
}

/** One finding in the form of the HL7 validator [EPS-FHIR 5.2]. */
export function report(walk: Walk, messageId: string, diagnostics: string): void {
  if (walk.issues.length >= ISSUES_MAX) return;
  walk.issues.push(validatorIssue(messageId, diagnostics, place(walk)));
}

export function validatorIssue(messageId: string, diagnostics: string, at: string): Issue {
  return {
    severity: 'error',
    code: 'processing',
    details: { coding: [{ system: 'http://hl7.org/fhir/java-core-messageId', code: messageId }] },
    diagnostics,
    location: [at],
  };
}

/**
 * Diagnostics name codes and members, never free text: an unknown name or code that does not look
 * like one may be a patient's [RELIABILITY 7.5].
 */
export function safeName(text: string): string {
  return /^[A-Za-z_][\w-]{0,63}$/.test(text) ? `'${text}'` : '(not shown)';
}

export function minimum(path: string, profile: string): string {
  return `${path}: minimum required = 1, but only found 0 (from ${profile})`;
}

export function maximum(path: string, found: number, profile: string): string {
  return `${path}: max allowed = 1, but found ${found} (from ${profile})`;
}

export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : 'a primitive property';
}
