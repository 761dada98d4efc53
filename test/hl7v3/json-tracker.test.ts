// Shows: HL7 V3 | the JSON tracker: each field of a list and of a prescription, each refusal with its reason

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { sql } from '../../src/platform/sql.ts';
import { prescriptionKey } from '../../src/prescriptions/prescription-id.ts';
import { openHl7Client } from '../support/hl7v3.ts';
import { aJourney, type Journey } from '../support/journey.ts';
import { repeatDispensing } from '../support/repeat-dispensing.ts';
import { hl7Url, testTrackers } from './asking.ts';

const { spine, client, get } = testTrackers();
const PATIENT = '9990000018';
const TIME = /^\d{14}$/;

// oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came
async function told(path: string): Promise<any> {
  const said = await get(path);
  assert.equal(said.status, 200, said.text);
  assert.equal(said.headers['content-type'], 'application/json; charset=utf-8');
  return JSON.parse(said.text);
}

function detailsPath({ id }: Pick<Journey, 'id'>, issue: number | string = 1): string {
  return `/mm/nhs111itemdetails?prescriptionId=${encodeURIComponent(id)}&issueNumber=${issue}`;
}

describe('a list of prescriptions', () => {
  test('has each by its id, with all fields of the contract', async () => {
    const journey = aJourney(spine(), { items: 2 });
    await journey.send();
    const answer = await told(`/mm/nhs111itemsummary?nhsNumber=${PATIENT}`);
    assert.deepEqual(Object.keys(answer), ['version', 'reason', 'statusCode', 'prescriptions']);
    assert.deepEqual([answer.reason, answer.statusCode], ['', '0']);
    const { lastEventDate, prescriptionIssueDate, lineItems, ...rest } =
      answer.prescriptions[journey.id];
    assert.match(lastEventDate, TIME);
    assert.match(prescriptionIssueDate, TIME);
    assert.deepEqual(
      Object.keys(lineItems),
      journey.itemIds.map((id) => id.toUpperCase()),
    );
    assert.deepEqual(Object.values(lineItems), [
      'Amoxicillin 250mg capsules',
      'Amoxicillin 250mg capsules',
    ]);
    assert.deepEqual(rest, {
      patientNhsNumber: PATIENT,
      epsVersion: 'R2',
      repeatInstance: { currentIssue: '1', totalAuthorised: '1' },
      pendingCancellations: 'False',
      prescriptionTreatmentType: 'Acute Prescription',
      prescriptionStatus: 'To Be Dispensed',
    });
  });

  test('tells the kind of treatment, the issue, and that a cancellation waits', async () => {
    const repeat = aJourney(spine(), { course: 'repeat' });
    await repeat.send();
    const dispensing = aJourney(spine(), { course: 'repeat' });
    await dispensing.send(repeatDispensing(dispensing.order()));
    const waiting = aJourney(spine());
    await waiting.send();
    await waiting.release();
    await waiting.cancel();
    const { prescriptions } = await told(`/mm/nhs111itemsummary?nhsNumber=${PATIENT}`);
    assert.equal(prescriptions[repeat.id].prescriptionTreatmentType, 'Repeat Prescribing');
    assert.equal(prescriptions[dispensing.id].prescriptionTreatmentType, 'Repeat Dispensing');
    const { repeatInstance } = prescriptions[dispensing.id];
    assert.deepEqual(repeatInstance, { currentIssue: '1', totalAuthorised: '3' });
    assert.equal(prescriptions[waiting.id].pendingCancellations, 'True');
    const [second, fourth] = [
      await told(detailsPath(dispensing, 2)),
      await told(detailsPath(dispensing, 4)),
    ];
    assert.equal(second[dispensing.id].prescriptionStatus, 'Repeat Dispense future instance');
    const { statusCode, reason } = fourth;
    assert.deepEqual([statusCode, reason], ['8', 'Prescription repeat instance not found']);
  });

  test('is narrowed by status and by days', async () => {
    const day = (at: Date): string => at.toISOString().slice(0, 10).replaceAll('-', '');
    const monthAgo = new Date(Date.now() - 30 * 86_400_000);
    const older = aJourney(spine(), { authoredAt: monthAgo });
    const newer = aJourney(spine());
    await older.send();
    await newer.send();
    const ids = async (more: string): Promise<string[]> => {
      const answer = await told(`/mm/nhs111itemsummary?nhsNumber=${PATIENT}&${more}`);
      return [older.id, newer.id].filter((id) => id in answer.prescriptions);
    };
    assert.deepEqual(await ids('prescriptionStatus=0001'), [older.id, newer.id]);
    assert.deepEqual(await ids('prescriptionStatus=0008'), []);
    assert.deepEqual(await ids(`earliestDate=${day(monthAgo)}&latestDate=${day(monthAgo)}`), [
      older.id,
    ]);
    const weekAgo = day(new Date(Date.now() - 7 * 86_400_000));
    assert.deepEqual(await ids(`earliestDate=${weekAgo}`), [newer.id]);
    assert.deepEqual(await ids(`latestDate=${weekAgo}`), [older.id]);
  });

  test('leaves out one whose order cannot be read, and has the others', async () => {
    const [whole, broken] = [aJourney(spine()), aJourney(spine())];
    await whole.send();
    await broken.send();
    await spine().database.all(sql`
      update prescriptions.message set body = convert_to('<no order', 'utf8')
      where ${prescriptionKey(broken.id)} = any(prescription_ids)`);
    const { prescriptions } = await told(`/mm/nhs111itemsummary?nhsNumber=${PATIENT}`);
    assert.ok(whole.id in prescriptions && !(broken.id in prescriptions));
    const { statusCode } = await told(detailsPath(broken));
    assert.equal(statusCode, '8');
  });

  test('of a patient without prescriptions is empty', async () => {
    const { statusCode, prescriptions } = await told('/mm/nhs111itemsummary?nhsNumber=3152699093');
    assert.deepEqual([statusCode, prescriptions], ['0', {}]);
  });
});

