import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';

import { medication } from '../../src/local/sample-messages/index.ts';
import { testSpine } from '../support/server.ts';
import {
  assertIssue,
  assertNotFound,
  assertRefused,
  assertUnprocessable,
  assertUnprocessableBy,
  changesNothing,
} from './checks.ts';
import * as kinds from './kinds.ts';
import { type Facts, type Kind, newFacts, prepared, sendAs } from './kinds.ts';

const spine = testSpine();

const ALPHABET = [...'0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ+'];
const { ORDER, CANCEL, RELEASE_PATIENT, RETURN, DISPENSE, AMEND, WITHDRAW, CLAIM } = kinds;

describe('the check character of a prescription id', () => {
  const { shortFormId } = newFacts();
  const wrong = ALPHABET.filter((character) => character !== shortFormId.at(-1));

  test(`refuses each of the ${wrong.length} that are wrong on a new prescription`, () =>
    changesNothing(spine(), async () => {
      for (const character of wrong) {
        const changed = `${shortFormId.slice(0, -1)}${character}`;
        const answer = await sendAs(
          spine(),
          ORDER,
          ORDER.build(newFacts({ shortFormId: changed })),
        );
        assertUnprocessable(answer, 'prescriptionID has invalid checksum');
      }
    }));

  test('refuses the three wrong ids of the public examples', () =>
    changesNothing(spine(), async () => {
      for (const id of ['269CA9-A99968-4577BP', '561479-395879-521272', '887228-510420-124913']) {
        const answer = await sendAs(spine(), ORDER, ORDER.build(newFacts({ shortFormId: id })));
        assertUnprocessable(answer, 'prescriptionID has invalid checksum');
      }
    }));

  test('is not compared when the prescription is there: ids are kept without it', async () => {
    const facts = await prepared(spine(), RELEASE_PATIENT);
    const other = facts.shortFormId.endsWith('+') ? '0' : '+';
    const changed = { ...facts, shortFormId: `${facts.shortFormId.slice(0, -1)}${other}` };
    const answer = await sendAs(spine(), RELEASE_PATIENT, RELEASE_PATIENT.build(changed));
    assert.equal(answer.body.parameter[0].resource.total, 1, answer.text);
  });
});

const MALFORMED_IDS = [
  'x',
  '24F5DA-A83008-7EFE6',
  '24F5DA-A83008-7EFE6ZZ',
  '24f5da-a83008-7efe6z',
  '24F5DAA830087EFE6Z',
  '24F5DG-A83008-7EFE6Z',
  '24F5DA-A83008-7EFG6Z',
  ' 24F5DA-A83008-7EFE6Z',
  '24F5DA-A83008-7EFE6Z\n',
  '24F5DA-A83008-7EFE6-',
  '24F5DA-A8300٣-7EFE6Z',
  "24F5DA-A83008-7EFE6Z'; drop table prescriptions.event; --",
  randomUUID(),
];

describe('a malformed prescription id', () => {
  test('is refused on a new prescription', () =>
    changesNothing(spine(), async () => {
      for (const shortFormId of MALFORMED_IDS) {
        const answer = await sendAs(spine(), ORDER, ORDER.build(newFacts({ shortFormId })));
        assertUnprocessable(answer, 'prescriptionID has invalid format');
      }
    }));

  for (const kind of [CANCEL, RELEASE_PATIENT, RETURN, DISPENSE, AMEND, WITHDRAW, CLAIM]) {
    test(`is the id of no prescription: ${kind.name}`, () =>
      changesNothing(spine(), async () => {
        for (const shortFormId of MALFORMED_IDS) {
          const answer = await sendAs(spine(), kind, kind.build(newFacts({ shortFormId })));
          assertNotFound(kind, answer);
        }
      }));
  }
});

const MALFORMED_GUIDS = [
  'x',
  '7e3a5b62-3d1c-4c1e-8a39-2a8f2b9a0c1',
  '{7e3a5b62}',
  '7e3a5b623d1c4c1e8a392a8f2b9a0c11',
];

/** Where a message has a GUID, by the fact that says it; null: its own id. */
const GUID_PLACES: readonly (readonly [
  place: string,
  kind: Kind,
  fact: (facts: Facts) => string | null,
  detail: (guid: string) => string,
])[] = [
  ...[ORDER, CANCEL, RETURN, DISPENSE, AMEND, WITHDRAW, CLAIM].map(
    (kind) => ['its own id', kind, () => null, () => 'hl7EventID has invalid format'] as const,
  ),
  [
    'the long id',
    ORDER,
    ({ longFormId }) => longFormId,
    (guid) => `${guid} is not a valid GUID format`,
  ],
  ['an item', ORDER, itemOf, (guid) => `${guid} is not a valid GUID format`],
  ['the item', CANCEL, itemOf, (guid) => `${guid} is not a valid GUID format`],
  ['an item', DISPENSE, itemOf, (guid) => `${guid} is not a valid GUID format`],
  [
    'what it amends',
    AMEND,
    ({ dispenseId }) => dispenseId,
    () => 'replacementOf target must be a 36-character GUID',
  ],
  [
    'what it withdraws',
    WITHDRAW,
    ({ dispenseId }) => dispenseId,
    () => 'only a single dispense notification ref may be provided',
  ],
];

