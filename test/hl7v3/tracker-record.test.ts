// Shows: HL7 V3 | the record of a prescription over SOAP: its facts, its history, what was dispensed

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Element } from '../../src/gateways/xml/element.ts';
import { aJourney, type Journey } from '../support/journey.ts';
import { repeatDispensing } from '../support/repeat-dispensing.ts';
import { all, childrenOf, QUESTIONS, recordIn, testTrackers, text, texts } from './asking.ts';

const { spine, ask } = testTrackers();

async function recordOf({ id }: Journey, issue?: number): Promise<Element> {
  return recordIn(await ask(QUESTIONS.detail(id, issue)));
}

const CHILDREN =
  `releaseRequestMsgRef prescriptionStatus nominatedDownloadDate downloadDate completionDate
  expiryDate dispenseWindow instanceNumber lineItem history filteredHistory dispensingOrganization lastDispenseDate
  lastDispenseNotificationMsgRef lastDispenseNotificationGuid claimReceivedDate currentInstance signedTime
  prescriptionTreatmentType prescriptionType prescriptionTime prescriptionID prescriptionMsgRef
  prescribingOrganization daysSupply maxRepeats eventID lowerAgeLimit higherAgeLimit patientNhsNumber
  patientBirthTime nominatedPerformer nominatedPerformerType parentPrescription dispenseNotification`.split(
    /\s+/,
  );

const HISTORY =
  `SCN instance interactionID status instanceStatus agentPerson agentSystem agentPersonOrgCode message
  messageID timestamp toASID fromASID`.split(/\s+/);

const FILTERED =
  `SCN internalId timestamp fromStatus toStatus agentPerson agentRoleProfileCodeId message orgASID
  agentPersonOrgCode lineStatusChangeDict`.split(/\s+/);

const KEY = /^\d{20}_[0-9A-F]{6}_\d{10}$/;

function namesOf(element: Element | undefined): string[] {
  return element === undefined ? [] : childrenOf(element).map(({ name }) => name);
}

describe('the record of a prescription', () => {
  test('has all that the contract lists, in its order', async () => {
    const journey = aJourney(spine(), { items: 2 });
    await journey.send();
    await journey.release();
    await journey.dispense(['FullyDispensed', 'PartiallyDispensed']);
    await journey.dispense(['FullyDispensed', 'FullyDispensed']);
    await journey.claim();
    const record = await recordOf(journey);
    assert.deepEqual([...new Set(namesOf(record))], CHILDREN);
    assert.deepEqual(namesOf(all(record, 'history')[0]), HISTORY);
    assert.deepEqual(namesOf(all(record, 'filteredHistory')[0]), FILTERED);
    const facts = {
      prescriptionStatus: '0008',
      instanceNumber: '1',
      dispensingOrganization: 'FA565',
      lastDispenseNotificationGuid: journey.lastDispense.toUpperCase(),
      currentInstance: '1',
      prescriptionTreatmentType: '0001',
      prescriptionType: '0101',
      prescriptionID: journey.id,
      prescribingOrganization: 'A83008',
      maxRepeats: '1',
      lowerAgeLimit: '20000516',
      higherAgeLimit: '20440517',
      patientNhsNumber: '9990000018',
      patientBirthTime: '19840517',
      nominatedPerformer: 'FA565',
      nominatedPerformerType: 'P1',
    };
    for (const [name, value] of Object.entries(facts))
      assert.equal(text(record, name), value, name);
    const keys = ['prescriptionMsgRef', 'releaseRequestMsgRef', 'lastDispenseNotificationMsgRef'];
    for (const name of keys) assert.match(text(record, name), KEY, name);
    const times = ['downloadDate', 'completionDate', 'lastDispenseDate', 'claimReceivedDate'];
    for (const name of [...times, 'signedTime', 'prescriptionTime']) {
      assert.match(text(record, name), /^\d{14}$/, name);
    }
    for (const name of ['expiryDate']) assert.match(text(record, name), /^\d{8}$/, name);
  });

  test('tells each item with its status and the one before', async () => {
    const journey = aJourney(spine(), { items: 2 });
    await journey.send();
    await journey.release();
    await journey.dispense(['FullyDispensed', 'Owing']);
    const items = all(await recordOf(journey), 'lineItem');
    assert.deepEqual(
      items.map((item) =>
        ['order', 'ID', 'previousStatus', 'status'].map((name) => text(item, name)),
      ),
      [
        ['1', journey.itemIds[0]?.toUpperCase(), '0008', '0001'],
        ['2', journey.itemIds[1]?.toUpperCase(), '0008', '0004'],
      ],
    );
  });

  test('tells the patient and the items as they were ordered', async () => {
    const journey = aJourney(spine(), { items: 2 });
    await journey.send();
    const [ordered] = all(await recordOf(journey), 'parentPrescription');
    assert.ok(ordered);
    const told = (...names: string[]): string[] => names.map((name) => text(ordered, name));
    assert.deepEqual(told('birthTime', 'administrativeGenderCode'), ['19840517', '2']);
    assert.deepEqual(told('prefix', 'given', 'family', 'suffix'), [
      'Ms',
      'Rosa',
      'XXTESTPATIENT-ARCHER',
      '',
    ]);
    assert.deepEqual(told('addrLine1', 'addrLine2', 'addrLine3', 'postalCode'), [
      '10 Example Lane',
      'TESTWICK',
      '',
      'ZZ99 5AA',
    ]);
    for (const number of [1, 2]) {
      for (const name of ['product', 'quantity', 'narrative', 'dosage']) {
        assert.notEqual(text(ordered, `${name}LineItem${number}`), '', name);
      }
    }
    assert.equal(texts(ordered, 'productLineItem3').length, 0);
  });
});

