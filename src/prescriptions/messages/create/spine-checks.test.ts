import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';

import { parseLondonDate } from '../../../kernel/london.ts';
import type { Agent, LineItem, OrderDocument } from '../../hl7v3/order-document.ts';
import { spineFault } from './spine-checks.ts';
import { anOrder as ORDER, anOrderItem as item } from './testing.ts';

const TODAY = '2026-01-05';
type Change = (order: OrderDocument) => OrderDocument;

const of =
  (changes: Partial<OrderDocument>): Change =>
  (order) => ({ ...order, ...changes });
const patient =
  (changes: Partial<OrderDocument['patient']>): Change =>
  (order) => ({ ...order, patient: { ...order.patient, ...changes } });
const author =
  (changes: Partial<Agent>): Change =>
  (order) => ({
    ...order,
    author: { ...order.author, agent: { ...order.author.agent, ...changes } },
  });
const at =
  (changes: Partial<Agent['organisation']>): Change =>
  (order) => {
    const changed = { ...order.author.agent.organisation, ...changes };
    return author({ organisation: changed })(order);
  };
const signedAt =
  (time: string): Change =>
  (order) => ({ ...order, author: { ...order.author, time } });
const itemOf =
  (changes: Partial<LineItem>): Change =>
  (order) => ({ ...order, items: [{ ...item, ...changes }] });
const supply =
  (changes: Partial<NonNullable<OrderDocument['daysSupply']>>): Change =>
  (order) => ({
    ...order,
    daysSupply: { low: '20260105', high: '20261205', days: '28', ...changes },
  });
const NOBODY = 'NO BODY';
const BOTH =
  'prescriptionRepeatHigh and prescriptionRepeatLow values must both be provided if not Acute prescription';
const FORMAT = 'is not a valid time or in the valid format; expected format';

type Fault = readonly [text: string, change: Change];

/** Every text of the contract's table, in its order, and what brings it about [EPS-LIFECYCLE 3]. */
const FAULTS: readonly Fault[] = [
  ['A single hl7:ID/@root must be provided', of({ messageId: '' })],
  ['Health Care Provider Licensed Organization (PCT) ID is missing', at({ licence: null })],
  ['NHSNumber missing', patient({ nhsNumber: '' })],
  ['nhsNumber is not valid', patient({ nhsNumber: '9449304131' })],
  ['Signed time must be provided', signedAt('')],
  ['pertinentPrescriptionTreatmentType missing', of({ treatment: '' })],
  ['Prescription Timestamp must be provided', of({ effectiveTime: '' })],
  ['PrescriptionID missing', of({ shortFormId: '' })],
  ['Patient address is missing', patient({ addresses: [] })],
  ['Patient name is missing', patient({ names: [] })],
  ['Patient gender code is missing', patient({ gender: '' })],
  ['Patient birthtime is missing', patient({ birthDate: '' })],
  ['Health Care Provider (RegisteredGP) ID missing', patient({ generalPractice: '' })],
  [
    'Nomination Site Code must not be provided when DispensiongSitePreference code 0004 is set',
    of({ site: '0004' }),
  ],
  [
    'Nomination Site Code must be provided when DispensiongSitePreference code P1 is set',
    of({ performer: null }),
  ],
  ['Mandatory field agentOrganization missing', at({ ods: '' })],
  ['Mandatory field agentRoleProfileCodeId missing', author({ roleProfile: null })],
  ['Mandatory field agentSdsRole missing', author({ jobRole: null })],
  ['hl7:agentPerson root not found', author({ person: null })],
  [
    'agentPersonSDSPerson has invalid format',
    author({ person: { id: { root: '1', extension: '1234567890123' }, name: null } }),
  ],
  ['agentOrganization has invalid format', at({ ods: NOBODY })],
  ['hcplOrgCode has invalid format', at({ licence: { ods: NOBODY, name: null } })],
  [`prescriptionTime ${FORMAT} %Y%m%d%H%M%S`, of({ effectiveTime: '20260230093000' })],
  [`signedTime ${FORMAT} %Y%m%d%H%M%S`, signedAt('202601050930')],
  ['prescriptionTreatmentType is not of expected type', of({ treatment: '0004' })],
  [BOTH, of({ repeats: { low: '1', high: null } })],
  ['prescriptionRepeatHigh is not an integer', of({ repeats: { low: '1', high: '6.5' } })],
  ['prescriptionRepeatLow is not an integer', of({ repeats: { low: 'x', high: '6' } })],
  ['prescriptionRepeatLow must be 1', of({ repeats: { low: '2', high: '6' } })],
  [
    'prescriptionRepeatHigh must not be over configured maximum of 99',
    of({ repeats: { low: '1', high: '100' } }),
  ],
  [
    'prescriptionRepeatLow is greater than prescriptionRepeatHigh',
    of({ repeats: { low: '1', high: '0' } }),
  ],
  [`birthTime ${FORMAT} %Y%m%d`, patient({ birthDate: '1950' })],
  ['birthTime is in the future', patient({ birthDate: '20260106' })],
  ['hl7EventID has invalid format', of({ messageId: 'C0FFEE00' })],
  ['No valid line items found', of({ items: [] })],
  ['lineItems over expected max count of 4', of({ items: [item, item, item, item, item] })],
  ['B3D5 is not a valid GUID format', itemOf({ id: 'B3D5' })],
  [
    'repeat.High and repeat.Low values must both be provided for lineItem 1 if not acute prescription',
    itemOf({ repeats: null }),
  ],
  [
    'repeat.Low provided but not repeat.High for line item 1',
    itemOf({ repeats: { low: '1', high: null } }),
  ],
  [
    'repeat.High provided but not repeat.Low for line item 1',
    itemOf({ repeats: { low: null, high: '6' } }),
  ],
  ['repeat.High for line item 1 is not an integer', itemOf({ repeats: { low: '1', high: 'x' } })],
  [
    'repeat.High for line item 1 must be greater than zero',
    itemOf({ repeats: { low: '1', high: '0' } }),
  ],
  [
    'repeat.High of 7 for line item 1 must not be greater than prescriptionRepeatHigh of 6',
    itemOf({ repeats: { low: '1', high: '7' } }),
  ],
  ['repeat.Low for line item 1 is not set to 1', itemOf({ repeats: { low: '2', high: '6' } })],
  [
    'Prescription repeat count must not be greater than all Line Item repeat counts',
    itemOf({ repeats: { low: '1', high: '5' } }),
  ],
  ['nominatedPerformer has invalid format', of({ performer: 'FER 21' })],
  ['nominatedPerformer has invalid type', of({ site: 'P9' })],
  ['nominatedPerformer is present but empty', of({ performer: '' })],
  ['prescriptionID has invalid format', of({ shortFormId: '0A1B2C' })],
  ['prescriptionID has invalid checksum', of({ shortFormId: '0A1B2C-A83008-00001J' })],
  ['daysSupply is not an integer', supply({ days: '28.5' })],
  ['daysSupply must be a non-zero integer', supply({ days: '-1' })],
  ['daysSupply cannot exceed 366', supply({ days: '367' })],
  [
    'daysSupply effective time not provided but prescription treatment type is repeat',
    supply({ low: null }),
  ],
  ['daysSupplyValidHigh is more than 12 months beyond current day', supply({ high: '20270106' })],
  ['daysSupplyValidHigh is in the past', supply({ low: '20250101', high: '20260104' })],
  ['daysSupplyValid low is after daysSupplyValidHigh', supply({ low: '20261206' })],
];

