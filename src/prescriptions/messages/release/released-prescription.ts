import type { Bundle, BundleEntry, Provenance } from 'fhir/r4';

import { assure, present } from '../../../kernel/bug.ts';
import { derivedUuid, type Uuid } from '../../../kernel/uuid.ts';
import { messageHeader } from '../../fhir/message-header.ts';
import { type EntryMaker, entryMaker, inOrder, type Shown, showRole } from '../../fhir/people.ts';
import { extension, identifierValue, resolve, resourcesOf } from '../../fhir/r4.ts';
import { EXTENSION, ID } from '../../fhir/systems.ts';
import { currentIssue } from '../../issues.ts';
import type { Item, Prescription } from '../../prescription.ts';
import { prescriptionKey } from '../../prescription-id.ts';
import { patientInformation } from './patient-information.ts';
import { releasedItem } from './released-item.ts';

export type ReleasedOf = {
  /** The prescription as its prescriber sent it. */
  readonly order: Bundle;
  /** As it was just before this release. */
  readonly prescription: Prescription;
  readonly releaseId: Uuid;
  /** Id of the release request. */
  readonly requestId: string;
};

/** One prescription as a pharmacy gets it: the order again, with the state of its items [EPS-FHIR 4.5]. */
export function releasedPrescription(of: ReleasedOf): Bundle {
  const { order, prescription, releaseId, requestId } = of;
  const make = entryMaker(releaseId, prescription.id);
  const [first] = resourcesOf(order, 'MedicationRequest');
  const request = present(first, 'line item of an accepted order');
  const shortFormId = request.groupIdentifier?.value ?? '';
  assure(
    prescriptionKey(shortFormId) === prescription.id,
    "a kept order is another prescription's",
  );
  const patient = make('patient', shownPatient(order));
  const author = authorOf(order, make);
  const responsible = responsibleOf(order, make) ?? author;
  const items = itemEntries(of, make, {
    patientUrl: patient.fullUrl,
    authorUrl: author.role,
    responsibleUrl: responsible.role,
  });
  const focus = [patient.fullUrl, ...items.map(({ fullUrl }) => fullUrl)];
  const header = make(
    'header',
    messageHeader({
      messageId: prescription.orderId,
      event: 'prescription-order',
      destination: request.dispenseRequest?.performer?.identifier?.value ?? null,
      inAnswerTo: requestId,
      focus,
    }),
  );
  const people =
    responsible === author ? author.entries : [...author.entries, ...responsible.entries];
  const information = patientInformation(order, make, patient.fullUrl);
  const entries = inOrder([header, ...information, ...items, patient, ...people]);
  return {
    resourceType: 'Bundle',
    id: derivedUuid(releaseId, prescription.id, 'bundle'),
    meta: { lastUpdated: fhirTime(prescription.prescribedAt) },
    identifier: { system: ID.message, value: prescription.orderId },
    type: 'message',
    entry: [...entries, ...signatureEntry(order, entries, author, make)],
  };
}

export function fhirTime(instant: string): string {
  return `${instant.slice(0, 19)}+00:00`;
}

function itemEntries(
  of: ReleasedOf,
  make: EntryMaker,
  urls: { patientUrl: string; authorUrl: string; responsibleUrl: string },
) {
  const { order, prescription } = of;
  const before = new Map<string, Item>(
    currentIssue(prescription).items.map((item): [string, Item] => [item.id, item]),
  );
  return resourcesOf(order, 'MedicationRequest').map((request) => {
    const id = identifierValue(request.identifier, ID.item)?.toLowerCase() ?? '';
    const item = present(before.get(id), 'item of an accepted order');
    return make(`item ${id}`, releasedItem({ order, request, prescription, item, ...urls }));
  });
}

function shownPatient(order: Bundle) {
  const [first] = resourcesOf(order, 'MedicationRequest');
  const patient = present(
    resolve(order, first?.subject, 'Patient'),
    'patient of an accepted order',
  );
  const { identifier = [], name, gender, birthDate, address, generalPractitioner } = patient;
  return {
    resourceType: 'Patient' as const,
    identifier: identifier
      .filter(({ system }) => system === ID.nhsNumber)
      .map(({ system, value }) => ({ ...(system && { system }), ...(value && { value }) })),
    ...(name && { name }),
    ...(gender && { gender }),
    ...(birthDate && { birthDate }),
    ...(address && { address }),
    ...(generalPractitioner && { generalPractitioner }),
  };
}

function authorOf(order: Bundle, make: EntryMaker): Shown {
  const [first] = resourcesOf(order, 'MedicationRequest');
  const role = resolve(order, first?.requester, 'PractitionerRole');
  return showRole(order, present(role, 'requester of an accepted order'), make, 'author');
}

function responsibleOf(order: Bundle, make: EntryMaker): Shown | null {
  const [first] = resourcesOf(order, 'MedicationRequest');
  const named = extension(first, EXTENSION.responsiblePractitioner)?.valueReference;
  if (named === undefined || named.reference === first?.requester?.reference) return null;
  const role = resolve(order, named, 'PractitionerRole');
  return role === null ? null : showRole(order, role, make, 'responsible');
}

/** The signature leaves as it came: it is over content, and content is what is kept [DESIGN D2]. */
function signatureEntry(
  order: Bundle,
  entries: readonly BundleEntry[],
  author: Shown,
  make: EntryMaker,
): BundleEntry[] {
  const [provenance] = resourcesOf(order, 'Provenance');
  const signature = provenance?.signature?.[0];
  if (signature === undefined) return [];
  const who = { reference: author.role };
  const shown: Provenance = {
    resourceType: 'Provenance',
    target: entries.map(({ fullUrl }) => ({ reference: fullUrl ?? '' })),
    recorded: signature.when,
    agent: [{ who }],
    signature: [
      {
        type: signature.type,
        when: signature.when,
        who,
        ...(signature.data === undefined ? {} : { data: signature.data }),
      },
    ],
  };
  return [make('provenance', shown)];
}
