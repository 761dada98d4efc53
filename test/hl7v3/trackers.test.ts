// Shows: HL7 V3 | trackers over SOAP and in JSON tell of a prescription what GET Task and `spine track` do, at each of its states, whichever door it came through

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ran } from '../../src/cli/testing.ts';
import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { domainCommands } from '../../src/local/verbs/index.ts';
import { ISSUE_STATUSES } from '../../src/prescriptions/statuses.ts';
import { wrapped } from '../support/hl7v3.ts';
import { aJourney, type Journey } from '../support/journey.ts';
import { LEGACY, PRESCRIBING } from '../support/server.ts';
import { all, clinicalRecordIn, QUESTIONS, recordIn, testTrackers, text } from './asking.ts';

const { spine, client, ask, get } = testTrackers();

const ITEM_WORDS: Readonly<Record<string, string>> = {
  '0001': 'Dispensed',
  '0002': 'Not Dispensed',
  '0003': 'Dispensed - Partial',
  '0004': 'Not Dispensed - Owing',
  '0005': 'Cancelled',
  '0006': 'Expired',
  '0007': 'To be Dispensed',
  '0008': 'With Dispenser',
};

type Standing = { readonly status: string; readonly items: readonly string[] };

/** As the FHIR tracker tells it. */
async function byTask({ id }: Journey): Promise<Standing> {
  const { body } = await spine().call(`${LEGACY}/Task?focus:identifier=${encodeURIComponent(id)}`);
  const task = body.entry[0].resource;
  return {
    status: task.businessStatus.coding[0].code,
    items: task.input.map(
      // oxlint-disable-next-line typescript/no-explicit-any -- a Task
      (input: any) => input.extension[0].extension.at(-1).valueCoding.code,
    ),
  };
}

async function bySoap({ id }: Journey): Promise<Standing[]> {
  const records = [
    recordIn(await ask(QUESTIONS.detail(id))),
    clinicalRecordIn(await ask(QUESTIONS.clinical(id))),
  ];
  return records.map((record) => ({
    status: text(record, 'prescriptionStatus'),
    items: all(record, 'lineItem').map((item) => all(item, 'status')[0]?.attributes['value'] ?? ''),
  }));
}

async function byJson({ id }: Journey): Promise<Standing> {
  const said = await get(
    `/mm/nhs111itemdetails?prescriptionId=${encodeURIComponent(id)}&issueNumber=1`,
  );
  const { statusCode, [id]: told } = JSON.parse(said.text);
  assert.equal(statusCode, '0', said.text);
  const words = Object.entries(ITEM_WORDS);
  const status = Object.values(ISSUE_STATUSES).find(
    ({ display }) => display === told.prescriptionStatus,
  );
  return {
    status: status?.code ?? told.prescriptionStatus,
    items: Object.values<{ itemStatus: string }>(told.lineItems).map(
      ({ itemStatus }) => words.find(([, word]) => word === itemStatus)?.[0] ?? itemStatus,
    ),
  };
}

/** As `spine track` prints it for programs. */
async function byCommand({ id }: Journey): Promise<Standing> {
  const { code, stdout } = await ran(domainCommands(), [
    'track',
    id,
    '-o',
    'json',
    '--at',
    spine().url,
  ]);
  assert.equal(code, 0, stdout);
  const [{ status, items }] = JSON.parse(stdout);
  return {
    status: status.code,
    items: items.map((item: { status: string }) => item.status.slice(0, 4)),
  };
}

/** All say the same, and that is this. */
async function stands(
  journey: Journey,
  status: string,
  ...items: readonly string[]
): Promise<void> {
  const wanted = { status, items };
  assert.deepEqual(await byTask(journey), wanted, 'GET Task');
  assert.deepEqual(await bySoap(journey), [wanted, wanted], 'over SOAP');
  assert.deepEqual(await byJson(journey), wanted, 'in JSON');
  assert.deepEqual(await byCommand(journey), wanted, 'spine track');
}

describe('what trackers tell', () => {
  test('is the same at each state, from the order to the claim', async () => {
    const journey = aJourney(spine(), { items: 2 });
    await journey.send();
    await stands(journey, '0001', '0007', '0007');
    await journey.release();
    await stands(journey, '0002', '0008', '0008');
    await journey.giveBack();
    await stands(journey, '0001', '0007', '0007');
    await journey.release();
    await journey.dispense(['PartiallyDispensed', 'Owing']);
    await stands(journey, '0003', '0003', '0004');
    await journey.dispense(['FullyDispensed', 'NotDispensed']);
    await stands(journey, '0006', '0001', '0002');
    await journey.claim();
    await stands(journey, '0008', '0001', '0002');
  });

  test('is the same of what was cancelled, and of what is post-dated', async () => {
    const cancelled = aJourney(spine());
    await cancelled.send();
    await cancelled.cancel();
    await stands(cancelled, '0005', '0005');
    const later = aJourney(spine(), { authoredAt: new Date(Date.now() + 3 * 86_400_000) });
    await later.send();
    await stands(later, '9001', '0007');
  });

  test('is the same of what came by HL7 V3', async () => {
    const journey = aJourney(spine());
    const body = journey.order();
    const converted = await spine().call(`${PRESCRIBING}/$convert`, { body });
    const interaction = 'PORX_IN020101SM31';
    const post = wrapped({ system: TEST_SYSTEMS.facade, interaction, payload: converted.text });
    const said = await client().send('/Prescription', post);
    assert.match(said.text, /typeCode="AA"/);
    await stands(journey, '0001', '0007');
    await journey.release();
    await stands(journey, '0002', '0008');
  });

  test('is found among those of a patient', async () => {
    const journey = aJourney(spine());
    await journey.send();
    await journey.release();
    const said = await get('/mm/nhs111itemsummary?nhsNumber=9990000018&prescriptionStatus=0002');
    assert.equal(said.status, 200);
    const { statusCode, prescriptions } = JSON.parse(said.text);
    assert.equal(statusCode, '0');
    assert.equal(prescriptions[journey.id].prescriptionStatus, 'With Dispenser');
    const found = await ask(
      QUESTIONS.search(
        '<patientId><value extension="9990000018"/></patientId><prescriptionStatus><value code="0002"/></prescriptionStatus>',
      ),
    );
    const { Response } = JSON.parse(found.text);
    const mine = Response.prescriptions.find(
      ({ prescriptionID }: { prescriptionID: string }) => prescriptionID === journey.id,
    );
    assert.equal(mine.prescriptionStatuses, '0002');
    assert.equal(mine.dispenserOrg, 'FA565');
  });
});
