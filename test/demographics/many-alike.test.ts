import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { importPatients } from '../../src/demographics/index.ts';
import { type Json, listAt, textAt } from '../../src/demographics/json.ts';
import { searchKeys } from '../../src/demographics/search/keys.ts';
import { populationOf } from '../../src/local/population/patient-record.ts';
import { testPds } from './spine.ts';

// Shows: Personal Demographics Service | one of very many people of a name is found by what else is asked; who is not told apart is too many

const pds = testPds();
const MANY = 1_100;
const FAMILY = 'Manyborne';

/** Of one family name, born in ten years; given names, genders and postcodes are those of a population. */
const people = [...populationOf(MANY + 100, 5)]
  .filter((record) => searchKeys(record).length > 0)
  .slice(0, MANY)
  .map(({ nhsNumber, patient, history }, place) => {
    const [name] = listAt(patient, 'name');
    const given = [...listAt(name, 'given')];
    const birthDate = `${1950 + (place % 10)}-0${1 + (place % 9)}-11`;
    const renamed: Json = [{ id: `n${place}`, use: 'usual', family: FAMILY, given }];
    const one: Json = { ...patient, birthDate, name: renamed };
    return { nhsNumber, history, patient: one };
  });

const search = async (query: Readonly<Record<string, string | readonly string[]>>) => {
  const { status, body } = await pds().ask('/Patient', { query: { family: FAMILY, ...query } });
  assert.equal(status, 200);
  const ids: string[] = (body.entry ?? []).map(
    (entry: { resource: { id: string } }) => entry.resource.id,
  );
  return body.issue?.[0]?.details.coding[0].code ?? ids;
};

describe('people of one name', () => {
  before(async () => {
    const imported = await importPatients(pds().database, people, new Date());
    assert.ok(imported.ok, JSON.stringify(imported));
  });

  const nineYears = ['ge1950-01-01', 'le1958-12-31'];
  const years = ['ge1950-01-01', 'le1959-12-31'];

  test('are too many when nothing tells them apart', async () => {
    assert.equal(await search({ birthdate: nineYears }), 'TOO_MANY_MATCHES');
  });

  test('are found by where they live, whichever of them it is', async () => {
    const within = people.filter(({ patient }) => textAt(patient, 'birthDate') < '1959');
    for (const { nhsNumber, patient } of [...within.slice(0, 3), ...within.slice(-3)]) {
      const postcode = textAt(patient, 'address', 0, 'postalCode');
      const found = await search({ birthdate: nineYears, 'address-postalcode': postcode });
      assert.ok(Array.isArray(found) && found.includes(nhsNumber), `${nhsNumber}: ${found}`);
      assert.ok(found.length < 50);
    }
  });

  test('are not even looked at when they are more than a thousand', async () => {
    const [one] = people;
    const postcode = textAt(one?.patient, 'address', 0, 'postalCode');
    const query = { birthdate: years, 'address-postalcode': postcode };
    assert.equal(await search(query), 'TOO_MANY_MATCHES');
  });
});
