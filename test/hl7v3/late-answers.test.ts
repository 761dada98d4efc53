// Shows: HL7 V3 | a cancellation that waited is told to the system that asked, at its own endpoint, once it is done
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, beforeEach, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { type TestSystem, TEST_SYSTEMS } from '../../src/local/systems.ts';
import { prescriptionKey } from '../../src/prescriptions/prescription-id.ts';
import { aJourney, cancelCodeOf, type Journey } from '../support/journey.ts';
import type { TestSpine } from '../support/server.ts';
import { openSupplier, type Supplier } from './supplier.ts';
import { FACADE, RELIABLE, wholeSpine } from './whole-spine.ts';

const { spine, hl7Of, post } = wholeSpine();
const CPA = 'S20001A000126';
const LATE = 'PORX_IN050102UK32';

let opened: Supplier | null = null;
let supplier: Supplier;
beforeEach(async () => {
  opened ??= await openSupplier(spine().database, TEST_SYSTEMS.surgery);
  supplier = opened;
});
after(() => opened?.close());

type Ids = { readonly messageId: string; readonly conversationId: string };

/** A prescription with a pharmacy; its prescriber cancels over HL7 V3, all else comes by FHIR. */
async function cancelledBy(
  system: TestSystem,
  path: string,
  items = 1,
): Promise<{ journey: Journey; ids: Ids }> {
  const ids = {
    messageId: randomUUID().toUpperCase(),
    conversationId: randomUUID().toUpperCase(),
  };
  const journey = await withPharmacy(items);
  const byHl7: Pick<TestSpine, 'call'> = {
    call: async (_path, { body } = {}) => {
      assert.ok(typeof body === 'object');
      const payload = await hl7Of(body, system);
      const { status, text } = await post(path, { system, payload, cpaId: CPA, ...ids });
      return { status, text, headers: new Headers(), body: null };
    },
  };
  const answer = await journey.through(byHl7).cancel();
  assert.equal(answer.status, path === RELIABLE ? 202 : 200, answer.text);
  return { journey, ids };
}

async function withPharmacy(items: number) {
  let by: Pick<TestSpine, 'call'> = spine();
  const routed: TestSpine = { ...spine(), call: (...asked) => by.call(...asked) };
  const journey = aJourney(routed, { nominated: null, items });
  assert.equal((await journey.send()).status, 200);
  assert.equal((await journey.release()).status, 200);
  return Object.assign(journey, {
    /** What is sent next goes another way. */
    through: (other: Pick<TestSpine, 'call'>) => ({
      cancel: async () => {
        by = other;
        const answer = await journey.cancel();
        by = spine();
        return answer;
      },
    }),
  });
}

async function delivered(interaction: string, { conversationId }: Ids, times: number) {
  const found = () =>
    supplier.delivered.filter(
      ({ text }) =>
        text.includes(`<eb:Action>${interaction}</eb:Action>`) && text.includes(conversationId),
    );
  for (let n = 0; n < 150 && found().length < times; n += 1) await delay(20);
  assert.equal(found().length, times);
  return found();
}

async function isPending({ id }: Journey): Promise<void> {
  for (let n = 0; n < 100; n += 1) {
    const [row] = await spine().database.all({
      text: `select 1 from prescriptions.event where prescription_id = $1 and kind = 'CancellationPended'`,
      values: [prescriptionKey(id)],
    });
    if (row !== undefined) return;
    await delay(20);
  }
  assert.fail('the cancel request was not done');
}

async function waiting(): Promise<number> {
  const [row] = await spine().database.all<{ waiting: number }>({
    text: `select count(*)::int as waiting from platform.outbox where topic <> 'claim'`,
    values: [],
  });
  return row?.waiting ?? -1;
}

describe('a cancellation that waits, once the pharmacy gives back', () => {
  test('of the only item: the system that asked is told of the item and of the prescription', async () => {
    const { journey, ids } = await cancelledBy(TEST_SYSTEMS.surgery, RELIABLE);
    const [first] = await delivered('PORX_IN050101UK31', ids, 1);
    assert.match(first?.text ?? '', /<acknowledgement typeCode="AE">[^]*<value [^>]*code="0002"/);
    assert.equal((await journey.giveBack()).status, 200);
    const late = await delivered(LATE, ids, 2);
    for (const { text, refTo, headers } of late) {
      assert.equal(refTo, ids.messageId);
      assert.equal(headers['soapaction'], `urn:nhs:names:services:mm/${LATE}`);
      assert.match(text, /<acknowledgement typeCode="AA">/);
      assert.match(text, /<communicationFunctionRcv [^>]*>[^\n]*extension="999000000101"/);
      assert.match(text, /<pertinentResponse [^]*?<value [^>]*code="0001"/);
      assert.ok(text.includes(journey.id));
    }
    const [request = ''] =
      /<pertinentCancellationRequestRef [^]*?root="[^"]*"/.exec(late[0]?.text ?? '') ?? [];
    assert.ok(first?.text.includes(request) && request !== '');
    const ofItem = late.filter(({ text }) => text.includes('pertinentLineItemRef'));
    assert.equal(ofItem.length, 1);
    assert.equal(new Set(late.map(({ messageId }) => messageId)).size, 2);
    assert.equal(await journey.status(), '0005');
    assert.equal(await waiting(), 0);
  });

  test('of one of two items: of the item alone', async () => {
    const { journey, ids } = await cancelledBy(TEST_SYSTEMS.surgery, RELIABLE, 2);
    await delivered('PORX_IN050101UK31', ids, 1);
    assert.equal((await journey.giveBack()).status, 200);
    const [late] = await delivered(LATE, ids, 1);
    assert.ok(late?.text.includes('pertinentLineItemRef'));
    assert.equal(await journey.status(), '0001');
  });

  test('who asked by a facade or by FHIR is called by nobody: the same request again says it', async () => {
    const { journey, ids } = await cancelledBy(TEST_SYSTEMS.facade, FACADE);
    await isPending(journey);
    assert.equal((await journey.giveBack()).status, 200);
    const byFhir = await withPharmacy(1);
    assert.equal(cancelCodeOf(await byFhir.cancel()), 'R-0002');
    assert.equal((await byFhir.giveBack()).status, 200);
    assert.equal(await waiting(), 0);
    assert.equal(cancelCodeOf(await journey.cancel()), 'R-0006');
    assert.equal(cancelCodeOf(await byFhir.cancel()), 'R-0006');
    await delivered(LATE, ids, 0);
  });

  test('of which nothing can be told any more waits by itself, and no other waits with it', async () => {
    const { database } = spine();
    const replyTo = { partyKey: 'A83008-900101', asid: '999000000101', conversationId: 'lost' };
    const body = { item: null, request: randomUUID(), at: new Date().toISOString(), replyTo };
    await database.all({
      text: `insert into platform.outbox (bucket, topic, destination, key, body, due_at)
        values (0, 'subsequent-cancellation-response', 'A83008', 'lost', $1, now())`,
      values: [JSON.stringify(body)],
    });
    const { journey, ids } = await cancelledBy(TEST_SYSTEMS.surgery, RELIABLE, 2);
    await delivered('PORX_IN050101UK31', ids, 1);
    assert.equal((await journey.giveBack()).status, 200);
    await delivered(LATE, ids, 1);
    const [lost] = await database.all<{ attempts: number; isLater: boolean }>({
      text: `select attempts, due_at > now() + interval '50 minutes' as "isLater" from platform.outbox where key = 'lost'`,
      values: [],
    });
    assert.deepEqual(lost, { attempts: 1, isLater: true });
  });
});
