// Shows: Personal Demographics Service | nominations of each kind with their history: by practice, pharmacy and patient, with a note of the consent
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { addingOrganisation } from '../../src/directory/index.ts';
import { importPatients } from '../../src/demographics/index.ts';
import { nominationsOf } from '../../src/demographics/nomination/repository.ts';
import { parseLondonDate } from '../../src/kernel/london.ts';
import { PATIENTS } from '../../src/local/patients.ts';
import { keepTestPatients } from '../../src/local/patient-records.ts';
import { sql } from '../../src/platform/sql.ts';
import { nominate, type Site, URLS } from './nominating.ts';
import { testPds } from './spine.ts';

const pds = testPds();
const NUMBER = PATIENTS.child.nhsNumber; // nominates nobody yet
const RESTRICTED = '9990000115';

/** As `P1 FWC87 worker A83008 656005750107`: where, in whose name, of which organisation, who. */
async function historyOf(nhsNumber: string): Promise<string[]> {
  const all = await nominationsOf(pds().database, nhsNumber);
  return all.map(({ site, ods, began, ended }) => {
    const by = ({ access, organisation, userId }: typeof began): string =>
      [access, organisation, userId].filter((word) => word !== null).join(' ');
    return `${site} ${ods} ${by(began)}${ended === null ? '' : `, ${by(ended)}`}`;
  });
}

async function shown(nhsNumber: string): Promise<Partial<Record<Site, string>>> {
  const { body } = await pds().ask(`/Patient/${nhsNumber}`);
  const extensions: { url: string; valueReference?: { identifier: { value: string } } }[] =
    body.extension ?? [];
  const found = (Object.keys(URLS) as Site[]).flatMap((site) => {
    const one = extensions.find(({ url }) => url === URLS[site]);
    return one === undefined ? [] : [[site, one.valueReference?.identifier.value]];
  });
  return Object.fromEntries(found) as Partial<Record<Site, string>>;
}

async function status(answer: ReturnType<typeof nominate>): Promise<number> {
  return (await answer).status;
}

