import { findOrganisations } from '../../directory/index.ts';
import type { JsonAnswer, JsonQuery, JsonQueryHandler } from '../../gateways/hl7v3/index.ts';
import { parseNhsNumber } from '../../kernel/nhs-number.ts';
import { londonDate } from '../../kernel/london.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { readDay } from '../hl7v3/time.ts';
import { currentIssue, issueOf } from '../issues.ts';
import { numbersOf } from '../patients/repository.ts';
import type { Spine } from '../perform.ts';
import type { Prescription } from '../prescription.ts';
import { prescriptionKey, shortForm } from '../prescription-id.ts';
import * as repository from '../repository.ts';
import { ISSUE_STATUSES, issueStatusOf } from '../statuses.ts';
import { findPrescriptions, forbiddenText, noteReading } from './find.ts';
import { detailsOf, summaryOf } from './json-tracker.ts';
import { lastEventsAt } from './repository.ts';

const SUMMARY = 'nhs111itemsummary';
const DETAILS = 'nhs111itemdetails';
const MEDIA_TYPE = 'application/json; charset=utf-8';

/** What trackers ask in a query string [EPS-HL7V3 10.1]. */
export function jsonTrackerQueries(spine: Spine): JsonQueryHandler[] {
  const form = { mediaType: MEDIA_TYPE, refuse: (_status: number, text: string) => said(text) };
  return [
    { ...form, name: SUMMARY, handle: (query) => summary(spine, query) },
    { ...form, name: DETAILS, handle: (query) => details(spine, query) },
  ];
}

const VERSION = '1.0';
const OK = '0';
const NO_SUCH_ISSUE = '8';
/** What else is the matter: clients show the reason, whatever the number is. */
const REFUSED = '1';

/** That something went wrong, in the form of an answer. */
function said(reason: string, statusCode = REFUSED) {
  return { version: VERSION, reason, statusCode };
}

/** With 200, whatever it says: clients read no other body [EPS-HL7V3 10.1]. */
function answer(body: object): JsonAnswer {
  return { status: 200, mediaType: MEDIA_TYPE, body };
}

type Wanted = {
  readonly patient: string;
  readonly isWanted: (prescription: Prescription) => boolean;
};

async function summary(spine: Spine, query: JsonQuery): Promise<JsonAnswer> {
  const forbidden = forbiddenText(spine, query, 'tracker-search');
  if (forbidden !== null) return { status: 403, mediaType: MEDIA_TYPE, body: said(forbidden) };
  const wanted = readSummary(query.parameters);
  if (!wanted.ok) return answer(said(wanted.error));
  const numbers = await numbersOf(spine.database, wanted.value.patient);
  const ids = await repository.ofPatient(spine.database, numbers);
  const found = await findPrescriptions(
    spine,
    { asking: query, interaction: SUMMARY },
    ids,
    wanted.value.isWanted,
  );
  const prescriptions = found.map(({ prescription }) => prescription);
  await noteReading(spine, query, SUMMARY, prescriptions);
  const events = await lastEventsAt(spine.database, ids);
  const entries = found.map(({ prescription, document }) => {
    const lastEventAt = events.get(prescription.id) ?? prescription.prescribedAt;
    const issue = currentIssue(prescription);
    const shown = { prescription, issue, order: document, lastEventAt };
    return [shortForm(prescription.id), summaryOf(shown)] as const;
  });
  return answer({ ...said('', OK), prescriptions: Object.fromEntries(entries) });
}

function readSummary(parameters: URLSearchParams): Result<Wanted, string> {
  const once = (name: string): string | null => {
    const values = parameters.getAll(name);
    return values.length > 1 ? '?' : (values[0] ?? null);
  };
  const patient = parseNhsNumber(once('nhsNumber') ?? '');
  if (patient === null) return fail('nhsNumber must be a valid NHS number');
  const status = once('prescriptionStatus');
  if (status !== null && issueStatusOf(status) === null) {
    return fail('prescriptionStatus must be the four digits of a status');
  }
  const [earliest, latest] = [once('earliestDate'), once('latestDate')];
  const [from, until] = [readDay(earliest ?? ''), readDay(latest ?? '')];
  if (earliest !== null && from === null) return fail('earliestDate must be a day, YYYYMMDD');
  if (latest !== null && until === null) return fail('latestDate must be a day, YYYYMMDD');
  const isWanted = (prescription: Prescription): boolean => {
    const { status: current } = currentIssue(prescription);
    const created = londonDate(new Date(prescription.prescribedAt));
    return (
      (status === null || ISSUE_STATUSES[current].code === status) &&
      (from === null || from <= created) &&
      (until === null || created <= until)
    );
  };
  return ok({ patient, isWanted });
}

async function details(spine: Spine, query: JsonQuery): Promise<JsonAnswer> {
  const forbidden = forbiddenText(spine, query, 'tracker-detail');
  if (forbidden !== null) return { status: 403, mediaType: MEDIA_TYPE, body: said(forbidden) };
  const [id, ...others] = query.parameters.getAll('prescriptionId');
  const number = query.parameters.get('issueNumber') ?? '1';
  // The plus sign of an id is a space where somebody did not escape it.
  const text = (id ?? '').replace(' ', '+').toUpperCase();
  const key = others.length > 0 ? null : prescriptionKey(text);
  if (key === null) return answer(said('prescriptionId must be the id of a prescription'));
  if (!/^\d{1,2}$/.test(number)) return answer(said('issueNumber must be the number of an issue'));
  const [found] = await findPrescriptions(
    spine,
    { asking: query, interaction: DETAILS },
    [key],
    () => true,
  );
  const issue = found === undefined ? null : issueOf(found.prescription, Number(number));
  if (found === undefined || issue === null) {
    return answer(said('Prescription repeat instance not found', NO_SUCH_ISSUE));
  }
  const { prescription, document: order } = found;
  await noteReading(spine, query, DETAILS, [prescription]);
  const events = await lastEventsAt(spine.database, [key]);
  const nominated = await findOrganisations(
    spine.database,
    prescription.nominated === null ? [] : [prescription.nominated],
  );
  const lastEventAt = events.get(key) ?? prescription.prescribedAt;
  const told = detailsOf({ prescription, issue, order, lastEventAt }, nominated[0] ?? null);
  return answer({ ...said('', OK), [shortForm(key)]: told });
}
