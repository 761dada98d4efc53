import type { Bundle, BundleEntry, CommunicationRequestPayload } from 'fhir/r4';

import type { EntryMaker } from '../../fhir/people.ts';
import { identifierValue, resolve, resourcesOf } from '../../fhir/r4.ts';
import { ID } from '../../fhir/systems.ts';

/** What the prescriber tells the patient, and the list of their repeat medication [EPS-FHIR 4.5]. */
export function patientInformation(
  order: Bundle,
  make: EntryMaker,
  patientUrl: string,
): BundleEntry[] {
  const payloads = resourcesOf(order, 'CommunicationRequest').flatMap(
    ({ payload }) => payload ?? [],
  );
  const texts = payloads.flatMap(({ contentString: text }) => (text === undefined ? [] : [text]));
  const displays = payloads.flatMap(({ contentReference }) =>
    (resolve(order, contentReference, 'List')?.entry ?? []).flatMap(
      ({ item }) => item.display ?? [],
    ),
  );
  if (texts.length === 0 && displays.length === 0) return [];
  const list =
    displays.length === 0
      ? []
      : [
          make('list', {
            resourceType: 'List',
            status: 'current',
            mode: 'snapshot',
            entry: displays.map((display) => ({ item: { display } })),
          }),
        ];
  const payload: CommunicationRequestPayload[] = [
    ...list.map(({ fullUrl }) => ({ contentReference: { reference: fullUrl } })),
    ...texts.map((contentString) => ({ contentString })),
  ];
  const request = make('communication', {
    resourceType: 'CommunicationRequest',
    status: 'unknown',
    subject: { reference: patientUrl },
    payload,
    requester: { identifier: { system: ID.ods, value: organisationOf(order) } },
    recipient: [{ identifier: { system: ID.nhsNumber, value: nhsNumberOf(order) } }],
  });
  return [request, ...list];
}

function organisationOf(order: Bundle): string {
  const [first] = resourcesOf(order, 'MedicationRequest');
  const role = resolve(order, first?.requester, 'PractitionerRole');
  const organization = resolve(order, role?.organization, 'Organization');
  return identifierValue(organization?.identifier, ID.ods) ?? '';
}

function nhsNumberOf(order: Bundle): string {
  const [patient] = resourcesOf(order, 'Patient');
  return identifierValue(patient?.identifier, ID.nhsNumber) ?? '';
}
