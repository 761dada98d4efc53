import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { PATIENTS } from '../../src/local/patients.ts';
import { DISPENSE, type Facts, newFacts, ORDER, RELEASE_PATIENT } from '../bad-input/kinds.ts';
import { CLAIM, type Kind, sendAs } from '../bad-input/kinds.ts';
import { ISSUES, numbered, repeatDispensing } from '../support/repeat-dispensing.ts';
import { LEGACY, type TestSpine, testSpine } from '../support/server.ts';

// Shows: FHIR legacy base | tracker search: repeat dispensing, by its current issue or by each

const usual = testSpine();
const each = testSpine({ trackerIssues: 'all' });

/** The first issue is claimed, the second one awaits its day, the third is to come. */
async function afterFirst(spine: TestSpine): Promise<Facts> {
  const facts = newFacts({ course: 'repeat', patient: PATIENTS.child });
  const send = async (kind: Kind, body: object): Promise<void> => {
    const answer = await sendAs(spine, kind, body);
    assert.equal(answer.status, 200, answer.text);
  };
  await send(ORDER, repeatDispensing(ORDER.build(facts)));
  await send(RELEASE_PATIENT, RELEASE_PATIENT.build(facts));
  await send(DISPENSE, numbered(DISPENSE.build(facts), 1));
  await send(CLAIM, numbered(CLAIM.build(facts), 1));
  return facts;
}

type Shown = { status: string; code: string; issue: number; of: number; owner: string | undefined };

async function search(spine: TestSpine, query: string): Promise<Shown[]> {
  const { status, body, text } = await spine.call(`${LEGACY}/Task?${query}`);
  assert.equal(status, 200, text);
  assert.equal(body.total, body.entry.length);
  return (body.entry as { resource: ShownTask }[]).map(({ resource: task }) => {
    const repeats = task.extension.find(({ url }) => url.endsWith('EPS-RepeatInformation'));
    const numbers = Object.fromEntries(
      (repeats?.extension ?? []).map(({ url, valueInteger }) => [url, valueInteger]),
    );
    return {
      status: task.status,
      code: task.businessStatus.coding[0]?.code ?? '',
      issue: numbers['numberOfRepeatsIssued'] ?? 0,
      of: numbers['numberOfRepeatsAllowed'] ?? 0,
      owner: task.owner?.identifier.value,
    };
  });
}

type Extended = { url: string; valueInteger?: number; extension?: Extended[] };
type ShownTask = {
  status: string;
  extension: Extended[];
  businessStatus: { coding: { code: string }[] };
  owner?: { identifier: { value: string } };
};

function byId({ shortFormId }: Facts): string {
  return `focus:identifier=${encodeURIComponent(shortFormId)}`;
}

describe('a prescription of repeat dispensing', () => {
  let facts: Facts;
  before(async () => {
    facts = await afterFirst(usual());
  });

  test('is shown by its current issue, counted from one, among all that are authorised', async () => {
    const current = { status: 'requested', code: '0000', issue: 2, of: ISSUES, owner: 'FA565' };
    assert.deepEqual(await search(usual(), byId(facts)), [current]);
  });

  test('is found by the status of that issue and by no other', async () => {
    assert.equal((await search(usual(), `${byId(facts)}&business-status=0000`)).length, 1);
    assert.deepEqual(await search(usual(), `${byId(facts)}&business-status=0008`), []);
  });
});

describe('where the operator wants each issue', () => {
  let facts: Facts;
  before(async () => {
    facts = await afterFirst(each());
  });

  test('all are shown, the current one first', async () => {
    assert.deepEqual(await search(each(), byId(facts)), [
      { status: 'requested', code: '0000', issue: 2, of: ISSUES, owner: 'FA565' },
      { status: 'completed', code: '0008', issue: 1, of: ISSUES, owner: 'FA565' },
      { status: 'requested', code: '9000', issue: 3, of: ISSUES, owner: 'FA565' },
    ]);
  });

  test('one of a status is found, also by its patient', async () => {
    const claimed = { status: 'completed', code: '0008', issue: 1, of: ISSUES };
    const query = `patient:identifier=${facts.patient.nhsNumber}&business-status=0008`;
    assert.deepEqual(await search(each(), query), [{ ...claimed, owner: undefined }]);
    assert.deepEqual(await search(each(), `${byId(facts)}&business-status=0006`), []);
  });

  test('each Task has an id of its own', async () => {
    const { body } = await each().call(`${LEGACY}/Task?${byId(facts)}`);
    const ids = (body.entry as { resource: { id: string } }[]).map(({ resource }) => resource.id);
    assert.equal(new Set(ids).size, ISSUES);
  });
});
