import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { LEGACY, testSpine } from '../support/server.ts';
import { assertIssue, assertRefused, assertUnprocessable, changesNothing } from './checks.ts';
import * as kinds from './kinds.ts';
import { type Facts, type Kind, newFacts, prepared, sendAs, sendReplacing } from './kinds.ts';

const spine = testSpine();

const { ORDER, CANCEL, RELEASE_NOMINATED, RELEASE_PATIENT, RETURN, DISPENSE, CLAIM } = kinds;

const GATEWAY = 'https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode';

/** What cannot be translated [EPS-FHIR 5.4, shape A]. */
function untranslatable(code: string, display: string, path: string | null): object {
  const details = { coding: [{ system: GATEWAY, code, display }] };
  return { code: 'invalid', severity: 'fatal', details, expression: [path] };
}

function tooMany(condition: string, path: string | null): object {
  const text = `Too many values submitted. Expected 1 element where ${condition}.`;
  return untranslatable('TOO_MANY_VALUES_SUBMITTED', text, path);
}

type Entry = { fullUrl: string; resource: { resourceType: string; [member: string]: unknown } };

/** The message with the entries of one type changed. */
function withEntries(
  kind: Kind,
  facts: Facts,
  type: string,
  change: (entry: Entry) => Entry[],
): object {
  const message = kind.build(facts) as { entry: Entry[] };
  const entry = message.entry.flatMap((one) =>
    one.resource.resourceType === type ? change(one) : [one],
  );
  return { ...message, entry };
}

function withIdentifiers(kind: Kind, facts: Facts, type: string, more: readonly object[]): object {
  return withEntries(kind, facts, type, ({ fullUrl, resource }) => [
    { fullUrl, resource: { ...resource, identifier: more } },
  ]);
}

describe('what should be there once and is there twice', () => {
  test('is refused when it is the header, whatever the second one says', () =>
    changesNothing(spine(), async () => {
      for (const kind of [ORDER, CANCEL, DISPENSE]) {
        const text = 'Too many values submitted. Expected 1 element.';
        const body = withEntries(kind, newFacts(), 'MessageHeader', (one) => [one, one]);
        const issue = untranslatable('TOO_MANY_VALUES_SUBMITTED', text, null);
        assertIssue(await sendAs(spine(), kind, body), 400, issue);
      }
    }));

  for (const type of ['Patient', 'PractitionerRole', 'Practitioner', 'Organization']) {
    test(`is refused when it is what a reference names: ${type}`, () =>
      changesNothing(spine(), async () => {
        let url = '';
        const body = withEntries(ORDER, newFacts(), type, (one) => {
          url = one.fullUrl;
          return [one, { ...one, resource: { ...one.resource, id: 'another' } }];
        });
        const issue = tooMany(`fullUrl == '${url}'`, 'Bundle.entry');
        assertIssue(await sendAs(spine(), ORDER, body), 400, issue);
      }));
  }

  test('is refused when it is who the patient is', () =>
    changesNothing(spine(), async () => {
      const system = 'https://fhir.nhs.uk/Id/nhs-number';
      const two = ['9990000018', '9990000026'].map((value) => ({ system, value }));
      for (const kind of [ORDER, CANCEL]) {
        const body = withIdentifiers(kind, newFacts(), 'Patient', two);
        const issue = tooMany(`system == '${system}'`, 'Patient.identifier');
        assertIssue(await sendAs(spine(), kind, body), 400, issue);
      }
    }));

  test('is refused when it is who the pharmacy is', () =>
    changesNothing(spine(), async () => {
      const system = 'https://fhir.nhs.uk/Id/ods-organization-code';
      const two = ['FA565', 'VNE51'].map((value) => ({ system, value }));
      const body = withIdentifiers(DISPENSE, newFacts(), 'Organization', two);
      const issue = tooMany(`system == '${system}'`, 'Organization.identifier');
      assertIssue(await sendAs(spine(), DISPENSE, body), 400, issue);
    }));

  test('is refused when it is who asks, or what is asked for', () =>
    changesNothing(spine(), async () => {
      for (const name of ['owner', 'agent', 'group-identifier']) {
        const message = RELEASE_PATIENT.build(newFacts()) as { parameter: { name: string }[] };
        const parameter = message.parameter.flatMap((one) =>
          one.name === name ? [one, one] : [one],
        );
        const answer = await sendAs(spine(), RELEASE_PATIENT, { ...message, parameter });
        assertIssue(answer, 400, tooMany(`name == '${name}'`, 'Parameters.parameter'));
      }
    }));

  test('is refused when it is the one note that a pharmacy is shown', () =>
    changesNothing(spine(), async () => {
      const note = [{ text: 'one' }, { text: 'two' }];
      const body = withEntries(ORDER, newFacts(), 'MedicationRequest', (one) => [
        { ...one, resource: { ...one.resource, note } },
      ]);
      const text = 'Too many values submitted. Expected at most 1 element.';
      const issue = untranslatable('TOO_MANY_VALUES_SUBMITTED', text, 'MedicationRequest.note');
      assertIssue(await sendAs(spine(), ORDER, body), 400, issue);
    }));

  test('is told with what was got when it is the prescriber’s professional code', () =>
    changesNothing(spine(), async () => {
      const one = 'Expected exactly one professional code. One of GMC|GMP|NMC|GPhC|HCPC|unknown';
      const gmc = { system: 'https://fhir.hl7.org.uk/Id/gmc-number', value: 'C1234567' };
      const nmc = { system: 'https://fhir.hl7.org.uk/Id/nmc-number', value: '99Z9901E' };
      const two = withIdentifiers(ORDER, newFacts(), 'Practitioner', [gmc, nmc]);
      const got = `${one}. But got: 1234567, 99Z9901E`;
      const path = 'Practitioner.identifier';
      const many = untranslatable('TOO_MANY_VALUES_SUBMITTED', got, path);
      assertIssue(await sendAs(spine(), ORDER, two), 400, many);
      const none = withIdentifiers(ORDER, newFacts(), 'Practitioner', [{ value: 'x' }]);
      const few = untranslatable('TOO_FEW_VALUES_SUBMITTED', one, path);
      assertIssue(await sendAs(spine(), ORDER, none), 400, few);
    }));
});

