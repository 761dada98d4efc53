// Shows: HL7 V3 | messages of a prescription over SOAP: as they came, by the key in its record; who saw them is kept

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { sql } from '../../src/platform/sql.ts';
import { prescriptionKey } from '../../src/prescriptions/prescription-id.ts';
import { wrapped } from '../support/hl7v3.ts';
import { aJourney, type Journey } from '../support/journey.ts';
import { PRESCRIBING } from '../support/server.ts';
import {
  all,
  documentIn,
  faultIn,
  QUESTIONS,
  recordIn,
  refusalIn,
  testTrackers,
  text,
} from './asking.ts';
import { openDoors, reasonsOf } from './doors.ts';
import { aHl7Journey } from './hl7-journey.ts';
import { rebuildOf } from './rebuilding.ts';

const { spine, ask, client } = testTrackers();

async function recordOf({ id }: Pick<Journey, 'id'>) {
  return recordIn(await ask(QUESTIONS.detail(id)));
}

describe('a message of a prescription', () => {
  test('is the order, by the key in its record, packed as clients unpack it', async () => {
    const journey = aJourney(spine());
    await journey.send();
    const key = text(await recordOf(journey), 'prescriptionMsgRef');
    const { type, root, xml } = documentIn(await ask(QUESTIONS.document(journey.id, key)));
    assert.equal(type, 'PORX_IN020101SM31');
    assert.equal(root.name, 'ParentPrescription');
    assert.equal(root.attributes['xmlns'], 'urn:hl7-org:v3');
    assert.ok(xml.includes(journey.id));
    assert.ok(xml.includes('<Signature'));
  });

  test('is what was told of its dispensing', async () => {
    const journey = aJourney(spine());
    await journey.send();
    await journey.release();
    await journey.dispense(['FullyDispensed']);
    const key = text(await recordOf(journey), 'lastDispenseNotificationMsgRef');
    const { type, root } = documentIn(await ask(QUESTIONS.document(journey.id, key)));
    assert.equal(type, 'PORX_IN080101SM31');
    assert.equal(root.name, 'DispenseNotification');
  });

  test('is an order that came by HL7 V3 to the byte as it came', async () => {
    const journey = aJourney(spine());
    const converted = await spine().call(`${PRESCRIBING}/$convert`, { body: journey.order() });
    const system = TEST_SYSTEMS.facade;
    const interaction = 'PORX_IN020101SM31';
    const post = wrapped({ system, interaction, payload: converted.text });
    const said = await client().send('/Prescription', post);
    assert.match(said.text, /typeCode="AA"/);
    const record = await recordOf(journey);
    assert.equal(text(record, 'prescriptionStatus'), '0001');
    const key = text(record, 'prescriptionMsgRef');
    const { xml } = documentIn(await ask(QUESTIONS.document(journey.id, key)));
    const [act = ''] =
      /<ParentPrescription[\s\S]*<\/ParentPrescription>/.exec(converted.text) ?? [];
    const declared = '<ParentPrescription xmlns="urn:hl7-org:v3"';
    assert.equal(xml, act.replace('<ParentPrescription', declared));
  });

  test('is a dispense notification that came by HL7 V3 as it came; a history that is told anew is shown', async () => {
    // Of today: what falls due works on this store by the real clock.
    const authoredAt = new Date();
    const journey = aHl7Journey(openDoors(spine().database), { nominated: null, authoredAt });
    journey.at = authoredAt;
    await journey.send();
    await journey.release();
    await journey.dispense(['FullyDispensed']);
    const record = await recordOf(journey);
    const key = text(record, 'lastDispenseNotificationMsgRef');
    const { type, root, xml } = documentIn(await ask(QUESTIONS.document(journey.id, key)));
    assert.deepEqual([type, root.name], ['PORX_IN080101SM31', 'DispenseNotification']);
    const [act = ''] =
      /<DispenseNotification[\s\S]*<\/DispenseNotification>/.exec(journey.sent.at(-1) ?? '') ?? [];
    assert.equal(
      xml,
      act.replace('<DispenseNotification', '<DispenseNotification xmlns="urn:hl7-org:v3"'),
    );
    const answer = await journey.post(rebuildOf(journey, '0001', '0003'));
    assert.equal(answer.acknowledgement, 'AA', JSON.stringify(reasonsOf(answer)));
    const rebuilt = await recordOf(journey);
    const told = all(rebuilt, 'dispenseNotification');
    assert.deepEqual(
      told.map((one) => text(one, 'statusLineItem1')),
      ['0001', '0003', '0001'],
    );
    const last = all(rebuilt, 'filteredHistory').at(-1);
    assert.ok(last);
    assert.equal(text(last, 'message'), 'Rebuild Dispense History successful');
    assert.equal(
      text(rebuilt, 'lastDispenseNotificationGuid'),
      text(told[2] ?? last, 'dispenseNotificationID'),
    );
  });

  test('is not shown by the key of another, nor of another prescription', async () => {
    const [one, other] = [aJourney(spine()), aJourney(spine())];
    await one.send();
    await other.send();
    const key = text(await recordOf(other), 'prescriptionMsgRef');
    assert.equal(
      faultIn(await ask(QUESTIONS.document(one.id, key))),
      '300 The query is not valid: Document not found',
    );
    const none = QUESTIONS.document(one.id, '20260101000000000000_ABCDEF_0123456789');
    assert.equal(faultIn(await ask(none)), '300 The query is not valid: Document not found');
  });
});

