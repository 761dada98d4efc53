import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { derivedUuid } from '../../kernel/uuid.ts';
import { PERSONAS } from '../personas.ts';
import { aClaim, aDispense, aDispensedItem, anOrder } from '../testing.ts';
import * as build from './index.ts';
import { all, containedRole, extension, type Of, one } from './testing.ts';

const shortForm = anOrder().shortFormId;
const task = {
  messageId: derivedUuid('task'),
  shortFormId: shortForm,
  nhsNumber: anOrder().patient.nhsNumber,
  dispenser: PERSONAS.dispenser,
  authoredAt: new Date('2026-01-05T12:00:00Z'),
};
describe('a release', () => {
  test('names owner and agent by identifier, and for a patient the prescription', () => {
    const request = { requestId: derivedUuid('r'), dispenser: PERSONAS.dispenser };
    const nominated = build.releaseNominated(request).parameter ?? [];
    assert.deepEqual(
      nominated.map((parameter) => parameter.name),
      ['owner', 'status', 'agent'],
    );
    const owner = nominated[0]?.resource as Of<'Organization'>;
    assert.equal(owner.identifier?.[0]?.value, 'FA565');
    assert.ok(owner.name && owner.type && owner.address && owner.telecom?.[0]?.value);
    const agent = nominated[2]?.resource as Of<'PractitionerRole'>;
    assert.equal(agent.practitioner?.identifier?.value, PERSONAS.dispenser.userId);
    assert.ok(agent.code && agent.telecom?.[0]?.value && agent.identifier?.[0]?.value);
    const patient = build.releasePatient({ ...request, shortFormId: shortForm }).parameter ?? [];
    assert.equal(patient[0]?.valueIdentifier?.value, shortForm);
    assert.equal(patient.length, 4);
  });
});

describe('a task', () => {
  const returned = build.returnTask({ ...task, releaseId: derivedUuid('release'), reason: '0003' });
  const withdrawn = build.withdraw({
    ...task,
    dispenseMessageId: derivedUuid('dispense'),
    reason: 'QU',
  });

  test('to return is rejected with a reason of its own list, and points at the release', () => {
    assert.equal(returned.status, 'rejected');
    assert.deepEqual(returned.statusReason?.coding?.[0], {
      system: 'https://fhir.nhs.uk/CodeSystem/EPS-task-dispense-return-status-reason',
      code: '0003',
      display: 'Patient requested release',
    });
    assert.equal(returned.focus?.identifier?.value, derivedUuid('release'));
  });

  test('to withdraw is in progress, aborts, and points at the notification', () => {
    assert.equal(withdrawn.status, 'in-progress');
    assert.equal(withdrawn.code?.coding?.[0]?.code, 'abort');
    assert.equal(withdrawn.statusReason?.coding?.[0]?.code, 'QU');
    assert.equal(withdrawn.focus?.identifier?.value, derivedUuid('dispense'));
  });

  test('of either kind has ids, time, patient, and a contained requester with organisation', () => {
    for (const each of [returned, withdrawn]) {
      assert.equal(each.intent, 'order');
      assert.equal(each.identifier?.[0]?.value, task.messageId);
      assert.equal(each.groupIdentifier?.value, shortForm);
      assert.equal(each.for?.identifier?.value, task.nhsNumber);
      assert.equal(each.authoredOn, '2026-01-05T12:00:00+00:00');
      containedRole(each.contained, each.requester?.reference);
    }
  });
});