describe('a time', () => {
  const far = ['9999-12-31T23:59:59+00:00', '0001-01-01T00:00:00+14:00', '1899-12-31T00:00:00Z'];
  for (const when of far) {
    test(`from which no expiry can be reckoned is refused: ${when}`, () =>
      changesNothing(spine(), async () => {
        const facts = newFacts();
        const signed = `"when":"${facts.authoredAt.toISOString().slice(0, 19)}+00:00"`;
        const message = JSON.stringify(ORDER.build(facts));
        const changed = message.replace(signed, `"when":"${when}"`);
        assert.notEqual(changed, message);
        const expected = 'expected format %Y%m%d%H%M%S';
        const detail = `prescriptionTime is not a valid time or in the valid format; ${expected}`;
        assertUnprocessable(await sendAs(spine(), ORDER, changed), detail);
      }));
  }

  test('of birth lies in the past', () =>
    changesNothing(spine(), async () => {
      const facts = newFacts();
      const born = [facts.patient.birthDate, '2999-01-01'] as const;
      const answer = await sendReplacing(spine(), ORDER, facts, born);
      assertUnprocessable(answer, 'birthTime is in the future');
    }));

  test('that is on no calendar is refused', () =>
    changesNothing(spine(), async () => {
      const facts = newFacts();
      for (const date of ['2026-02-30', '2026-13-01', '2026-1-1', 'yesterday']) {
        const born = [facts.patient.birthDate, date] as const;
        const answer = await sendReplacing(spine(), ORDER, facts, born);
        assert.equal(answer.body.issue[0].diagnostics, 'Not a valid date');
      }
    }));
});

