import { findOrganisations } from '../../directory/index.ts';
import { operationOutcome } from '../../gateways/fhir/operation-outcome.ts';
import type { JsonAnswer, JsonQuery, JsonQueryHandler } from '../../gateways/hl7v3/index.ts';
import { instantOf } from '../../kernel/instant.ts';
import { parseNhsNumber } from '../../kernel/nhs-number.ts';
import { isForPatient, patientList, type Seen } from '../fhir/patient-list.ts';
import { CODE } from '../fhir/systems.ts';
import { bundleOf } from '../kept-order.ts';
import { numbersOf } from '../patients/repository.ts';
import type { Spine } from '../perform.ts';
import * as repository from '../repository.ts';
import { findPrescriptions, forbiddenText, type Found, noteReading } from './find.ts';
import { lastEventsAt } from './repository.ts';

const NAME = 'patientfacingprescriptions';
const MEDIA_TYPE = 'application/fhir+json';
const SHOWN_MAX = 25; // [TRACKER 3]

/** What the service for patients asks on behalf of one [EPS-HL7V3 1, TRACKER 3]. */
export function patientQueries(spine: Spine): JsonQueryHandler[] {
  return [
    {
      name: NAME,
      mediaType: MEDIA_TYPE,
      refuse: (status, text) => outcomeOf(REFUSALS[status], text),
      handle: (query) => prescriptions(spine, query),
    },
  ];
}

const REFUSALS = {
  400: { issue: 'value', code: 'INVALID_RESOURCE_ID', display: 'Invalid resource ID' },
  403: { issue: 'forbidden', code: 'ACCESS_DENIED', display: 'Access denied' },
  500: {
    issue: 'exception',
    code: 'INTERNAL_SERVER_ERROR',
    display: 'Unexpected internal server error',
  },
  503: { issue: 'transient', code: 'SERVICE_UNAVAILABLE', display: 'Service unavailable' },
} as const;

function outcomeOf(
  { issue, code, display }: (typeof REFUSALS)[keyof typeof REFUSALS],
  text: string,
) {
  const coding = [{ system: CODE.spineError, code, display }];
  return operationOutcome(
    [{ code: issue, severity: 'error', details: { coding }, diagnostics: text }],
    null,
  );
}

async function prescriptions(spine: Spine, query: JsonQuery): Promise<JsonAnswer> {
  const forbidden = forbiddenText(spine, query, 'tracker-search');
  if (forbidden !== null) return refused(403, forbidden);
  const [text = '', ...others] = query.parameters.getAll('nhsNumber');
  const patient = others.length > 0 ? null : parseNhsNumber(text);
  if (patient === null) return refused(400, 'nhsNumber must be one valid NHS number');
  const { database } = spine;
  const ids = await repository.ofPatient(database, await numbersOf(database, patient));
  const found = (
    await findPrescriptions(spine, { asking: query, interaction: NAME }, ids, isForPatient)
  ).slice(0, SHOWN_MAX);
  await noteReading(
    spine,
    query,
    NAME,
    found.map(({ prescription }) => prescription),
  );
  const body = patientList(query.requestId, instantOf(query.at), await seenOf(spine, found));
  return { status: 200, mediaType: MEDIA_TYPE, body };
}

function refused(status: 400 | 403, text: string): JsonAnswer {
  return { status, mediaType: MEDIA_TYPE, body: outcomeOf(REFUSALS[status], text) };
}

async function seenOf({ database }: Spine, found: readonly Found[]): Promise<Seen[]> {
  const ids = found.map(({ prescription: { id } }) => id);
  const events = await lastEventsAt(database, ids);
  const codes = found.flatMap(({ prescription: { nominated } }) => nominated ?? []);
  const sites = await findOrganisations(database, [...new Set(codes)]);
  return found.map(({ prescription, order }) => ({
    prescription,
    order: bundleOf(order),
    lastEventAt: events.get(prescription.id) ?? prescription.prescribedAt,
    nominated: sites.find(({ ods }) => ods === prescription.nominated) ?? null,
  }));
}
