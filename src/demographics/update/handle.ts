import { actOf, bodyOf, digestOf, idsOf, type PatientParts } from '../act/index.ts';
import { type Answer, etagOf, refused } from '../answer.ts';
import type { Ask } from '../gate/ask.ts';
import { londonDate } from '../../kernel/london.ts';
import { parseNhsNumber } from '../../kernel/nhs-number.ts';
import { forbiddenUpdate, type Refusal } from '../outcome.ts';
import { closedSiteFault, consentNoteOf } from '../nomination/handle.ts';
import { nominationChanges } from '../nomination/nomination.ts';
import type { PatientRecord } from '../record.ts';
import { answeredBefore, keep, load } from '../repository.ts';
import { viewOf } from '../view/view.ts';
import { update } from './update.ts';

export const PRECONDITION: Refusal = {
  code: 'PRECONDITION_FAILED',
  diagnostics:
    'Invalid request with error - If-Match header must be supplied to update this resource',
};

export const MERGED = forbiddenUpdate(
  'Update Failed - NHS No. supplied has been superseded in a merge',
);

/** The version that a write is made for, in the header; null when it is none [PDS 6.4]. */
export function versionOf({ headers }: Ask): number | null {
  const [, digits] = /^W\/"(\d{1,9})"$/.exec(headers['if-match'] ?? '') ?? [];
  return digits === undefined ? null : Number(digits);
}

/** PATCH Patient: changes a record, once a request; the checks in their order [PDS 1.3, 6]. */
export async function updatePatient(
  { database }: PatientParts,
  ask: Ask,
  number: string,
): Promise<Answer> {
  const nhsNumber = parseNhsNumber(number);
  if (nhsNumber === null) return refused({ code: 'INVALID_RESOURCE_ID' });
  const version = versionOf(ask);
  if (version === null) return refused(PRECONDITION);
  const type = ask.headers['content-type'] ?? '';
  if (!type.startsWith('application/json-patch+json')) {
    return refused({ code: 'UNSUPPORTED_SERVICE' });
  }
  const digest = digestOf(ask);
  const done = await answeredBefore(database, ask.requestId, digest);
  if (done !== null) return done;
  const { own } = await load(database, nhsNumber);
  if (own === null) return refused({ code: 'RESOURCE_NOT_FOUND' });
  const stale = staleness(own, version);
  if (stale !== null) return refused(stale);
  const body = bodyOf(ask);
  if (!body.ok) return refused(body.error);
  const today = londonDate(ask.at);
  const asked = { body: body.value, reader: ask.reader, today, nextId: idsOf(ask) };
  const changed = update(own, asked);
  if (!changed.ok) return refused(changed.error);
  const after = changed.value;
  const nominations = nominationChanges(own.patient, after.patient);
  const note = consentNoteOf(ask, nominations);
  if (!note.ok) return refused(note.error);
  const closed = await closedSiteFault(database, after, nominations, today);
  if (closed !== null) return refused(closed);
  const answer = { status: 200, headers: etagOf(after.version), body: viewOf(after, ask.reader) };
  const change = { kind: 'Updated' as const, before: own, after, data: body.value };
  const noted = { ...change, consentNote: note.value };
  const isKept = await keep(database, actOf(ask, 'patient-update'), noted, { digest, answer });
  if (isKept) return answer;
  // Somebody was faster: perhaps this very request, sent again.
  const again = await answeredBefore(database, ask.requestId, digest);
  return again ?? refused({ code: 'RESOURCE_VERSION_MISMATCH' });
}

/** Why a write for this version does not get to what it wants to change; null when it does [PDS 6.4]. */
export function staleness(record: PatientRecord, version: number): Refusal | null {
  if (record.supersededBy !== null) return MERGED;
  return record.version === version ? null : { code: 'RESOURCE_VERSION_MISMATCH' };
}
