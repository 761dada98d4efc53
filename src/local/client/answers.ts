import { at, listAt, textAt } from './json.ts';
import type { Reason } from './failure.ts';

/** What a refusing answer says, whichever of its forms it has. */
export function reasonsOf(body: unknown, status: number): readonly Reason[] {
  const reasons = [...issues(body), ...cancelStatuses(body), ...faults(body)];
  return reasons.length > 0 ? reasons : [{ code: `HTTP_${status}`, text: 'no reason was given' }];
}

/**
 * The code of the answer's first issue: NO_MORE_PRESCRIPTIONS comes so, with HTTP 200 [EPS-FHIR
 * 5.5].
 */
export function firstCode(body: unknown): string | null {
  return issues(body)[0]?.code ?? null;
}

function issues(body: unknown): readonly Reason[] {
  if (textAt(body, 'resourceType') !== 'OperationOutcome') return [];
  return listAt(body, 'issue').map((issue) => ({
    code: textAt(issue, 'details', 'coding', 0, 'code') ?? textAt(issue, 'code') ?? 'unknown',
    text:
      [textAt(issue, 'details', 'coding', 0, 'display'), textAt(issue, 'diagnostics')]
        .filter((part) => part !== null)
        .join(': ') || 'no text was given',
  }));
}

/**
 * A refused cancellation is a Bundle that says why in its item's first extension [EPS-FHIR 4.3].
 */
function cancelStatuses(body: unknown): readonly Reason[] {
  return listAt(body, 'entry')
    .map((entry) => at(entry, 'resource'))
    .filter((resource) => textAt(resource, 'resourceType') === 'MedicationRequest')
    .map((resource) => at(resource, 'extension', 0, 'extension', 0, 'valueCoding'))
    .map((coding) => ({
      code: textAt(coding, 'code') ?? 'unknown',
      text: textAt(coding, 'display') ?? '',
    }));
}

/** The forms of the token endpoint and of test control. */
function faults(body: unknown): readonly Reason[] {
  const code = textAt(body, 'error') ?? textAt(body, 'fault', 'detail', 'errorcode');
  if (code === null) return [];
  const text =
    textAt(body, 'error_description') ??
    textAt(body, 'fault', 'faultstring') ??
    textAt(body, 'message');
  // Test control says what is wrong in a sentence, and has no codes.
  return code.includes(' ') ? [{ code: '', text: code }] : [{ code, text: text ?? '' }];
}
