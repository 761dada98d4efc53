import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { parsePeopleFile } from '../identity/index.ts';
import { nhsNumberCheckDigit, parseNhsNumber } from '../kernel/nhs-number.ts';
import { ALL_PATIENTS, findPatient } from './patients.ts';
import { peopleFile } from './people-file.ts';
import { MOCK_CARE_USERS } from './sign-in/mock-users.ts';
import { ALL_PERSONAS, findPersona, isPrescriber, PERSONAS, personOf } from './personas.ts';

describe('the patients of the test system', () => {
  for (const patient of ALL_PATIENTS) {
    test(`${patient.nhsNumber} is a good number of the range that nobody is given`, () => {
      assert.match(patient.nhsNumber, /^999\d{7}$/);
      assert.notEqual(parseNhsNumber(patient.nhsNumber), null);
      assert.equal(
        nhsNumberCheckDigit(patient.nhsNumber.slice(0, 9)),
        Number(patient.nhsNumber.at(9)),
      );
    });
  }

  test('have each a number of their own and a name that says they are not real', () => {
    assert.equal(
      new Set(ALL_PATIENTS.map((patient) => patient.nhsNumber)).size,
      ALL_PATIENTS.length,
    );
    assert.ok(ALL_PATIENTS.every((patient) => patient.family.startsWith('XXTESTPATIENT')));
  });

  test('are found however the number is spaced', () => {
    assert.equal(findPatient('999 000 0018'), findPatient('9990000018'));
    assert.equal(findPatient('9990000019'), null);
  });

  test('check digits are as the specification computes them, and some numbers have none', () => {
    assert.equal(nhsNumberCheckDigit('944930413'), 0);
    assert.equal(nhsNumberCheckDigit('583994524'), 2);
    assert.equal(nhsNumberCheckDigit('991200348'), 9);
    assert.equal(nhsNumberCheckDigit('999000014'), null);
  });
});

describe('the personas of the test system', () => {
  test('are found by their names', () => {
    assert.equal(findPersona('other-dispenser'), PERSONAS.otherDispenser);
    assert.equal(findPersona('nobody'), null);
  });

  test('who are people have ids of twelve digits, each their own', () => {
    const ids = [
      ...ALL_PERSONAS.flatMap((persona) =>
        persona.kind === 'application' ? [] : [persona.userId],
      ),
      ...MOCK_CARE_USERS.map(({ userId }): string => userId),
    ];
    const file = parsePeopleFile(peopleFile());
    assert.ok(file.ok);
    assert.deepEqual(
      file.value.people.map(({ userId }) => userId),
      ids,
    );
    for (const { roleProfiles, memberships } of file.value.people) {
      ids.push(...roleProfiles.map(({ roleProfileId }) => roleProfileId));
      ids.push(...memberships.map(({ membershipId }) => membershipId ?? ''));
    }
    assert.ok(ids.every((id) => /^\d{12}$/.test(id)));
    assert.equal(new Set(ids).size, ids.length);
  });

  test('who prescribe have a professional code that the rules let a requester have', () => {
    const prescribers = ALL_PERSONAS.filter(isPrescriber);
    assert.deepEqual(
      prescribers.map((person) => person.name),
      ['prescriber', 'other-prescriber', 'nurse', 'probe-prescriber'],
    );
    assert.ok(prescribers.every((person) => !person.professional.system.includes('gmp-number')));
  });

  test('have the scopes of their work and no others', () => {
    const may = (name: string, what: string): boolean =>
      findPersona(name)?.scopes.some((scope) => scope.endsWith(what)) ?? false;
    assert.ok(may('prescriber', ':prescribing') && !may('prescriber', ':dispensing'));
    assert.ok(may('dispenser', ':dispensing') && !may('dispenser', ':prescribing'));
    assert.ok(!may('receptionist', ':prescribing') && !may('receptionist', ':tracker'));
    assert.ok(
      PERSONAS.system.scopes.every((scope) => scope.startsWith('urn:nhsd:apim:app:level3:')),
    );
  });

  test('that are an application act for a person of the same organisation', () => {
    assert.equal(personOf(PERSONAS.system), PERSONAS.dispenser);
    assert.equal(PERSONAS.system.organisation, PERSONAS.dispenser.organisation);
  });
});