describe('the record of repeat dispensing', () => {
  test('is of the issue that is asked for, and else of the current one', async () => {
    const journey = aJourney(spine(), { course: 'repeat' });
    await journey.send(repeatDispensing(journey.order()));
    await journey.release();
    const [current, second] = [await recordOf(journey), await recordOf(journey, 2)];
    const told = (record: Element): string[] =>
      ['instanceNumber', 'currentInstance', 'maxRepeats', 'prescriptionStatus'].map((name) =>
        text(record, name),
      );
    assert.deepEqual(told(current), ['1', '1', '3', '0002']);
    assert.deepEqual(told(second), ['2', '1', '3', '9000']);
    assert.equal(text(current, 'prescriptionTreatmentType'), '0003');
    const [item] = all(current, 'lineItem');
    assert.ok(item);
    assert.equal(text(item, 'lineItemMaxRepeats'), '3');
    assert.deepEqual([all(current, 'history').length, all(second, 'history').length], [2, 1]);
  });
});

describe('what was dispensed', () => {
  test('is told message by message, with what became of each item', async () => {
    const journey = aJourney(spine(), { items: 2 });
    await journey.send();
    await journey.release();
    await journey.dispense(['FullyDispensed', 'PartiallyDispensed']);
    const first = journey.lastDispense;
    await journey.dispense(['FullyDispensed', 'NotDispensed'], { amends: first });
    const told = all(await recordOf(journey), 'dispenseNotification');
    assert.deepEqual(
      told.map((one) => text(one, 'dispenseNotificationID')),
      [first, journey.lastDispense].map((id) => id.toUpperCase()),
    );
    assert.deepEqual(
      told.map((one) => [text(one, 'dispNotifFromStatus'), text(one, 'dispNotifToStatus')]),
      [
        ['0002', '0003'],
        ['0003', '0006'],
      ],
    );
    const [one] = told;
    assert.ok(one);
    assert.deepEqual(
      [text(one, 'statusLineItem1'), text(one, 'statusLineItem2')],
      ['0001', '0003'],
    );
    const components = JSON.parse(text(one, 'componentsLineItem1'));
    assert.deepEqual(Object.keys(components[0]), ['product', 'quantity', 'narrative', 'dosage']);
    assert.equal(components[0].product, text(one, 'productLineItem1'));
    assert.match(text(one, 'dispNotifDocumentKey'), KEY);
    assert.match(text(one, 'dispenseNotifDateTime'), /^\d{14}$/);
  });
});