describe('a nomination', () => {
  before(async () => {
    await keepTestPatients(pds().database);
    const meta = { versionId: '1', security: [{ code: 'R' }] };
    const patient = { resourceType: 'Patient', id: RESTRICTED, meta, name: [] };
    const kept = await importPatients(
      pds().database,
      [{ nhsNumber: RESTRICTED, patient }],
      new Date(),
    );
    assert.ok(kept.ok);
  });

  test('is one of each kind, and its history says who chose it and who ended it', async () => {
    const own = { as: `C:${NUMBER}` };
    assert.equal(await status(nominate(pds(), NUMBER, ['P1', 'FWC87'])), 200);
    assert.equal(await status(nominate(pds(), NUMBER, ['P2', 'FXX01'])), 200);
    assert.equal(await status(nominate(pds(), NUMBER, ['P3', 'A83008'])), 200);
    assert.equal(await status(nominate(pds(), NUMBER, ['P1', 'fa565'], own)), 200);
    assert.equal(await status(nominate(pds(), NUMBER, ['P2', null], own)), 200);
    assert.deepEqual(await shown(NUMBER), { P1: 'fa565', P3: 'A83008' });
    const worker = 'worker A83008 656005750107';
    const patient = `patient C:${NUMBER}`;
    assert.deepEqual(await historyOf(NUMBER), [
      `P1 FWC87 ${worker}, ${patient}`,
      `P2 FXX01 ${worker}, ${patient}`,
      `P3 A83008 ${worker}`,
      `P1 FA565 ${patient}`,
    ]);
  });

  test('that is told again changes nothing in the history', async () => {
    const before1 = await historyOf(NUMBER);
    assert.equal(await status(nominate(pds(), NUMBER, ['P1', 'FA565'])), 200);
    assert.deepEqual(await historyOf(NUMBER), before1);
  });

  test('of a file is there from the start', async () => {
    assert.deepEqual(await historyOf(PATIENTS.adult.nhsNumber), ['P1 FA565 import']);
  });

  test('is changed by nobody else: an application, another patient, for a sensitive record', async () => {
    const wanted = ['P1', 'FWC87'] as const;
    assert.equal(await status(nominate(pds(), NUMBER, wanted, { as: 'A' })), 403);
    assert.equal(await status(nominate(pds(), NUMBER, wanted, { as: 'P' })), 403);
    assert.equal(await status(nominate(pds(), NUMBER, wanted, { as: 'C:9000000009' })), 403);
    const weak = { as: `C:${NUMBER}`, vot: 'P5.Cp.Cd' };
    assert.equal(await status(nominate(pds(), NUMBER, wanted, weak)), 403);
    assert.equal(await status(nominate(pds(), RESTRICTED, wanted)), 403);
    assert.deepEqual(await historyOf(RESTRICTED), []);
  });

  test('keeps what was noted of the consent, and none that would be lost', async () => {
    const note = 'asked for it at the counter – Siân';
    const noted = { headers: { 'x-consent-note': encodeURIComponent(note) } };
    assert.equal(await status(nominate(pds(), NUMBER, ['P1', 'FWC87'], noted)), 200);
    const last = (await nominationsOf(pds().database, NUMBER)).at(-1);
    assert.equal(last?.began.consentNote, note);
    const again = await nominate(pds(), NUMBER, ['P1', 'FWC87'], noted);
    assert.deepEqual(
      [again.status, again.body.issue[0].details.coding[0].code],
      [400, 'INVALID_VALUE'],
    );
    for (const text of ['%E9', '%', 'a'.repeat(1_001)]) {
      const headers = { 'x-consent-note': text };
      const answer = await nominate(pds(), NUMBER, ['P1', 'FXX02'], { headers });
      assert.equal(answer.status, 400, text.slice(0, 10));
    }
    assert.deepEqual((await shown(NUMBER)).P1, 'FWC87');
  });

  test('is of a dispenser that is open', async () => {
    const day = (text: string) => parseLondonDate(text);
    const place = { addressLines: [], city: '', postcode: '', telephone: null };
    for (const [ods, openedOn, closedOn] of [
      ['FCL01', null, day('2020-01-31')],
      ['FNY01', day('2999-01-01'), null],
    ] as const) {
      const one = { ods, name: 'SYNTHETIC', ...place, openedOn, closedOn };
      await pds().database.write(addingOrganisation(one, new Date()));
      const { status: code, body } = await nominate(pds(), NUMBER, ['P1', ods]);
      const place1 = 'valueReference/identifier/value';
      assert.deepEqual(
        [code, body.issue[0].diagnostics.replace(/extension\/\d/, 'extension/n')],
        [400, `Invalid value - '${ods}' in field 'extension/n/${place1}'`],
      );
    }
    assert.equal(await status(nominate(pds(), NUMBER, ['P1', 'FUNKNOWN'])), 200);
  });

  test('changes once, of twenty changes that come at once', async () => {
    const { nhsNumber } = PATIENTS.elsewhere;
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => nominate(pds(), nhsNumber, ['P1', `FX${100 + n}`])),
    );
    const won = answers.filter(({ status: code }) => code === 200);
    assert.ok(won.length >= 1 && answers.every(({ status: code }) => code === 200 || code === 409));
    const all = await nominationsOf(pds().database, nhsNumber);
    assert.equal(all.length, won.length);
    assert.deepEqual(
      all.filter(({ ended }) => ended === null).map(({ ods }) => ods),
      [(await shown(nhsNumber)).P1],
    );
    const told = await pds().database.all(sql`
      select body from platform.outbox where topic = 'patient-changed' and key = ${nhsNumber}`);
    assert.ok(told.length <= won.length);
  });
});
