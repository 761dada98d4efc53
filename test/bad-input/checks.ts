import assert from 'node:assert/strict';

import type { Database } from '../../src/platform/database.ts';
import { sql } from '../../src/platform/sql.ts';
import { digestOf } from '../support/database.ts';
import type { Answer, TestSpine } from '../support/server.ts';
import { CANCEL, type Kind, RELEASE_PATIENT } from './kinds.ts';

const FHIR_JSON = 'application/fhir+json; fhirVersion=4.0';
const SEVERITIES = ['fatal', 'error', 'warning', 'information'];

/** Whatever is sent meanwhile changes no row of any table. */
export async function changesNothing<Result>(
  { database }: TestSpine,
  act: () => Promise<Result>,
): Promise<Result> {
  const before = await digestOf(database);
  const result = await act();
  assert.equal(await digestOf(database), before);
  return result;
}

/** Of what prescriptions are, without the messages that were kept and the audit of who sent them. */
export async function stateDigest(database: Database): Promise<string> {
  const lines = (await digestOf(database)).split('\n');
  return lines
    .filter((line) => !/^(prescriptions\.message|platform\.audit) /.test(line))
    .join('\n');
}

/** An OperationOutcome with this status and issues that say something. */
export function assertRefused(answer: Answer, ...statuses: readonly number[]): void {
  assert.ok(statuses.includes(answer.status), `${answer.status} ${answer.text}`);
  assert.equal(answer.headers.get('content-type'), FHIR_JSON);
  assert.equal(answer.body.resourceType, 'OperationOutcome');
  assert.ok(answer.body.issue.length > 0, answer.text);
  for (const { severity, code, diagnostics, details } of answer.body.issue) {
    assert.ok(SEVERITIES.includes(severity), answer.text);
    assert.match(code, /^[a-z]+(-[a-z]+)*$/);
    assert.ok(diagnostics !== undefined || details !== undefined, answer.text);
  }
}

/** What Spine says of what it cannot process [EPS-LIFECYCLE 3]. */
export function assertUnprocessable(answer: Answer, detail: string): void {
  assertRefused(answer, 400);
  const display = `Unable to process message. Information missing or invalid - ${detail}`;
  const system = 'https://fhir.nhs.uk/CodeSystem/Spine-ErrorOrWarningCode';
  const coding = [{ system, code: 'FAILURE_TO_PROCESS_MESSAGE', display }];
  assert.deepEqual(answer.body.issue, [
    { code: 'processing', severity: 'error', details: { coding } },
  ]);
  assert.match(answer.body.meta.lastUpdated, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
}

/** The only issue of an answer is this one. */
export function assertIssue(answer: Answer, status: number, issue: object): void {
  assertRefused(answer, status);
  assert.deepEqual(answer.body.issue, [issue]);
}

const CANCEL_CODES = 'https://fhir.nhs.uk/CodeSystem/medicationrequest-status-history';

/** A cancel request has its own list for what cannot be processed, and no meta [EPS-LIFECYCLE 7]. */
export function assertCancelAnswer(
  answer: Answer,
  code: string,
  issue: string,
  display: string,
): void {
  const details = { coding: [{ system: CANCEL_CODES, code, display }] };
  assertIssue(answer, 400, { code: issue, severity: 'error', details });
  assert.equal(answer.body.meta, undefined);
}

export function assertUnprocessableBy(kind: Kind, answer: Answer, detail: string): void {
  if (kind !== CANCEL) return assertUnprocessable(answer, detail);
  const display = `Unable to process message. Information missing or invalid - ${detail}`;
  return assertCancelAnswer(answer, 'R-5000', 'processing', display);
}

/** The answer to an id that no prescription has, in the words of each message [EPS-FHIR 5.5]. */
export function assertNotFound(kind: Kind, answer: Answer): void {
  if (kind === CANCEL) {
    return assertCancelAnswer(answer, 'R-0008', 'not-found', 'Prescription/item not found');
  }
  const isRelease = kind === RELEASE_PATIENT;
  const list = isRelease ? 'Spine-ErrorOrWarningCode' : 'EPS-IssueCode';
  const coding = {
    system: `https://fhir.nhs.uk/CodeSystem/${list}`,
    code: isRelease ? 'RESOURCE_NOT_FOUND' : 'PRESCRIPTION_NOT_FOUND',
    display: isRelease ? 'Resource not found' : 'Prescription can not be found. Contact prescriber',
  };
  const details = { coding: [coding] };
  return assertIssue(answer, 400, { code: 'not-found', severity: 'error', details });
}

/** A message that is refused, and kept with its refusal and one audit line. */
export async function keepsState<Result>(
  { database }: TestSpine,
  act: () => Promise<Result>,
): Promise<Result> {
  const before = await stateDigest(database);
  const [messages, lines] = [await messageCount(database), await auditCount(database)];
  const result = await act();
  assert.equal(await stateDigest(database), before);
  assert.equal(await messageCount(database), messages + 1);
  assert.equal(await auditCount(database), lines + 1);
  return result;
}

async function auditCount(database: Database): Promise<number> {
  const [row] = await database.all<{ lines: number }>(
    sql`select count(*) as lines from platform.audit`,
  );
  return row?.lines ?? 0;
}

export async function messageCount(database: Database): Promise<number> {
  const [row] = await database.all<{ messages: number }>(
    sql`select count(*) as messages from prescriptions.message`,
  );
  return row?.messages ?? 0;
}

/** Status of a prescription by its code, and how many messages it has had; null when nobody knows it. */
export async function standing(
  database: Database,
  shortFormId: string,
): Promise<{ status: string; messages: number } | null> {
  const id = shortFormId.slice(0, -1);
  const [row] = await database.all<{ status: string; messages: number }>(sql`
    select status, (select count(*) from prescriptions.message
      where prescription_ids @> array[${id}::text]) as messages
    from prescriptions.prescription where prescription_id = ${id}`);
  return row ?? null;
}

/** Several at a time, in order: a server is asked by many at once. */
export async function inBatches<Item, Result>(
  items: readonly Item[],
  size: number,
  act: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += size) {
    results.push(...(await Promise.all(items.slice(start, start + size).map(act))));
  }
  return results;
}
