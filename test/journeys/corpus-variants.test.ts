// Shows: FHIR, all bases | other legal forms of the public messages: $prepare, $convert and the doors take them for the same
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, describe, test } from 'node:test';

import { newShortFormId } from '../../src/local/sample-messages/index.ts';
import { inBatches } from '../bad-input/checks.ts';
import { type Kind, KINDS, newFacts, prepared, sendAs } from '../bad-input/kinds.ts';
import { type CorpusFile, corpusBytes, corpusRequests } from '../support/corpus.ts';
import { exampleRequests, hasCorpus } from '../support/corpus.ts';
import { type Answer, LEGACY, testSpine } from '../support/server.ts';
import { ALL, EACH } from './variants.ts';

const spine = testSpine();
const AT_ONCE = 8;

/** Without the ids and times that are made when it is written. */
function lasting(document: string): string {
  return document
    .replaceAll(/<creationTime[^>]*>/g, '')
    .replaceAll(/<(effectiveTime|time) value="\d+"/g, '<$1')
    .replaceAll(/<id root="[0-9A-F-]{36}"\/>/g, '<id/>');
}

function ask(door: '$convert' | '$prepare', as: string, body: string | object): Promise<Answer> {
  return spine().call(`${LEGACY}/${door}`, { as, body });
}

/** Answers how many other forms were taken for the same. */
async function sameInEachForm(as: string, text: string, name: string): Promise<number> {
  const base = await ask('$convert', as, text);
  // What the rules refuse has no other form that they take.
  if (base.status !== 200) return 0;
  await inBatches(EACH, AT_ONCE, async ([form, change]) => {
    const answer = await ask('$convert', as, change(JSON.parse(text)));
    assert.equal(answer.status, 200, `${name}, ${form}: ${answer.text}`);
    assert.equal(lasting(answer.text), lasting(base.text), `${name}, ${form}`);
  });
  return EACH.length;
}

describe('a message in another form that says the same', () => {
  for (const kind of KINDS) {
    test(`is the same in HL7 V3, and does the same: ${kind.name}`, async () => {
      const facts = await prepared(spine(), kind);
      await sameInEachForm(kind.as, JSON.stringify(kind.build(facts)), kind.name);
      const [, change] = ALL;
      const answer = await sendAs(spine(), kind, change(kind.build(facts)));
      assert.equal(answer.status, 200, answer.text);
    });
  }
});

/** Examples that the contract itself refuses [EPS-FHIR 8.2]. */
const CONTRADICTIONS = [
  // Different reasons for not dispensing.
  'MedicationDispense.extension:prescriptionNonDispensingReason',
  // The issue as valueUnsignedInt.
  'Task.extension.extension.valueInteger',
  // An older shape of an order, without what its profile asks for.
  'MedicationRequest.substitution: minimum required = 1',
];

describe('messages of the corpus', { skip: hasCorpus ? false : 'the corpus is not here' }, () => {
  const requests = corpusRequests().filter(({ status }) => status === 200);
  const counts = { forms: 0, examples: 0, digests: 0, dispensed: 0 };

  test('are the same in HL7 V3 whatever legal form they come in', async () => {
    for (const { path, operation, endpoint } of requests) {
      const isPrescribers = endpoint === 'Prepare' || ['Send', 'Cancel'].includes(operation);
      const as = isPrescribers ? 'prescriber' : 'dispenser';
      counts.forms += await sameInEachForm(as, corpusBytes(path).toString(), path);
    }
    assert.ok(counts.forms > requests.length * (EACH.length - 1));
  });

  for (const path of exampleRequests()) {
    test(`are the same in HL7 V3, or refused as the contract says: ${path}`, async () => {
      const as = /prescribing|prepare|Prepare|Send/.test(path) ? 'prescriber' : 'dispenser';
      const text = corpusBytes(path).toString();
      if ((await sameInEachForm(as, text, path)) > 0) return void (counts.examples += 1);
      const { status, text: refusal } = await ask('$convert', as, text);
      assert.equal(status, 400);
      assert.ok(
        CONTRADICTIONS.some((words) => refusal.includes(words)),
        refusal,
      );
    });
  }

  test('have the same to be signed', async () => {
    const at = '2026-01-05T09:30:00Z';
    await spine().setClock(at);
    for (const { path } of requests.filter(({ endpoint }) => endpoint === 'Prepare')) {
      const text = corpusBytes(path).toString();
      const base = await ask('$prepare', 'prescriber', text);
      await inBatches(EACH, AT_ONCE, async ([form, change]) => {
        const answer = await ask('$prepare', 'prescriber', change(JSON.parse(text)));
        assert.deepEqual(answer.body.parameter, base.body.parameter, `${path}, ${form}`);
      });
      counts.digests += EACH.length;
    }
  });

  test('are kept, and released to a pharmacy with all of their items', async () => {
    for (const one of requests.filter(({ operation }) => operation === 'Send')) {
      if (await releasedWhole(one)) counts.dispensed += 1;
    }
    assert.ok(counts.dispensed > 0);
  });

  after(() => {
    const { forms, examples, digests, dispensed } = counts;
    process.stdout.write(
      `corpus in other forms: ${forms} converted, ${digests} prepared, ${dispensed} sent and released\n` +
        `corpus examples: ${examples} of ${exampleRequests().length} converted, the others refused as the contract says\n`,
    );
  });
});

const SHORT_ID = /[0-9A-F]{6}-[0-9A-Z]{6}-[0-9A-F]{5}[0-9A-Z+]/;

/** Under ids of its own and in another form; false where the contract refuses it in any form. */
async function releasedWhole({ path }: CorpusFile): Promise<boolean> {
  const text = corpusBytes(path).toString();
  const [known = ''] = SHORT_ID.exec(text) ?? [];
  const shortFormId = newShortFormId(known.slice(7, 13), Math.random);
  const signed = /"when":\s*"([^"]+)"/.exec(text)?.[1];
  const starts = /"validityPeriod":\s*\{\s*"start":\s*"([^"]+)"/.exec(text)?.[1];
  await spine().setClock(new Date(Date.parse(starts ?? signed ?? '')).toISOString());
  const [, change] = ALL;
  const message = change(JSON.parse(text.replaceAll(known, shortFormId)));
  message.identifier.value = randomUUID();
  const sent = await spine().call(`${LEGACY}/$process-message`, { body: message });
  if (sent.text.includes('populated incorrectly')) return false;
  assert.equal(sent.status, 200, `${path}: ${sent.text}`);
  const release = KINDS.find(({ name }) => name === 'patient release') as Kind;
  const body = release.build(newFacts({ shortFormId }));
  const answer = await spine().call(`${LEGACY}/Task/$release`, { as: 'dispenser', body });
  assert.equal(answer.status, 200, `${path}: ${answer.text}`);
  const { entry } = answer.body.parameter[0].resource.entry[0].resource;
  const items = (entries: { resource: { resourceType: string } }[]): number =>
    entries.filter(({ resource }) => resource.resourceType === 'MedicationRequest').length;
  assert.equal(items(entry), items(message.entry), path);
  return true;
}