describe('a dispense notification', () => {
  const partly = [
    aDispensedItem(0),
    aDispensedItem(1, { outcome: 'PartiallyDispensed', supplied: 40 }),
  ];
  const bundle = build.dispense(aDispense({ items: partly, outcome: build.outcomeOf(partly) }));

  test('reports each item with its status, what was supplied, and the prescription after it', () => {
    const supplies = all(bundle, 'MedicationDispense');
    assert.deepEqual(
      supplies.map((supply) => supply.type?.coding?.[0]?.code),
      ['0001', '0003'],
    );
    assert.deepEqual(
      supplies.map((supply) => supply.quantity?.value),
      [20, 40],
    );
    for (const supply of supplies) {
      assert.equal(
        extension(supply, 'Extension-EPS-TaskBusinessStatus')?.valueCoding?.code,
        '0003',
      );
      assert.equal(
        supply.identifier?.[0]?.system,
        'https://fhir.nhs.uk/Id/prescription-dispense-item-number',
      );
      assert.equal(supply.subject?.identifier?.value, '9990000018');
      assert.equal(supply.performer?.[0]?.actor.reference, '#performer');
      assert.equal(supply.whenHandedOver, '2026-01-05T11:00:00+00:00');
      const request = supply.contained?.find(
        (each) => `#${each.id}` === supply.authorizingPrescription?.[0]?.reference,
      ) as Of<'MedicationRequest'>;
      assert.equal(
        request.groupIdentifier?.extension?.[0]?.valueIdentifier?.value,
        derivedUuid('long form'),
      );
      assert.ok(request.identifier?.[0]?.value && request.dispenseRequest?.quantity);
    }
  });

  test('answers the release and says who pays', () => {
    assert.deepEqual(one(bundle, 'MessageHeader').response, {
      identifier: derivedUuid('release response'),
      code: 'ok',
    });
    const relations = extension(
      one(bundle, 'Organization'),
      'Extension-ODS-OrganisationRelationships',
    );
    assert.equal(relations?.extension?.[0]?.valueIdentifier?.value, 'T1450');
  });

  test('that amends names the one it replaces', () => {
    const amended = build.dispense(aDispense({ replacementOf: derivedUuid('before') }));
    assert.equal(
      extension(one(amended, 'MessageHeader'), 'Extension-replacementOf')?.valueIdentifier?.value,
      derivedUuid('before'),
    );
  });

  test('says why an item was not dispensed', () => {
    const items = [aDispensedItem(0, { outcome: 'NotDispensed', supplied: 0, reason: '0001' })];
    assert.equal(build.outcomeOf(items), 'NotDispensed');
    const supply = one(
      build.dispense(aDispense({ items, outcome: 'NotDispensed' })),
      'MedicationDispense',
    );
    assert.equal(supply.statusReasonCodeableConcept?.coding?.[0]?.code, '0001');
  });
});

describe('a claim', () => {
  test('has one insurer, one prescription, and for each item ids, status, charge and endorsement', () => {
    const made = build.claim(aClaim());
    assert.equal(made.insurance.length, 1);
    assert.equal(made.insurance[0]?.coverage.identifier?.value, 'T1450');
    const ids = made.prescription?.extension?.[0]?.extension ?? [];
    assert.deepEqual(
      ids.map((each) => [each.url, each.valueIdentifier?.value]),
      [
        ['shortForm', shortForm],
        ['UUID', derivedUuid('long form')],
      ],
    );
    assert.equal(made.item?.length, 1);
    const item = made.item?.[0];
    assert.equal(item?.extension?.[0]?.valueCoding?.code, '0006');
    assert.equal(item?.detail?.length, 2);
    for (const detail of item?.detail ?? []) {
      assert.ok(extension(detail, 'Extension-ClaimSequenceIdentifier')?.valueIdentifier?.value);
      assert.ok(
        extension(detail, 'Extension-ClaimMedicationRequestReference')?.valueReference?.identifier
          ?.value,
      );
      assert.equal(detail.modifier?.[0]?.coding?.[0]?.code, '0001');
      assert.deepEqual(
        detail.programCode?.map((code) => code.coding?.[0]?.code),
        ['paid-once', 'NDEC'],
      );
      assert.ok(detail.subDetail?.[0]?.quantity?.value);
    }
    containedRole(made.contained, made.provider.reference);
  });

  test('that amends names the one it replaces', () => {
    const amended = build.claim(aClaim({ replacementOf: derivedUuid('before') }));
    assert.equal(
      extension(amended, 'Extension-replacementOf')?.valueIdentifier?.value,
      derivedUuid('before'),
    );
  });
});