describe('a code', () => {
  for (const code of ['constructor', 'toString', 'hasOwnProperty', '__proto__', 'ACUTE']) {
    test(`is a course of therapy only if it is in the list: ${code}`, () =>
      changesNothing(spine(), async () => {
        const changed = ['"code":"acute"', `"code":"${code}"`] as const;
        const message = JSON.stringify(ORDER.build(newFacts())).replace(...changed);
        const answer = await sendAs(spine(), ORDER, message);
        const system = 'http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy';
        assert.equal(answer.body.issue[0].diagnostics, `Unknown code '${system}#${code}'`);
        assertRefused(answer, 400);
      }));
  }

  test('of a charge is one of three', () =>
    changesNothing(spine(), async () => {
      const charge = ['paid-once', 'paid-thrice'] as const;
      const answer = await sendReplacing(spine(), CLAIM, newFacts(), charge);
      const system = 'https://fhir.nhs.uk/CodeSystem/DM-prescription-charge';
      assert.equal(answer.body.issue[0].diagnostics, `Unknown code '${system}#paid-thrice'`);
      assertRefused(answer, 400);
    }));

  test('of an event is one of the list', () =>
    changesNothing(spine(), async () => {
      for (const code of ['constructor', 'prescription-order-response', 'x']) {
        const event = ['"code":"prescription-order"', `"code":"${code}"`] as const;
        const message = JSON.stringify(ORDER.build(newFacts())).replace(...event);
        const answer = await sendAs(spine(), ORDER, message);
        const system = 'https://fhir.nhs.uk/CodeSystem/message-event';
        const words = `Unsupported message type ${system}#${code}.`;
        assert.equal(answer.body.issue[0].diagnostics, words);
        assertRefused(answer, 400);
      }
    }));
});

describe('a number', () => {
  for (const written of ['-0', '1.0', '1e0', '2147483648', '0.5']) {
    test(`that counts repeats is a whole one: ${written}`, async () => {
      const facts = await prepared(spine(), RETURN);
      const repeats = JSON.stringify({
        url: 'https://fhir.nhs.uk/StructureDefinition/Extension-EPS-RepeatInformation',
        extension: [{ url: 'numberOfRepeatsIssued', valueInteger: 'HERE' }],
      }).replace('"HERE"', written);
      const message = JSON.stringify(RETURN.build(facts));
      const body = message.replace('"status":', `"extension":[${repeats}],"status":`);
      await changesNothing(spine(), async () => {
        const answer = await sendAs(spine(), RETURN, body);
        assert.equal(answer.body.issue[0].diagnostics, 'The value is not a valid integer');
      });
    });
  }
});

describe('what is asked of the tracker', () => {
  const questions = [
    'identifier=x',
    'patient:identifier=x',
    'identifier=%27%3B--',
    'focus:identifier=a&focus:identifier=b',
    'patient:identifier=9990000018&authored-on=eq9999-99-99',
    '__proto__=x&constructor=y',
    `identifier=${'x'.repeat(5_000)}`,
    'identifier=%E0%A4%A',
    '',
  ];
  for (const question of questions) {
    test(`never breaks it: ${question.slice(0, 60)}`, () =>
      changesNothing(spine(), async () => {
        const answer = await spine().call(`${LEGACY}/Task?${question}`);
        assert.ok([200, 400].includes(answer.status), answer.text);
      }));
  }

  test('never breaks it: a NUL', async () => {
    const answer = await spine().call(`${LEGACY}/Task?patient:identifier=%00`);
    assert.ok([200, 400].includes(answer.status), answer.text);
  });
});

describe('an item that has another identifier before its own', () => {
  test('is released like any other', async () => {
    const facts = newFacts();
    const body = withEntries(ORDER, facts, 'MedicationRequest', ({ fullUrl, resource }) => {
      const own = resource['identifier'] as object[];
      const identifier = [{ system: 'https://example.org/ours', value: '1' }, ...own];
      return [{ fullUrl, resource: { ...resource, identifier } }];
    });
    assert.equal((await sendAs(spine(), ORDER, body)).status, 200);
    const answer = await sendAs(spine(), RELEASE_NOMINATED, RELEASE_NOMINATED.build(facts));
    assert.equal(answer.status, 200, answer.text);
  });
});
