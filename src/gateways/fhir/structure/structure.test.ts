import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import type { JsonObject } from '../json.ts';
import { parseFhirJson } from '../json.ts';
import { checkMessage, checkStructure } from './index.ts';
import { ISSUES_MAX } from './issues.ts';
import { aDispenseNotification, anOrder, aRelease, aReturn, type Changes } from './testing.ts';

const R4 = 'http://hl7.org/fhir/StructureDefinition/MedicationRequest|4.0.1';
const NHS = 'https://fhir.nhs.uk/StructureDefinition/NHSDigital-MedicationRequest';

const texts = (resource: unknown): (string | undefined)[] =>
  checkMessage(resource).map((issue) => issue.diagnostics);

describe('a valid message is accepted:', () => {
  const valid = { anOrder, aDispenseNotification, aReturn, aRelease };
  for (const [name, message] of Object.entries(valid)) {
    test(name, () => assert.deepEqual(checkMessage(message()), []));
  }

  test('with numbers that keep their text', () => {
    const text = JSON.stringify(anOrder()).replace('60.5', '60.50');
    const parsed = parseFhirJson(Buffer.from(text));
    assert.deepEqual(checkMessage(parsed.ok ? parsed.value : null), []);
  });

  test('with a hole in a list where only an extension stands', () => {
    const extension = [{ url: 'http://hl7.org/x', valueCode: 'unknown' }];
    const patient = {
      resourceType: 'Patient',
      name: [{ given: ['A', null], _given: [null, { extension }] }],
      _gender: { extension },
    };
    assert.deepEqual(checkStructure(patient), []);
    assert.equal(checkStructure({ ...patient, name: [{ given: ['A', null] }] }).length, 1);
  });
});

describe('an element that is missing is named as the HL7 validator names it:', () => {
  const missing = (path: string, profile: string): string =>
    `${path}: minimum required = 1, but only found 0 (from ${profile})`;
  const without = (changes: Changes): (string | undefined)[] =>
    texts(JSON.parse(JSON.stringify(anOrder(changes))));

  test('dosageInstruction', () => {
    assert.deepEqual(without({ dosageInstruction: undefined }), [
      missing('MedicationRequest.dosageInstruction', `${NHS}-Message`),
    ]);
  });

  test('quantity', () => {
    assert.deepEqual(without({ dispenseRequest: { extension: [{ url: 'x', valueCode: 'y' }] } }), [
      missing('MedicationRequest.dispenseRequest.quantity', `${NHS}-Message`),
    ]);
  });

  test('medication', () => {
    assert.deepEqual(without({ medicationCodeableConcept: undefined }), [
      missing('MedicationRequest.medication[x]', R4),
      missing('MedicationRequest.medication[x]', `${NHS}-Message`),
      "Constraint failed: eps-1: 'medication[x] - Only one of medicationReference or " +
        `medicationCodeableConcept should be provided' (defined in ${NHS})`,
    ]);
  });

  test('status, in the full form of an issue', () => {
    const [issue] = checkMessage(JSON.parse(JSON.stringify(anOrder({ status: undefined }))));
    assert.deepEqual(issue, {
      severity: 'error',
      code: 'processing',
      details: {
        coding: [
          {
            system: 'http://hl7.org/fhir/java-core-messageId',
            code: 'Validation_VAL_Profile_Minimum',
          },
        ],
      },
      diagnostics: missing('MedicationRequest.status', R4),
      location: ['Bundle.entry[1].resource.ofType(MedicationRequest)'],
    });
  });

  test('response of a dispense notification, and elements of a Task', () => {
    const notification = JSON.stringify(aDispenseNotification()).replace(/"response":\{.*?\},/, '');
    assert.match(texts(JSON.parse(notification))[0] ?? '', /^MessageHeader\.response: minimum/);
    const task = JSON.parse(JSON.stringify(aReturn({ groupIdentifier: undefined })));
    assert.match(texts(task)[0] ?? '', /^Task\.groupIdentifier: minimum .*NHSDigital-Task\)$/);
  });
});

