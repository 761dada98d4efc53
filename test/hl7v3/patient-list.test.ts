// Shows: HL7 V3 | the list for patients: each prescription as a collection, with its site and what EPS knows of each item; what is to come is not in it

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { sql } from '../../src/platform/sql.ts';
import { prescriptionKey } from '../../src/prescriptions/prescription-id.ts';
import { aJourney, type Journey } from '../support/journey.ts';
import { testTrackers } from './asking.ts';

const { spine, get } = testTrackers();
const PATIENT = '9990000018';
const PATH = `/mm/patientfacingprescriptions?nhsNumber=${PATIENT}`;

// oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came
type Json = any;

async function list(): Promise<Json> {
  const said = await get(PATH);
  assert.equal(said.status, 200, said.text);
  assert.equal(said.headers['content-type'], 'application/fhir+json');
  assert.equal(said.headers['cache-control'], 'no-cache');
  return JSON.parse(said.text);
}

/** The resources of one prescription; null when it is not in the list. */
async function resources({ id }: Journey): Promise<Json[] | null> {
  const { entry } = await list();
  const all: Json[][] = entry.map(({ resource }: Json) =>
    resource.entry.map((one: Json) => one.resource),
  );
  return all.find(([first]) => first.groupIdentifier.value === id) ?? null;
}

async function resource(journey: Journey, type: string, place = 0): Promise<Json> {
  const found = await resources(journey);
  return found?.filter(({ resourceType }) => resourceType === type)[place];
}

function statusOf(item: Json): string {
  return item.extension[0].extension[0].valueCoding.code;
}

describe('the list for a patient', () => {
  test('is a searchset of collections, each with what it has to have', async () => {
    const journey = aJourney(spine(), { items: 2 });
    await journey.send();
    const { resourceType, type, total, entry, meta } = await list();
    assert.deepEqual([resourceType, type, total], ['Bundle', 'searchset', entry.length]);
    assert.match(meta.lastUpdated, /^\d{4}-/);
    assert.deepEqual(Object.keys(entry[0]), ['fullUrl', 'search', 'resource']);
    assert.deepEqual([entry[0].search.mode, entry[0].resource.type], ['match', 'collection']);
    const found = await resources(journey);
    assert.deepEqual(
      found?.map((one) => one.resourceType),
      [
        'MedicationRequest',
        'MedicationRequest',
        'PractitionerRole',
        'Practitioner',
        'Organization',
        'Organization',
      ],
    );
  });

  test('tells of an item what the contract lists', async () => {
    const journey = aJourney(spine());
    await journey.send();
    const item = await resource(journey, 'MedicationRequest');
    assert.equal(item.identifier[0].value, journey.itemIds[0]);
    assert.deepEqual([item.status, item.intent], ['active', 'order']);
    assert.equal(item.medicationCodeableConcept.coding[0].display, 'Amoxicillin 250mg capsules');
    assert.equal(item.subject.identifier.value, PATIENT);
    assert.equal(item.groupIdentifier.value, journey.id);
    assert.equal(item.courseOfTherapyType.coding[0].code, 'acute');
    assert.equal(item.dispenseRequest.quantity.value, 20);
    assert.match(item.dispenseRequest.validityPeriod.start, /^\d{4}-\d{2}-\d{2}/);
    assert.equal(item.substitution.allowedBoolean, false);
    const system = 'https://fhir.nhs.uk/CodeSystem/task-businessStatus-nppt';
    assert.deepEqual(item.extension[0].extension[0], {
      url: 'status',
      valueCoding: { system, code: 'Prescriber Approved' },
    });
    assert.match(item.extension[0].extension[1].valueDateTime, /^\d{4}-\d{2}-\d{2}T/);
  });

  test('names the nominated site, then the one that downloaded it, then the nominated one no more', async () => {
    const journey = aJourney(spine());
    await journey.send();
    const nominated = await resource(journey, 'Organization', 1);
    assert.equal(nominated.identifier[0].value, 'FA565');
    assert.equal(nominated.address[0].text, '3 STATION ROAD, TESTWICK, ZZ99 3AA');
    await journey.release();
    const item = await resource(journey, 'MedicationRequest');
    assert.equal(statusOf(item), 'With Pharmacy but Tracking not Supported');
    assert.ok(item.dispenseRequest.performer.reference.startsWith('urn:uuid:'));
    await journey.giveBack();
    const back = await resource(journey, 'MedicationRequest');
    assert.equal(statusOf(back), 'Prescriber Approved');
    assert.equal(back.dispenseRequest.performer, undefined);
    assert.equal(await resource(journey, 'Organization', 1), undefined);
  });

  test('tells what was cancelled and what was dispensed', async () => {
    const cancelled = aJourney(spine());
    await cancelled.send();
    await cancelled.cancel();
    const gone = await resource(cancelled, 'MedicationRequest');
    assert.deepEqual([statusOf(gone), gone.status], ['Prescriber Cancelled', 'cancelled']);
    const dispensed = aJourney(spine());
    await dispensed.send();
    await dispensed.release();
    await dispensed.dispense(['FullyDispensed']);
    assert.equal((await resource(dispensed, 'MedicationRequest')).status, 'completed');
  });

  test('does not show what is post-dated, and never more than 25', async () => {
    const later = aJourney(spine(), { authoredAt: new Date(Date.now() + 3 * 86_400_000) });
    await later.send();
    assert.equal(await resources(later), null);
    for (let n = 0; n < 22; n += 1) await aJourney(spine()).send();
    const { total, entry } = await list();
    assert.deepEqual([total, entry.length], [25, 25]);
  });

  test('of somebody without prescriptions is empty', async () => {
    const said = await get('/mm/patientfacingprescriptions?nhsNumber=3152699093');
    const { total, entry } = JSON.parse(said.text);
    assert.deepEqual([total, entry], [0, []]);
  });
});

describe('what is refused of the list for patients', () => {
  const CASES: readonly (readonly [
    query: string,
    headers: Record<string, string>,
    status: number,
    code: string,
  ])[] = [
    ['', {}, 400, 'INVALID_RESOURCE_ID'],
    ['?nhsNumber=9990000019', {}, 400, 'INVALID_RESOURCE_ID'],
    ['?nhsNumber=9990000018&nhsNumber=9990000026', {}, 400, 'INVALID_RESOURCE_ID'],
    ['?nhsNumber=9990000018', { 'Spine-From-Asid': '999000000201' }, 403, 'ACCESS_DENIED'],
    ['?nhsNumber=9990000018', { 'Spine-UserId': '1' }, 400, 'INVALID_RESOURCE_ID'],
  ];
  for (const [query, headers, status, code] of CASES) {
    test(`${query} ${Object.keys(headers).join()} is told in an OperationOutcome`, async () => {
      const said = await get(`/mm/patientfacingprescriptions${query}`, headers);
      assert.equal(said.status, status);
      const { resourceType, issue } = JSON.parse(said.text);
      assert.equal(resourceType, 'OperationOutcome');
      assert.equal(issue[0].details.coding[0].code, code);
    });
  }
});

describe('who asked for a patient', () => {
  test('is in the audit trail', async () => {
    const journey = aJourney(spine());
    await journey.send();
    await list();
    const rows = await spine().database.all<{ interaction: string }>(sql`
      select interaction from platform.audit
      where prescription_id = ${prescriptionKey(journey.id)} and outcome = 'read'`);
    assert.deepEqual(
      rows.map(({ interaction }) => interaction),
      ['patientfacingprescriptions'],
    );
  });
});
