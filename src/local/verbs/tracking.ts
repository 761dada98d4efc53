import type { Failure } from '../client/failure.ts';
import { at, listAt, textAt } from '../client/json.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import {
  ISSUE_STATUSES,
  ITEM_STATUSES,
  issueStatusOf,
  itemStatusOf,
} from '../../prescriptions/statuses.ts';
import { PATHS, type Session } from './session.ts';

export type Tracked = {
  readonly id: string;
  readonly status: { readonly code: string; readonly display: string };
  readonly authoredOn: string | null;
  readonly owner: string | null;
  readonly items: readonly { readonly itemId: string; readonly status: string | null }[];
  /** What the check of the prescriber's signature found when the order came; null: nothing is recorded. */
  readonly signature: {
    /** None: it is good. */
    readonly findings: readonly string[];
    /** Revocation lists that were not to be had then. */
    readonly unlisted: readonly string[];
  } | null;
};

const ORDER_NUMBER = 'https://fhir.nhs.uk/Id/prescription-order-number';
const NHS_NUMBER = 'https://fhir.nhs.uk/Id/nhs-number';

/** Looks up one prescription by its id, or all of a patient by NHS number [EPS-FHIR 2.2]. */
export async function track(
  session: Session,
  persona: string,
  what: string,
): Promise<Result<readonly Tracked[], Failure>> {
  const digits = what.replaceAll(/[\s-]/g, '');
  const query = /^\d{10}$/.test(digits)
    ? `patient:identifier=${encodeURIComponent(`${NHS_NUMBER}|${digits}`)}`
    : `focus:identifier=${encodeURIComponent(`${ORDER_NUMBER}|${what}`)}`;
  const token = await session.client.tokenOf(persona);
  if (!token.ok) return token;
  const path = `${PATHS.track}?${query}`;
  const answer = await session.client.call({ method: 'GET', path, token: token.value });
  if (!answer.ok) return answer;
  const { body, status, requestId } = answer.value;
  // A failed search of Spine comes with HTTP 200 [EPS-FHIR 4.9].
  if (textAt(body, 'resourceType') !== 'Bundle') {
    const text = textAt(body, 'issue', 0, 'details', 'coding', 0, 'display') ?? 'no result';
    return fail({ kind: 'Refused', status, requestId, reasons: [{ code: 'INVALID', text }] });
  }
  const tasks = listAt(body, 'entry').map((entry) => readTask(at(entry, 'resource')));
  return withSignatures(session, tasks);
}

type Task = Omit<Tracked, 'signature'>;

/** The tracker's contract has no place for it, so it is asked for beside it [EPS-SIGNATURE 5]. */
async function withSignatures(
  { client }: Session,
  tasks: readonly Task[],
): Promise<Result<readonly Tracked[], Failure>> {
  if (tasks.length === 0) return ok([]);
  const ids = tasks.map(({ id }) => encodeURIComponent(id)).join(',');
  const answer = await client.call({
    method: 'GET',
    path: `/_local/signatures?prescriptions=${ids}`,
  });
  if (!answer.ok) return answer;
  const recorded = new Map(
    listAt(answer.value.body, 'signatures').map((one) => [
      textAt(one, 'prescription'),
      { findings: textsAt(one, 'findings'), unlisted: textsAt(one, 'unlisted') },
    ]),
  );
  return ok(tasks.map((task) => ({ ...task, signature: recorded.get(task.id) ?? null })));
}

function textsAt(value: unknown, name: string): string[] {
  return listAt(value, name).filter((text) => typeof text === 'string');
}

function readTask(task: unknown): Task {
  const code = textAt(task, 'businessStatus', 'coding', 0, 'code') ?? '';
  const status = issueStatusOf(code);
  return {
    id: textAt(task, 'focus', 'identifier', 'value') ?? '',
    status: { code, display: status === null ? '' : ISSUE_STATUSES[status].display },
    authoredOn: textAt(task, 'authoredOn'),
    owner: textAt(task, 'owner', 'identifier', 'value'),
    items: listAt(task, 'input').map((input) => ({
      itemId: textAt(input, 'valueReference', 'identifier', 'value') ?? '',
      status: itemStatus(input),
    })),
  };
}

function itemStatus(input: unknown): string | null {
  const code = listAt(input, 'extension')
    .flatMap((extension) => listAt(extension, 'extension'))
    .map((extension) => textAt(extension, 'valueCoding', 'code'))
    .find((found) => found !== null);
  const status = itemStatusOf(code ?? '');
  return status === null ? null : `${code} ${ITEM_STATUSES[status].display}`;
}
