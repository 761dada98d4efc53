import type { Bundle, Task } from 'fhir/r4';

import type {
  FhirInteraction,
  FhirRequest,
  FhirResponse,
} from '../../gateways/fhir/interaction.ts';
import { instantOf } from '../../kernel/instant.ts';
import { type LondonDate, londonDate } from '../../kernel/london.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import { refusedResponse } from '../fhir/answer.ts';
import { byRules } from '../fhir/refusal.ts';
import { scopeIssue } from '../fhir/scopes.ts';
import { CODE, EXTENSION, ID } from '../fhir/systems.ts';
import { currentIssue, issueCount, toCome } from '../issues.ts';
import { parseNhsNumber } from '../../kernel/nhs-number.ts';
import type { Spine } from '../perform.ts';
import type { Issue, Item, Prescription } from '../prescription.ts';
import { prescriptionKey, shortForm } from '../prescription-id.ts';
import { numbersOf } from '../patients/repository.ts';
import { recordReading } from '../record.ts';
import * as repository from '../repository.ts';
import { ISSUE_STATUSES, ITEM_STATUSES } from '../statuses.ts';
import { claimedAt, dispensedAt, downloadedAt } from './moments.ts';
import { parseTrackQuery, type TrackQuery } from './query.ts';

/** `GET Task`: where prescriptions are, by their id or by their patient [EPS-FHIR 2.2, 4.9]. */
export function trackInteraction(spine: Spine): FhirInteraction {
  return {
    method: 'GET',
    path: '/Task',
    bases: ['legacy', 'prescribing', 'dispensing'],
    handle: (request) => track(spine, request),
  };
}

async function track(spine: Spine, request: FhirRequest): Promise<FhirResponse> {
  const scope = scopeIssue(request, spine.settings, {
    half: 'Tracker',
    acts: ['tracker-search'],
  });
  if (scope !== null) return refusedResponse(request, byRules([scope]));
  const query = parseTrackQuery(request.query);
  if (!query.ok) return refusedResponse(request, byRules(query.error));
  const found = await find(spine, query.value);
  // Who looked is written before the answer leaves [RELIABILITY I16].
  await recordReading(spine.database, {
    actor: request.actor,
    interaction: 'track',
    requestId: request.requestId,
    at: instantOf(request.at),
    read: found.map(({ prescription: { id, patient } }) => ({ id, nhsNumber: patient })),
  });
  const isDetail = query.value.shortForms.length > 0;
  const tasks = found.flatMap(({ prescription, issues }) =>
    issues.map((issue) => taskOf(prescription, issue, isDetail, request.requestId)),
  );
  return { status: 200, resource: searchset(tasks) };
}

/** A prescription, and those of its issues that are asked for. */
type Found = { readonly prescription: Prescription; readonly issues: readonly Issue[] };

async function find(spine: Spine, query: TrackQuery): Promise<Found[]> {
  const byId = query.shortForms.map(prescriptionKey).filter((id) => id !== null);
  const { database } = spine;
  // What is no NHS number belongs to nobody.
  const patient = parseNhsNumber(query.nhsNumber ?? '');
  const numbers = patient === null ? [] : await numbersOf(database, patient);
  const ids = query.shortForms.length > 0 ? byId : await repository.ofPatient(database, numbers);
  const heads = await repository.heads(spine.database, ids);
  const found = [...heads.values()].flatMap(({ state }) =>
    state?.kind === 'prescription' ? [state] : [],
  );
  return found
    .filter((prescription) => fits(prescription, query, numbers))
    .toSorted((one, other) => (one.prescribedAt < other.prescribedAt ? 1 : -1))
    .map((prescription) => ({ prescription, issues: issuesOf(prescription, query, spine) }))
    .filter(({ issues }) => issues.length > 0);
}

/** The issues that are shown, the current one first. */
function issuesOf(prescription: Prescription, query: TrackQuery, { settings }: Spine): Issue[] {
  const current = currentIssue(prescription);
  const others = [...prescription.issues, ...toCome(prescription)].filter(
    ({ number }) => number !== current.number,
  );
  const shown = settings.trackerIssues === 'all' ? [current, ...others] : [current];
  const { businessStatus } = query;
  return shown.filter(
    ({ status }) => businessStatus === null || ISSUE_STATUSES[status].code === businessStatus,
  );
}

/** `numbers`: those of the patient that is asked for. */
function fits(prescription: Prescription, query: TrackQuery, numbers: readonly string[]): boolean {
  const authored = dayOf(prescription.prescribedAt);
  const isOn = query.authoredOn.every(({ comparator, day }) => {
    if (comparator === 'eq') return authored === day;
    return comparator === 'le' ? authored <= day : authored >= day;
  });
  const wantsEach = new Set(query.shortForms.map((text) => text.slice(0, -1)));
  return (
    isOn &&
    wantsEach.size <= 1 &&
    (query.nhsNumber === null || numbers.includes(prescription.patient))
  );
}