function itemOf({ items }: Facts): string {
  return items[0]?.itemId ?? '';
}

describe('a malformed GUID', () => {
  for (const [place, kind, fact, detail] of GUID_PLACES) {
    test(`is refused as ${place} of a ${kind.name}`, () =>
      changesNothing(spine(), async () => {
        const facts = newFacts();
        for (const guid of MALFORMED_GUIDS) {
          const message = JSON.stringify(kind.build(facts));
          const right = fact(facts) ?? ownId(message);
          const changed = message.replaceAll(`"value":"${right}"`, `"value":"${guid}"`);
          assert.notEqual(changed, message);
          assertUnprocessableBy(kind, await sendAs(spine(), kind, changed), detail(guid));
        }
      }));
  }

  test('is refused as the X-Request-ID', () =>
    changesNothing(spine(), async () => {
      for (const id of [...MALFORMED_GUIDS, undefined]) {
        const headers = { 'x-request-id': id };
        const body = ORDER.build(newFacts());
        const path = '/fhir-prescribing/FHIR/R4/$process-message';
        const display = 'X-Request-ID header missing or malformed';
        const system = 'https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode';
        const details = { coding: [{ system, version: '1', code: 'MISSING_FIELD', display }] };
        const answer = await spine().call(path, { body, headers });
        assertIssue(answer, 400, { code: 'value', severity: 'fatal', details });
      }
    }));
});

function ownId(message: string): string {
  const parsed: { identifier: { value: string } | { value: string }[] } = JSON.parse(message);
  const { identifier } = parsed;
  return (Array.isArray(identifier) ? identifier[0]?.value : identifier.value) ?? '';
}

const PATH = 'Bundle.entry.resource.ofType(MedicationRequest)';

describe('the line items of a prescription', () => {
  const items = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ itemId: randomUUID(), medication: medication(n) }));

  test('are at least one', () =>
    changesNothing(spine(), async () => {
      const answer = await sendAs(spine(), ORDER, ORDER.build(newFacts({ items: [] })));
      const diagnostics =
        'Bundle contains too few resources of type MedicationRequest. Expected at least 1.';
      const expression = ['Bundle.entry'];
      assertIssue(answer, 400, { severity: 'error', code: 'processing', diagnostics, expression });
    }));

  test('are at most four', async () => {
    const most = newFacts({ items: items(4) });
    assert.equal((await sendAs(spine(), ORDER, ORDER.build(most))).status, 200);
    await changesNothing(spine(), async () => {
      const answer = await sendAs(spine(), ORDER, ORDER.build(newFacts({ items: items(5) })));
      const diagnostics =
        'Bundle contains too many resources of type MedicationRequest. Expected at most 4.';
      const expression = ['Bundle.entry'];
      assertIssue(answer, 400, { severity: 'error', code: 'processing', diagnostics, expression });
    });
  });

  test('differ by their ids, in whatever case these are written', () =>
    changesNothing(spine(), async () => {
      const [first, second] = items(2);
      assert.ok(first !== undefined && second !== undefined);
      for (const itemId of [first.itemId, first.itemId.toUpperCase()]) {
        const facts = newFacts({ items: [first, { ...second, itemId }] });
        const diagnostics =
          'Expected all MedicationRequests to have a different value for identifier.';
        const expression = [`${PATH}.identifier`];
        const answer = await sendAs(spine(), ORDER, ORDER.build(facts));
        assertIssue(answer, 400, { code: 'value', severity: 'error', diagnostics, expression });
      }
    }));

  test('of a cancel request are one', () =>
    changesNothing(spine(), async () => {
      const message = CANCEL.build(newFacts()) as { entry: unknown[] };
      const diagnostics =
        "The Bundle must contain exactly one MedicationRequest if MessageHeader.eventCoding.code is 'prescription-order-update'.";
      const issue = { code: 'value', severity: 'error', diagnostics, expression: [PATH] };
      const [header, item, ...rest] = message.entry;
      for (const entry of [
        [header, ...rest],
        [header, item, item, ...rest],
      ]) {
        const answer = await sendAs(spine(), CANCEL, { ...message, entry });
        assertRefused(answer, 400);
        assert.deepEqual(answer.body.issue[0], issue);
      }
    }));
});
