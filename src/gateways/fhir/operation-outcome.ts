/** One issue of an OperationOutcome, as the contract writes it [EPS-FHIR 5]. */
export type Issue = {
  readonly code: string;
  readonly severity: 'fatal' | 'error' | 'warning' | 'information';
  readonly details?: { readonly coding: readonly Coding[] };
  readonly diagnostics?: string;
  readonly expression?: readonly (string | null)[];
  readonly location?: readonly string[];
};

export type Coding = {
  readonly system?: string;
  readonly version?: string;
  readonly code: string;
  readonly display?: string;
};

export type OperationOutcome = {
  readonly resourceType: 'OperationOutcome';
  readonly meta?: { readonly lastUpdated: string };
  readonly issue: readonly Issue[];
  readonly contained?: readonly unknown[];
  readonly extension?: readonly unknown[];
};

/** `meta` only where the contract shows it: rules and Spine's answers, not parse or structure errors. */
export function operationOutcome(
  issue: readonly Issue[],
  lastUpdated: string | null,
): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    ...(lastUpdated === null ? {} : { meta: { lastUpdated } }),
    issue,
  };
}

export const INFORMATIONAL: Issue = { code: 'informational', severity: 'information' };

/** All informational: 200; all forbidden: 403; otherwise 400 [EPS-FHIR 5.1]. */
export function statusOf(issues: readonly Issue[]): 200 | 400 | 403 {
  if (issues.every((issue) => issue.code === 'informational')) return 200;
  if (issues.every((issue) => issue.code === 'forbidden')) return 403;
  return 400;
}

/** The form in which the contract writes an instant: `2024-12-09T11:50:04+00:00`. */
export function fhirInstant(instant: Date): string {
  return `${instant.toISOString().slice(0, 19)}+00:00`;
}
