import { createHash } from 'node:crypto';

import { actOf, type PatientParts } from '../act/index.ts';
import { type Answer, etagOf, refused } from '../answer.ts';
import type { Ask } from '../gate/ask.ts';
import { parseFhirJson } from '../../gateways/fhir/json.ts';
import { londonDate } from '../../kernel/london.ts';
import { parseNhsNumber } from '../../kernel/nhs-number.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import { copyOf } from '../json.ts';
import { forbiddenUpdate, type Refusal } from '../outcome.ts';
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

/** What was asked, so that the same request is known when it comes again. */
export function digestOf({ method, path, headers, body }: Ask): Buffer {
  const head = `${method} ${path}\n${headers['if-match'] ?? ''}\n`;
  return createHash('sha256').update(head).update(body).digest();
}

/** Ids of items that this request makes: eight hexadecimal digits [PDS 4.1]. */
export function idsOf({ requestId }: Ask): () => string {
  let count = 0;
  return () => {
    count += 1;
    return derivedUuid('item', requestId, String(count)).slice(0, 8).toUpperCase();
  };
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
  const stale = own === null ? { code: 'RESOURCE_NOT_FOUND' as const } : staleness(own, version);
  if (own === null || stale !== null) return refused(stale ?? { code: 'RESOURCE_NOT_FOUND' });
  const body = parseFhirJson(ask.body);
  if (!body.ok)
    return refused({ code: 'VALIDATION_ERROR', diagnostics: body.error.diagnostics ?? '' });
  const json = copyOf(body.value);
  const changed = update(own, {
    body: json,
    reader: ask.reader,
    today: londonDate(ask.at),
    nextId: idsOf(ask),
  });
  if (!changed.ok) return refused(changed.error);
  const after = changed.value;
  const answer = { status: 200, headers: etagOf(after.version), body: viewOf(after, ask.reader) };
  const change = { kind: 'Updated' as const, before: own, after, data: json };
  const isKept = await keep(database, actOf(ask, 'patient-update'), change, { digest, answer });
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