function searchset(tasks: readonly Task[]): Bundle {
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    total: tasks.length,
    entry: tasks.map((resource) => ({ fullUrl: `urn:uuid:${resource.id}`, resource })),
  };
}

const COURSES = {
  Acute: { code: 'acute', display: 'Short course (acute) therapy' },
  RepeatPrescribing: { code: 'continuous', display: 'Continuous long term therapy' },
  RepeatDispensing: {
    code: 'continuous-repeat-dispensing',
    display: 'Continuous long term (repeat dispensing)',
  },
} as const;

function taskOf(
  prescription: Prescription,
  issue: Issue,
  isDetail: boolean,
  requestId: string,
): Task {
  const { code, display, task: status } = ISSUE_STATUSES[issue.status];
  const id = derivedUuid('task', requestId, prescription.id, String(issue.number));
  const course = { system: CODE.courseOfTherapy, ...COURSES[prescription.treatment] };
  const owner = 'holding' in issue ? issue.holding.holder.organisation.ods : prescription.nominated;
  return {
    resourceType: 'Task',
    id,
    extension: [
      {
        url: EXTENSION.prescription,
        extension: [{ url: 'courseOfTherapyType', valueCoding: course }],
      },
      ...repeats(prescription, issue),
    ],
    identifier: [{ system: ID.message, value: id }],
    status,
    businessStatus: { coding: [{ system: CODE.businessStatus, code, display }] },
    intent: 'order',
    code: { coding: [FULFILL] },
    focus: { identifier: { system: ID.shortForm, value: shortForm(prescription.id) } },
    for: { identifier: { system: ID.nhsNumber, value: prescription.patient } },
    authoredOn: dayOf(prescription.prescribedAt),
    ...(isDetail && owner !== null ? { owner: { identifier: odsIdentifier(owner) } } : {}),
    ...(isDetail ? { requester: { identifier: odsIdentifier(prescription.prescriber) } } : {}),
    input: issue.items.map((item) => inputOf(issue, item)),
    output: issue.items.map((item) => outputOf(issue, item)),
  };
}

const FULFILL = { system: CODE.taskCode, code: 'fulfill', display: 'Fulfill the focal request' };

/** Here, and only here, issues are counted from one [EPS-CODES 3]. */
function repeats(prescription: Prescription, { number }: Issue) {
  const issues = issueCount(prescription);
  if (issues === 1) return [];
  const counts = [
    { url: 'numberOfRepeatsAllowed', valueInteger: issues },
    { url: 'numberOfRepeatsIssued', valueInteger: number },
  ];
  return [{ url: EXTENSION.epsRepeatInformation, extension: counts }];
}

function odsIdentifier(value: string) {
  return { system: ID.ods, value };
}

function inputOf(issue: Issue, item: Item) {
  const { code, display } = ITEM_STATUSES[item.status];
  const dispensed = dayIfAny(dispensedAt(issue));
  return {
    extension: [
      {
        url: EXTENSION.dispensingInformation,
        extension: [
          ...(dispensed === null ? [] : [{ url: 'dateLastDispensed', valueDate: dispensed }]),
          { url: 'dispenseStatus', valueCoding: { system: CODE.itemStatus, code, display } },
        ],
      },
    ],
    type: snomed('16076005', 'Prescription'),
    valueReference: { type: 'MedicationRequest', identifier: { system: ID.item, value: item.id } },
  };
}

function outputOf(issue: Issue, item: Item) {
  const dispensed = dayIfAny(dispensedAt(issue));
  const downloaded = dayIfAny(downloadedAt(issue));
  const claimed = dayIfAny(claimedAt(issue));
  return {
    extension: [
      {
        url: EXTENSION.releaseInformation,
        extension: [
          ...(dispensed === null ? [] : [{ url: 'dateLastIssuedDispensed', valueDate: dispensed }]),
          ...(downloaded === null ? [] : [{ url: 'dateDownloaded', valueDate: downloaded }]),
          ...(claimed === null ? [] : [{ url: 'dateClaimed', valueDate: claimed }]),
        ],
      },
    ],
    type: snomed('373784005', 'Dispensing medication'),
    valueReference: { type: 'MedicationDispense', identifier: { system: ID.item, value: item.id } },
  };
}

function dayIfAny(instant: string | null): LondonDate | null {
  return instant === null ? null : dayOf(instant);
}

/** Days are London's, as those are that an issue begins and expires on. */
function dayOf(instant: string): LondonDate {
  return londonDate(new Date(instant));
}

function snomed(code: string, display: string) {
  return { coding: [{ system: CODE.snomed, code, display }] };
}
