import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { PERSONAS } from '../../src/local/personas.ts';
import { aJourney } from '../support/journey.ts';
import { LEGACY, testSpine } from '../support/server.ts';

// Shows: FHIR legacy base | tracker search (GET Task)

const spine = testSpine();
const NHS_NUMBER = '9990000018';

function search(query: string, options: { as?: string } = {}) {
  return spine().call(`${LEGACY}/Task?${query}`, options);
}

describe('the tracker search', () => {
  test('shows one prescription in detail, and who has it', async () => {
    const journey = aJourney(spine(), { items: 2 });
    await journey.send();
    await journey.release();
    const { status, body } = await search(
      `focus:identifier=https://fhir.nhs.uk/Id/prescription-order-number|${encodeURIComponent(journey.id)}`,
    );
    assert.equal(status, 200);
    assert.equal(body.total, 1);
    const task = body.entry[0].resource;
    assert.equal(task.status, 'accepted');
    assert.deepEqual(task.businessStatus.coding[0], {
      system: 'https://fhir.nhs.uk/CodeSystem/EPS-task-business-status',
      code: '0002',
      display: 'With Dispenser',
    });
    assert.equal(task.owner.identifier.value, PERSONAS.dispenser.organisation.ods);
    assert.equal(task.requester.identifier.value, 'A83008');
    assert.equal(task.input.length, 2);
    assert.equal(task.input[0].extension[0].extension.at(-1).valueCoding.code, '0008');
    assert.equal(task.output[0].extension[0].extension[0].url, 'dateDownloaded');
  });

  test('shows all of a patient, newest first, and narrows them', async () => {
    const older = aJourney(spine(), { authoredAt: new Date(Date.now() - 30 * 86_400_000) });
    const newer = aJourney(spine());
    await older.send();
    await newer.send();
    const all = await search(`patient:identifier=${NHS_NUMBER}`);
    const ids: string[] = all.body.entry.map(
      ({ resource }: { resource: { focus: { identifier: { value: string } } } }) =>
        resource.focus.identifier.value,
    );
    assert.ok(ids.indexOf(newer.id) < ids.indexOf(older.id));
    assert.equal('owner' in all.body.entry[0].resource, false);
    const today = new Date().toISOString().slice(0, 10);
    const recent = await search(
      `patient:identifier=${NHS_NUMBER}&authored-on=ge${today}&business-status=0001`,
    );
    const found: string[] = recent.body.entry.map(
      ({ resource }: { resource: { focus: { identifier: { value: string } } } }) =>
        resource.focus.identifier.value,
    );
    assert.ok(found.includes(newer.id));
    assert.equal(found.includes(older.id), false);
  });

  test('writes down who looked at which prescription, before it answers', async () => {
    const journey = aJourney(spine());
    await journey.send();
    const id = crypto.randomUUID();
    await spine().call(`${LEGACY}/Task?identifier=${encodeURIComponent(journey.id)}`, {
      headers: { 'x-request-id': id },
    });
    const rows = await spine().database.all({
      text: 'select user_id, organisation, prescription_id, outcome from platform.audit where request_id = $1',
      values: [id],
    });
    assert.deepEqual(rows, [
      {
        user_id: PERSONAS.prescriber.userId,
        organisation: 'A83008',
        prescription_id: journey.id.slice(0, -1),
        outcome: 'read',
      },
    ]);
  });

  const REFUSED = [
    [
      'business-status=0001',
      'At least one of the following query parameters must be provided: focus:identifier, identifier, patient:identifier.',
    ],
    ['identifier=A&identifier=B', 'Invalid combination of query parameters.'],
    [
      'identifier=https://example.org|A',
      'Query parameter identifier must have system https://fhir.nhs.uk/Id/prescription-order-number if specified.',
    ],
    [
      'identifier=A&authored-on=x|eq2024-01-01',
      'Query parameter authored-on must not have a system specified.',
    ],
    [
      'identifier=A&authored-on=2024-01-01',
      'Value for date param authored-on should match pattern /(eq|le|ge)\\d{4}-\\d{2}-\\d{2}/.',
    ],
  ] as const;
  for (const [query, diagnostics] of REFUSED) {
    test(`refuses ${query}`, async () => {
      const answer = await search(query);
      assert.equal(answer.status, 400);
      assert.equal(answer.body.issue[0].diagnostics, diagnostics);
    });
  }

  test('is no part of the new bases', async () => {
    const answer = await spine().call('/fhir-dispensing/FHIR/R4/Task?identifier=A', {
      as: 'dispenser',
    });
    assert.equal(answer.status, 403);
    assert.equal(
      answer.body.issue[0].diagnostics,
      'Your app does not have permission to access tracker functionality.',
    );
  });
});
