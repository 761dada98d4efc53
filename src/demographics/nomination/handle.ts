import { findOrganisations, isClosedOn } from '../../directory/index.ts';
import type { LondonDate } from '../../kernel/london.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Database } from '../../platform/database.ts';
import type { Ask } from '../gate/ask.ts';
import { mapsAt } from '../json.ts';
import { invalidValue, type Refusal } from '../outcome.ts';
import type { PatientRecord } from '../record.ts';
import { NOMINATED_IN, type NominationChange } from './nomination.ts';

const NOTE_MAX = 1_000; // letters
const HEADER = 'X-Consent-Note';

/**
 * What a request notes of the patient's consent to a nomination, as percent-encoded UTF-8 in a header of ours: the
 * interface has no place for it [SDS 6]. Null: nothing; refused where no nomination changes, as it would be lost.
 */
export function consentNoteOf(
  { headers }: Ask,
  changes: readonly NominationChange[],
): Result<string | null, Refusal> {
  const sent = headers[HEADER.toLowerCase()] ?? '';
  if (sent === '') return ok(null);
  const note = decoded(sent);
  if (note !== null && note.length <= NOTE_MAX && changes.length > 0) return ok(note);
  return fail({ code: 'INVALID_VALUE', diagnostics: `Invalid value in header '${HEADER}'` });
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text).trim();
  } catch {
    return null; // a malformed escape
  }
}

/** Nobody new is sent to a dispenser that is not open; one that the directory does not know is nobody's fault [SDS 4]. */
export async function closedSiteFault(
  database: Database,
  { patient }: PatientRecord,
  changes: readonly NominationChange[],
  today: LondonDate,
): Promise<Refusal | null> {
  const codes = changes.flatMap(({ to }) => (to === null ? [] : [to]));
  if (codes.length === 0) return null;
  const known = await findOrganisations(database, codes);
  const closed = known.find(
    (one) => isClosedOn(one, today) || (one.openedOn !== null && one.openedOn > today),
  );
  const change = changes.find(({ to }) => to === closed?.ods);
  if (closed === undefined || change === undefined) return null;
  const place = mapsAt(patient, 'extension').findIndex(
    ({ url }) => url === NOMINATED_IN[change.site],
  );
  return invalidValue(closed.ods, `extension/${place}/valueReference/identifier/value`);
}