describe('the history', () => {
  const titles = (record: Element): string[] =>
    all(record, 'filteredHistory').map((one) => text(one, 'message'));

  test('tells each change by whom, in the words of the real Spine', async () => {
    const journey = aJourney(spine());
    await journey.send();
    await journey.release();
    await journey.giveBack();
    await journey.release();
    await journey.dispense(['FullyDispensed']);
    await journey.withdraw();
    await journey.dispense(['FullyDispensed']);
    await journey.claim();
    const record = await recordOf(journey);
    assert.deepEqual(titles(record), [
      'Prescription upload successful',
      'Release Request successful',
      'Dispense proposal return successful',
      'Release Request successful',
      'Dispense notification successful; Update applied to issue=1',
      'Dispense Withdrawal successful',
      'Dispense notification successful; Update applied to issue=1',
      'Dispense claim successful',
    ]);
    assert.deepEqual(
      all(record, 'filteredHistory').map(
        (one) => `${text(one, 'fromStatus')}>${text(one, 'toStatus')}`,
      ),
      [
        '>0001',
        '0001>0002',
        '0002>0001',
        '0001>0002',
        '0002>0006',
        '0006>0002',
        '0002>0006',
        '0006>0008',
      ],
    );
    const [, release] = all(record, 'history');
    assert.ok(release);
    assert.equal(text(release, 'interactionID'), 'PORX_IN132004SM30');
    assert.equal(text(release, 'agentPersonOrgCode'), 'FA565');
    assert.equal(text(release, 'message'), '"Release Request successful"');
    assert.match(text(release, 'timestamp'), /^"\d{14}"$/);
    assert.match(text(release, 'messageID'), /^"[0-9A-F-]{36}"$/);
    const [, filtered] = all(record, 'filteredHistory');
    const [changes] = filtered === undefined ? [] : all(filtered, 'lineStatusChangeDict');
    const [line] = changes === undefined ? [] : all(changes, 'line');
    assert.ok(line);
    assert.deepEqual(
      ['order', 'id', 'fromStatus', 'toStatus'].map((name) => text(line, name)),
      ['1', journey.itemIds[0]?.toUpperCase(), '0007', '0008'],
    );
  });

  test('tells a cancellation that waits, and that it came about', async () => {
    const journey = aJourney(spine());
    await journey.send();
    await journey.release();
    await journey.cancel();
    await journey.giveBack();
    const record = await recordOf(journey);
    assert.deepEqual(titles(record), [
      'Prescription upload successful',
      'Release Request successful',
      'Prescription/item was not cancelled. With dispenser. Marked for cancellation',
      'Dispense proposal return successful',
      'Subsequent cancellation',
    ]);
    const reasons = all(record, 'filteredHistory').map((one) => texts(one, 'cancellationReason'));
    assert.deepEqual(reasons, [[], [], ['Pending: Prescribing Error'], [], ['Prescribing Error']]);
    const last = all(record, 'filteredHistory').at(-1);
    const [changes] = last === undefined ? [] : all(last, 'lineStatusChangeDict');
    const [line] = changes === undefined ? [] : all(changes, 'line');
    assert.ok(line);
    assert.equal(text(line, 'cancellationReason'), 'Prescribing Error');
  });

  test('tells a cancellation that was done at once', async () => {
    const journey = aJourney(spine());
    await journey.send();
    await journey.cancel();
    assert.equal(titles(await recordOf(journey)).at(-1), 'Prescription/item was cancelled');
  });
});