describe('who looked', () => {
  test('is in the audit trail: which query, by whom, at which record; a query without result reads none', async () => {
    const journey = aJourney(spine());
    await journey.send();
    const key = text(await recordOf(journey), 'prescriptionMsgRef');
    const author = { userId: '555900020101', roleProfile: '555900020102' };
    const questions = [
      { ...QUESTIONS.detail(journey.id), author },
      QUESTIONS.clinical(journey.id),
      QUESTIONS.document(journey.id, key),
      QUESTIONS.search(`<prescriptionId><value extension="${journey.id}"/></prescriptionId>`),
    ];
    for (const question of questions) assert.equal((await ask(question)).status, 200);
    await ask(QUESTIONS.detail(journey.id, 7));
    const rows = await spine().database.all(sql`
      select interaction, user_id as user, role_profile as role, asid, nhs_number as patient, outcome
      from platform.audit where prescription_id = ${prescriptionKey(journey.id)} and outcome = 'read' order by id`);
    const { asid } = TEST_SYSTEMS.facade;
    const alone = { user: null, role: null, asid, patient: '9990000018', outcome: 'read' };
    assert.deepEqual(
      rows.map((row) => ({ ...row })),
      [
        { ...alone, interaction: 'QURX_IN000005UK99' },
        {
          ...alone,
          interaction: 'QURX_IN000005UK99',
          user: author.userId,
          role: author.roleProfile,
        },
        { ...alone, interaction: 'QURX_IN000005UK98' },
        { ...alone, interaction: 'GET_PRESCRIPTION_DOCUMENT_INUK01' },
        { ...alone, interaction: 'PRESCRIPTIONSEARCH_SM01' },
      ],
    );
  });
});

describe('a prescription whose order, as it is kept, cannot be read', () => {
  const UNREADABLE = 'The prescription as it is kept cannot be read';

  test('is said to be so in the form of each question, and what can be read of it is given', async () => {
    const journey = aJourney(spine());
    await journey.send();
    await journey.release();
    await journey.dispense(['FullyDispensed']);
    const record = await recordOf(journey);
    const [notified] = all(record, 'dispenseNotification');
    assert.ok(notified);
    await spine().database.all(sql`
      update prescriptions.message m set body = '<note>no order</note>' from prescriptions.prescription p
      where m.message_id = (p.state->>'orderId')::uuid and p.prescription_id = ${journey.id.slice(0, -1)}`);
    const invalid = `300 The query is not valid: ${UNREADABLE}`;
    assert.equal(faultIn(await ask(QUESTIONS.detail(journey.id))), invalid);
    const view = await ask(QUESTIONS.clinical(journey.id));
    assert.ok(refusalIn(view, 'prescriptionClinicalViewResponse').endsWith(UNREADABLE));
    const ordered = QUESTIONS.document(journey.id, text(record, 'prescriptionMsgRef'));
    assert.equal(faultIn(await ask(ordered)), invalid);
    const told = QUESTIONS.document(journey.id, text(notified, 'dispNotifDocumentKey'));
    assert.equal(documentIn(await ask(told)).type, 'PORX_IN080101SM31');
  });
});
