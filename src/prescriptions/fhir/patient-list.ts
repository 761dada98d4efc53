import type { Bundle, BundleEntry, MedicationRequest } from 'fhir/r4';

import type { Organisation as Known } from '../../directory/index.ts';
import { present } from '../../kernel/bug.ts';
import type { Instant } from '../../kernel/instant.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import { currentIssue } from '../issues.ts';
import { releasedItem } from '../messages/release/released-item.ts';
import { fhirTime } from '../messages/release/released-prescription.ts';
import type { Issue, Item, Organisation, Prescription } from '../prescription.ts';
import { type EntryMaker, entryMaker, showRole } from './people.ts';
import { identifierValue, resolve, resourcesOf } from './r4.ts';
import { organizationResource } from './refusal.ts';
import { CODE, EXTENSION, ID } from './systems.ts';

/** A prescription as its patient may see it. */
export type Seen = {
  readonly prescription: Prescription;
  readonly order: Bundle;
  /** When something last happened to it. */
  readonly lastEventAt: Instant;
  /** What the directory knows of the nominated pharmacy; null: nothing, or there is none. */
  readonly nominated: Known | null;
};

/** What patients see of their prescriptions: those that are with them or may come to them, each as a collection [TRACKER 3]. */
export function patientList(requestId: string, at: Instant, seen: readonly Seen[]): Bundle {
  return {
    resourceType: 'Bundle',
    id: requestId,
    meta: { lastUpdated: fhirTime(at) },
    type: 'searchset',
    total: seen.length,
    entry: seen.map((one) => ({
      fullUrl: `urn:uuid:${derivedUuid('patient list', one.prescription.id)}`,
      search: { mode: 'match' },
      resource: collectionOf(one),
    })),
  };
}

/** Issues that are still to come are not shown, and a post-dated one is such an issue [TRACKER 3]. */
export function isForPatient(prescription: Prescription): boolean {
  const { status } = currentIssue(prescription);
  return !['AwaitingReleaseReady', 'PrescriptionFuture', 'RepeatDispenseFuture'].includes(status);
}

function collectionOf(seen: Seen): Bundle {
  const { order, prescription } = seen;
  const make = entryMaker('patient list', prescription.id);
  const [first] = resourcesOf(order, 'MedicationRequest');
  const role = present(
    resolve(order, first?.requester, 'PractitionerRole'),
    'requester of an order',
  );
  const prescriber = showRole(order, role, make, 'prescriber');
  const site = siteOf(seen, make);
  const items = resourcesOf(order, 'MedicationRequest').map((request) =>
    make(
      `item ${identifierValue(request.identifier, ID.item)}`,
      itemOf(seen, request, { prescriber: prescriber.role, site }),
    ),
  );
  const people = PEOPLE.flatMap((type) =>
    prescriber.entries.filter(({ resource }) => resource?.resourceType === type),
  );
  return {
    resourceType: 'Bundle',
    type: 'collection',
    entry: [...items, ...people, ...(site === null ? [] : [site])],
  };
}

const PEOPLE = ['PractitionerRole', 'Practitioner', 'Organization'] as const;

type Around = {
  readonly prescriber: string;
  readonly site: (BundleEntry & { fullUrl: string }) | null;
};

function itemOf(
  { order, prescription, lastEventAt }: Seen,
  request: MedicationRequest,
  { prescriber, site }: Around,
): MedicationRequest {
  const issue = currentIssue(prescription);
  const id = identifierValue(request.identifier, ID.item)?.toLowerCase() ?? '';
  const item = present(
    issue.items.find((one) => one.id === id),
    'item of an accepted order',
  );
  const urls = { patientUrl: '', authorUrl: prescriber, responsibleUrl: prescriber };
  const shown = releasedItem({ order, request, prescription, item, ...urls });
  const { validityPeriod, quantity } = shown.dispenseRequest ?? {};
  const { medicationCodeableConcept: medication } = shown;
  return {
    resourceType: 'MedicationRequest',
    extension: [statusExtension(issue, item, lastEventAt)],
    identifier: shown.identifier ?? [],
    status: shown.status,
    intent: shown.intent,
    ...(medication === undefined ? {} : { medicationCodeableConcept: medication }),
    subject: { identifier: { system: ID.nhsNumber, value: prescription.patient } },
    requester: { reference: prescriber },
    groupIdentifier: { system: ID.shortForm, value: shown.groupIdentifier?.value ?? '' },
    ...(shown.courseOfTherapyType === undefined
      ? {}
      : { courseOfTherapyType: shown.courseOfTherapyType }),
    dispenseRequest: {
      validityPeriod: { start: validityPeriod?.start ?? prescription.prescribedAt.slice(0, 10) },
      ...(quantity === undefined ? {} : { quantity }),
      ...(site === null ? {} : { performer: { reference: site.fullUrl } }),
    },
    substitution: { allowedBoolean: false },
  };
}

/** What EPS itself knows; where a pharmacy tells more, that is told in its place [TRACKER 3]. */
function statusExtension(issue: Issue, item: Item, at: Instant) {
  return {
    url: EXTENSION.statusHistory,
    extension: [
      {
        url: 'status',
        valueCoding: { system: CODE.patientStatus, code: statusWords(issue, item) },
      },
      { url: 'statusDate', valueDateTime: fhirTime(at) },
    ],
  };
}

function statusWords(issue: Issue, item: Item): string {
  if (item.status === 'Cancelled') return 'Prescriber Cancelled';
  return 'holding' in issue ? 'With Pharmacy but Tracking not Supported' : 'Prescriber Approved';
}

/** The site that downloaded it, and before that the nominated one; null: neither. */
function siteOf({ prescription, nominated }: Seen, make: EntryMaker): Around['site'] {
  const issue = currentIssue(prescription);
  const site =
    'holding' in issue ? issue.holding.holder.organisation : siteNamed(prescription, nominated);
  if (site === null) return null;
  const { id: _id, address, ...organization } = organizationResource('', site);
  return make('site', {
    ...organization,
    ...(address === undefined
      ? {}
      : { address: address.map((one) => ({ ...one, text: textOf(site) })) }),
  });
}

function siteNamed({ nominated: ods }: Prescription, known: Known | null): Organisation | null {
  if (ods === null) return null;
  const { name = null, telephone = null, addressLines = [], city, postcode = null } = known ?? {};
  const lines = city === undefined ? addressLines : [...addressLines, city];
  return { ods, name, telecom: telephone, addressLines: lines, postcode };
}

function textOf({ addressLines, postcode }: Organisation): string {
  return [...addressLines, postcode ?? '']
    .filter((line) => line !== '')
    .join(', ')
    .toUpperCase();
}