function faultOf(order: OrderDocument): string | null {
  const today = parseLondonDate(TODAY);
  assert.ok(today !== null);
  return spineFault(order, today);
}

describe('Spine refuses an order', () => {
  for (const [text, change] of FAULTS) {
    test(`with: ${text}`, () => assert.equal(faultOf(change(ORDER)), text));
  }

  test('that is acute and whose item is repeated', () => {
    const acute: OrderDocument = { ...ORDER, treatment: '0001', repeats: null, daysSupply: null };
    assert.equal(faultOf(acute), 'Line item 1 repeat value provided for non-repeat prescription');
  });

  test('that is repeated and does not say how often', () => {
    assert.equal(faultOf({ ...ORDER, repeats: null }), BOTH);
  });

  test('of repeat dispensing that has no window at all', () => {
    const text = 'daysSupply effective time not provided but prescription treatment type is repeat';
    assert.equal(faultOf({ ...ORDER, daysSupply: null }), text);
  });
});

/** Faults that speak of the same fields cannot be there at once. */
const ONE_PLACE = [
  /^prescriptionRepeat|repeat\.(High|Low)|Repeat|[tT]reatment/,
  /Nomination|nominatedPerformer/,
];

/** Whether one change leaves the other as it is. */
function isApart([text, change]: Fault, [other, changeOther]: Fault): boolean {
  if (ONE_PLACE.some((place) => place.test(text) && place.test(other))) return false;
  return isDeepStrictEqual(change(changeOther(ORDER)), changeOther(change(ORDER)));
}

describe('Spine tells the first of two faults', () => {
  test('in the order in which the contract has them', () => {
    let tried = 0;
    for (const [index, first] of FAULTS.entries()) {
      for (const second of FAULTS.slice(index + 1)) {
        if (!isApart(first, second)) continue;
        assert.equal(faultOf(first[1](second[1](ORDER))), first[0], second[0]);
        tried += 1;
      }
    }
    assert.ok(tried > 1_000, String(tried));
  });
});

describe('Spine takes an order', () => {
  for (const [what, change] of [
    ['as it is', of({})],
    ['whose times have an offset', of({ effectiveTime: '20260105093000+0000' })],
    ['that does not say how long it lasts', supply({ days: null })],
    ['that lasts no day', supply({ days: '0' })],
    ['to an appliance contractor or doctor that is not named', of({ site: 'P2', performer: null })],
    ['that nobody is to have', of({ site: '0004', performer: null })],
    [
      'by somebody whose code is longer than usual',
      author({ person: { id: { root: '1', extension: '123456789012' }, name: null } }),
    ],
  ] as const) {
    test(what, () => assert.equal(faultOf(change(ORDER)), null));
  }
});