describe('one prescription', () => {
  test('has all fields of the contract while it is with nobody', async () => {
    const journey = aJourney(spine());
    await journey.send();
    const { [journey.id]: details } = await told(detailsPath(journey));
    assert.deepEqual(Object.keys(details), FIELDS);
    assert.deepEqual(
      [
        'prescriptionDownloadDate',
        'prescriptionDispensedDate',
        'prescriptionClaimedDate',
        'prescriptionLastIssueDispensedDate',
      ].map((name) => details[name]),
      ['', '', '', 'False'],
    );
    assert.deepEqual(details.prescriber, {
      name: 'MOORSIDE SURGERY (SYNTHETIC)',
      address: 'MOORSIDE SURGERY, 1 EXAMPLE STREET, TESTWICK, ZZ99 1AA',
      phone: '01632960101',
      ods: 'A83008',
    });
    assert.equal(details.nominatedPharmacy.ods, 'FA565');
    assert.equal(details.nominatedPharmacy.name, 'STATION ROAD PHARMACY (SYNTHETIC)');
    assert.deepEqual(details.dispensingPharmacy, { name: '', address: '', phone: '', ods: '' });
    assert.deepEqual(details.lineItems[journey.itemIds[0]?.toUpperCase() ?? ''], {
      description: 'Amoxicillin 250mg capsules',
      quantity: '20',
      uom: 'capsule',
      dosage: 'One capsule twice a day for 10 days',
      itemStatus: 'To be Dispensed',
      code: '39732311000001104',
    });
  });

  test('tells who has it and when what was done', async () => {
    const journey = aJourney(spine());
    await journey.send();
    await journey.release();
    await journey.dispense(['FullyDispensed']);
    await journey.claim();
    const { [journey.id]: details } = await told(detailsPath(journey));
    assert.equal(details.dispensingPharmacy.ods, 'FA565');
    assert.equal(details.dispensingPharmacy.name, 'STATION ROAD PHARMACY (SYNTHETIC)');
    for (const name of FIELDS.filter((field) => field.endsWith('Date'))) {
      assert.match(details[name], TIME, name);
    }
  });
});

const FIELDS =
  `lastEventDate prescriptionIssueDate patientNhsNumber epsVersion repeatInstance pendingCancellations
  prescriptionTreatmentType prescriptionStatus lineItems prescriptionDownloadDate prescriptionDispensedDate
  prescriptionClaimedDate prescriptionLastIssueDispensedDate prescriber nominatedPharmacy dispensingPharmacy`.split(
    /\s+/,
  );