describe('what no message may hold is refused:', () => {
  const cases: readonly (readonly [string, Changes, RegExp])[] = [
    ['an unknown member', { dosage: [] }, /^Unrecognised property 'dosage'$/],
    [
      'an unknown code',
      { status: 'done' },
      /^The value provided \('done'\) is not in the value set /,
    ],
    [
      'two ways of being reported',
      { reportedBoolean: true, reportedReference: { reference: '#m' } },
      /reported\[x\]: max allowed = 1/,
    ],
    ['an empty list', { note: [] }, /^Array cannot be empty/],
    ['an empty object', { priorPrescription: {} }, /^Object must have some content$/],
    ['an object with an id alone', { priorPrescription: { id: 'x' } }, /^Object must have some/],
    [
      'an object for a list',
      { note: { text: 'x' } },
      /^This property must be an Array, not an object$/,
    ],
    ['a blank text', { note: [{ text: ' ' }] }, /^@value cannot be empty$/],
    ['a text for a number', { dosageInstruction: [{ sequence: '1' }] }, /must be a number$/],
    [
      'a fraction for an integer',
      { dosageInstruction: [{ sequence: 1.5 }] },
      /not a valid integer$/,
    ],
    ['a negative count', { dispenseRequest: { numberOfRepeatsAllowed: -1 } }, /less than minimum/],
    ['a day that is not', { authoredOn: '2023-02-29' }, /^Not a valid date\/time$/],
    ['a time without zone', { authoredOn: '2024-02-29T09:30:00' }, /^Not a valid date\/time$/],
    ['an extension without url', { extension: [{ valueCode: 'x' }] }, /^Extension\.url: minimum/],
    ['an extension without value', { extension: [{ url: 'x' }] }, /^Constraint failed: ext-1/],
    ['an unknown resource', { contained: [{ resourceType: 'Pet' }] }, /\(unknown name 'Pet'\)$/],
    ['a sibling of an object', { _subject: { id: 'x' } }, /^Unrecognised property '_subject'$/],
    ['a blank in a uri', { implicitRules: 'a b' }, /^URI values cannot have whitespace$/],
  ];
  for (const [name, changes, text] of cases) {
    test(name, () => assert.ok(texts(anOrder(changes)).some((found) => text.test(found ?? ''))));
  }

  test('a hundred faults, of which twenty are told', () => {
    const note = Array.from({ length: 100 }, () => ({ text: '' }));
    assert.equal(checkMessage(anOrder({ note })).length, ISSUES_MAX);
  });

  test('a value of the message is not in the answer, unless it is a code', () => {
    const note = [{ text: 'SMITH', author: 'SMITH SMITH' }];
    const order = anOrder({ note, 'JOHN SMITH': 1, status: 'JOHN SMITH', authoredOn: 'SMITH' });
    assert.equal(checkMessage(order).length, 4);
    assert.doesNotMatch(JSON.stringify(checkMessage(order)), /SMITH/);
  });
});

describe('the message definition is looked at first and alone:', () => {
  const faulty: Changes = { status: 'done' };
  test('a Bundle without MessageHeader', () => {
    assert.deepEqual(texts({ resourceType: 'Bundle' }), ['No MessageHeader found.']);
  });

  test('an event that the service does not know', () => {
    assert.deepEqual(texts(anOrder(faulty, 'prescription-chaos')), [
      'Unsupported message type https://fhir.nhs.uk/CodeSystem/message-event#prescription-chaos.',
    ]);
  });

  test('an order of none and of five items, but not a cancellation of five', () => {
    const items = (count: number, event: string): JsonObject => {
      const order = anOrder({}, event);
      const [header, item, ...rest] = order['entry'] as JsonObject[];
      return { ...order, entry: [header, ...Array.from({ length: count }, () => item), ...rest] };
    };
    assert.deepEqual(checkMessage(items(5, 'prescription-order')), [
      {
        severity: 'error',
        code: 'processing',
        diagnostics:
          'Bundle contains too many resources of type MedicationRequest. Expected at most 4.',
        expression: ['Bundle.entry'],
      },
    ]);
    assert.deepEqual(texts(items(0, 'prescription-order')), [
      'Bundle contains too few resources of type MedicationRequest. Expected at least 1.',
    ]);
    assert.deepEqual(texts(items(5, 'prescription-order-update')), []);
  });
});

describe('what is no message of this service', () => {
  test('is left to the rules when R4 knows it, and refused when nobody does', () => {
    assert.deepEqual(texts({ resourceType: 'Observation' }), []);
    assert.match(texts({ resourceType: 'Pet' })[0] ?? '', /unknown name 'Pet'/);
    assert.match(texts({})[0] ?? '', /^Unable to find resourceType property$/);
  });

  test('is refused where one type is expected', () => {
    assert.match(checkStructure({ resourceType: 'Patient' }, 'Task')[0]?.diagnostics ?? '', /Task/);
  });

  test('is any JSON at all: an answer, and nothing throws', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        assert.ok(checkMessage(value).length > 0);
        const entry = [...(anOrder()['entry'] as unknown[]), value];
        assert.ok(checkMessage({ ...anOrder(), entry }).length > 0);
      }),
    );
  });

  test('is nested a hundred thousand levels deep', () => {
    let extension: unknown = [{ url: 'x', valueCode: 'y' }];
    for (let i = 0; i < 100_000; i += 1) extension = [{ url: 'x', extension }];
    assert.match(
      texts({ resourceType: 'Task', extension })[0] ?? '',
      /^Elements are nested too deep/,
    );
  });
});