describe('what the JSON tracker refuses', () => {
  const CASES: readonly (readonly [path: string, statusCode: string, reason: string])[] = [
    ['nhs111itemsummary', '1', 'nhsNumber must be a valid NHS number'],
    ['nhs111itemsummary?nhsNumber=9990000019', '1', 'nhsNumber must be a valid NHS number'],
    [
      'nhs111itemsummary?nhsNumber=9990000018&nhsNumber=9990000026',
      '1',
      'nhsNumber must be a valid NHS number',
    ],
    ["nhs111itemsummary?nhsNumber=1' or '1'='1", '1', 'nhsNumber must be a valid NHS number'],
    [
      'nhs111itemsummary?nhsNumber=9990000018&prescriptionStatus=0042',
      '1',
      'prescriptionStatus must be the four digits of a status',
    ],
    [
      'nhs111itemsummary?nhsNumber=9990000018&earliestDate=20260231',
      '1',
      'earliestDate must be a day, YYYYMMDD',
    ],
    [
      'nhs111itemsummary?nhsNumber=9990000018&latestDate=2026-02-03',
      '1',
      'latestDate must be a day, YYYYMMDD',
    ],
    ['nhs111itemdetails', '1', 'prescriptionId must be the id of a prescription'],
    [
      'nhs111itemdetails?prescriptionId=ABC&issueNumber=1',
      '1',
      'prescriptionId must be the id of a prescription',
    ],
    [
      'nhs111itemdetails?prescriptionId=EBA388-000X26-44ABAC&issueNumber=x',
      '1',
      'issueNumber must be the number of an issue',
    ],
    [
      'nhs111itemdetails?prescriptionId=EBA388-000X26-44ABAC&issueNumber=1',
      '8',
      'Prescription repeat instance not found',
    ],
  ];
  for (const [path, statusCode, reason] of CASES) {
    test(path.slice(0, 80), async () => {
      const answer = await told(`/mm/${encodeURI(path)}`);
      assert.deepEqual(answer, { version: '1.0', reason, statusCode });
    });
  }

  test('an ASID that is not of the certificate, or not there', async () => {
    const { asid } = TEST_SYSTEMS.pharmacy;
    for (const headers of [{ 'Spine-From-Asid': asid }, { 'Spine-From-Asid': '' }]) {
      const said = await get(`/mm/nhs111itemsummary?nhsNumber=${PATIENT}`, headers);
      assert.equal(said.status, 403);
      const reason = `ASID ${headers['Spine-From-Asid']} is not of the sender's certificate`;
      assert.deepEqual(JSON.parse(said.text), { version: '1.0', reason, statusCode: '1' });
    }
  });

  test('a system that is not accredited for it', async () => {
    const { partyKey, asid } = TEST_SYSTEMS.otherPharmacy;
    await spine().database.all(sql`
      update directory.accredited_system set interactions = array['urn:nhs:names:services:mm:PORX_IN080101UK31']
      where party_key = ${partyKey}`);
    const other = await openHl7Client(
      spine().database,
      hl7Url(spine()),
      TEST_SYSTEMS.otherPharmacy,
    );
    const said = await other.send(`/mm/nhs111itemsummary?nhsNumber=${PATIENT}`, {
      headers: { 'Spine-From-Asid': asid },
    });
    other.close();
    assert.equal(said.status, 403);
    assert.equal(
      JSON.parse(said.text).reason,
      `ASID ${asid} is not accredited for nhs111itemsummary`,
    );
  });

  test('half a person', async () => {
    const said = await get(`/mm/nhs111itemsummary?nhsNumber=${PATIENT}`, {
      'Spine-UserId': '555900020101',
    });
    assert.equal(said.status, 400);
    assert.equal(JSON.parse(said.text).statusCode, '1');
  });

  test('other methods and other addresses', async () => {
    const post = await client().send('/mm/nhs111itemsummary', { method: 'POST', body: '{}' });
    assert.deepEqual([post.status, post.headers['allow']], [405, 'GET']);
    assert.equal((await get('/mm/nhs111')).status, 404);
    assert.equal((await get('/mm/nhs111itemsummaryx')).status, 404);
  });
});

describe('who looked', () => {
  test('is in the audit trail, with the person whom the headers name', async () => {
    const journey = aJourney(spine());
    await journey.send();
    const person = { 'Spine-UserId': '555900020101', 'Spine-RoleProfileId': '555900020102' };
    await get(detailsPath(journey), person);
    await get(`/mm/nhs111itemsummary?nhsNumber=${PATIENT}`);
    const rows = await spine().database.all<{ interaction: string; user_id: string | null }>(sql`
      select interaction, user_id from platform.audit
      where prescription_id = ${prescriptionKey(journey.id)} and outcome = 'read' order by id`);
    assert.deepEqual(
      rows.map(({ interaction, user_id: user }) => [interaction, user]),
      [
        ['nhs111itemdetails', '555900020101'],
        ['nhs111itemsummary', null],
      ],
    );
  });
});
