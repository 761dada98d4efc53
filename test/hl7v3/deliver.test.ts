// Shows: HL7 V3 | answers are posted to a supplier's own endpoint until it acknowledges them, and given up after their time; people have what nobody took sent again

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { ranOn } from '../../src/cli/testing.ts';
import { forgetLost } from '../../src/gateways/hl7v3/deliver/repository.ts';
import { TEST_SYSTEMS, type TestSystem } from '../../src/local/systems.ts';
import { lostCommands } from '../../src/operations/lost/cli.ts';
import { sql } from '../../src/platform/sql.ts';
import { type Hl7Client, openHl7Client } from '../support/hl7v3.ts';
import { asked, kept, type Kept, type Sent } from './leaving.ts';
import { deliverWaiting, openDoor, testDoor } from './door.ts';
import {
  acknowledged,
  ANSWER_CPA,
  type Delivered,
  faulted,
  messageError,
  openSupplier,
  type Supplier,
  type SupplierAnswer,
} from './supplier.ts';

const system = TEST_SYSTEMS.pharmacy;
let now = new Date('2026-11-29T12:00:00Z');
const clock = { now: () => now, securityNow: () => now };
const { client, door, database, url, ledger } = testDoor(system, { clock });
let opened: Supplier | null = null;

let supplier: Supplier;
beforeEach(async () => {
  opened ??= await openSupplier(database(), system);
  supplier = opened;
});
afterEach(() => {
  assert.equal(supplier.script.length, 0);
  supplier.delivered.splice(0);
});
after(() => opened?.close());

const passSeconds = (seconds: number): void => {
  now = new Date(now.getTime() + seconds * 1_000);
};

const ask = (from: Hl7Client = client(), of: TestSystem = system): Promise<Sent> =>
  asked(database(), from, of);
const keptOf = (sent: Sent): Promise<Kept> => kept(database(), sent);

/** Answers once in this way, then acknowledges: how often it was sent, under which ids, and what is kept in the end. */
async function once(answer: (message: Delivered) => SupplierAnswer | 'never') {
  const sent = await ask();
  supplier.script.push(answer);
  await deliverWaiting(door());
  const first = await keptOf(sent);
  passSeconds(9);
  await deliverWaiting(door());
  assert.equal(supplier.delivered.length, 1, 'the second attempt comes after ten seconds');
  passSeconds(1);
  await deliverWaiting(door());
  const ids = new Set(supplier.delivered.map(({ messageId }) => messageId));
  return { first, last: await keptOf(sent), ids, times: supplier.delivered.length };
}

describe('an answer to a supplier', () => {
  test('is posted as the contract says, and done when it is acknowledged', async () => {
    const sent = await ask();
    await deliverWaiting(door());
    const [message, ...more] = supplier.delivered;
    assert.ok(message !== undefined && more.length === 0);
    assert.equal(message.sender, 'localhost', 'with the certificate of this datacentre');
    const { headers, text, messageId } = message;
    assert.equal(
      headers['content-type'],
      'multipart/related; boundary="--=_MIME-Boundary"; charset="UTF-8"; type="text/xml"; start="<ebXMLHeader@spine.nhs.uk>"',
    );
    assert.equal(headers['soapaction'], 'urn:nhs:names:services:mm/MCCI_IN010000UK13');
    for (const shown of [
      /<eb:From><eb:PartyId [^>]*>YES-0000806</,
      /<eb:To><eb:PartyId [^>]*>FA565-900201</,
      `<eb:CPAId>${ANSWER_CPA}</eb:CPAId>`,
      `<eb:ConversationId>${sent.conversationId}</eb:ConversationId>`,
      '<eb:Action>MCCI_IN010000UK13</eb:Action>',
      `<eb:RefToMessageId>${sent.messageId}</eb:RefToMessageId>`,
      '<eb:DuplicateElimination/>',
      `xlink:href="cid:${messageId}@spine.nhs.uk"`,
      'eb:location="urn:hl7-org:v3_MCCI_IN010000UK13.xsd" eb:version="13"',
      `Content-Id: <${messageId}@spine.nhs.uk>\r\nContent-Type: application/xml`,
    ]) {
      assert.ok(typeof shown === 'string' ? text.includes(shown) : shown.test(text), String(shown));
    }
    assert.match(messageId, /^[0-9A-F-]{36}$/);
    assert.notEqual(messageId, sent.messageId);
    assert.deepEqual(await keptOf(sent), {
      state: 'acknowledged',
      attempts: 1,
      failure: null,
      payload: null,
    });
    passSeconds(3_600);
    await deliverWaiting(door());
    assert.equal(supplier.delivered.length, 1);
  });

  const again: Record<string, [(message: Delivered) => SupplierAnswer, string]> = {
    'after HTTP 503': [() => ({ status: 503, body: 'busy' }), 'HTTP 503'],
    'after HTTP 200 without a word': [() => ({ status: 200, body: '' }), 'HTTP 200'],
    'after a fault that may pass': [() => faulted('206'), 'SOAP fault 206'],
    'after an acknowledgement of another message': [
      (message) => ({ status: 202, body: acknowledged(message, randomUUID()) }),
      'Acknowledgment of another message',
    ],
    'after an error about another message': [
      (message) => ({ status: 200, body: messageError(message, randomUUID()) }),
      'MessageError of another message',
    ],
    'after two acknowledgements in one': [
      (message) => ({
        status: 202,
        body: acknowledged(message).replace(/<eb:Acknowledgment.*<\/eb:Acknowledgment>/, '$&$&'),
      }),
      'no Acknowledgment, or several',
    ],
  };
  for (const [name, [answer, reason]] of Object.entries(again)) {
    test(`is sent again under the same id ${name}`, async () => {
      const { first, last, ids, times } = await once(answer);
      assert.deepEqual([first.state, first.failure], [null, reason]);
      assert.deepEqual([last.state, last.attempts], ['acknowledged', 2]);
      assert.deepEqual([times, ids.size], [2, 1]);
    });
  }

  const refused: Record<string, [(message: Delivered) => SupplierAnswer, string]> = {
    'a MessageError': [
      (message) => ({ status: 200, body: messageError(message) }),
      'MessageError ValueNotRecognized',
    ],
    'a fault that does not pass': [() => faulted('101'), 'SOAP fault 101'],
  };
  for (const [name, [answer, reason]] of Object.entries(refused)) {
    test(`that gets ${name} is not sent again; that is kept, audited and logged`, async () => {
      const { last, times, ids } = await once(answer);
      assert.equal(times, 1);
      const { payload, ...end } = last;
      assert.deepEqual(end, { state: 'refused', attempts: 1, failure: reason });
      assert.match(payload ?? '', /<MCCI_IN010000UK13 /); // for people to send it again
      assert.deepEqual(await auditOf([...ids][0]), ['refused']);
      assert.equal(door().logged.at(-1), `hl7v3-not-delivered refused: ${reason}`);
    });
  }

  test('that is never acknowledged is given up after five minutes', async () => {
    const sent = await ask();
    const attempts: number[] = [];
    for (let second = 0; second <= 330; second += 10) {
      const before = supplier.delivered.length;
      supplier.script.splice(0, 1, () => ({ status: 500, body: '' }));
      await deliverWaiting(door());
      if (supplier.delivered.length > before) attempts.push(second);
      passSeconds(10);
    }
    supplier.script.splice(0);
    assert.deepEqual(attempts, [0, 10, 30, 70, 130, 190, 250, 300]);
    assert.equal(new Set(supplier.delivered.map(({ messageId }) => messageId)).size, 1);
    const { state, failure } = await keptOf(sent);
    assert.deepEqual([state, failure], ['given-up', 'HTTP 500']);
    assert.deepEqual(await auditOf(supplier.delivered[0]?.messageId), ['given-up']);
  });
});

describe('what nobody took', () => {
  const spine = (...argv: string[]) => ranOn(url(), lostCommands, ['delivery', ...argv]);
  const lose = async (): Promise<{ readonly sent: Sent; readonly id: string }> => {
    const sent = await ask();
    supplier.script.push((message) => ({ status: 200, body: messageError(message) }));
    await deliverWaiting(door());
    return { sent, id: supplier.delivered.at(-1)?.messageId ?? '' };
  };

  test('is sent again under its id when a person says why, once, and that is audited', async () => {
    const { sent, id } = await lose();
    assert.match(
      (await spine('lost')).stdout,
      new RegExp(`^${id.toLowerCase()}  FA565-900201 .* refused: MessageError Value`, 'm'),
    );
    const reason = 'Its endpoint is mended';
    assert.equal((await spine('requeue', id, '--reason', reason)).code, 0);
    assert.deepEqual(await auditOf(id), ['refused', `requeued: ${reason}`]);
    const again = await spine('requeue', id, '--reason', reason);
    assert.equal(again.code, 1);
    assert.match(again.stderr, /nothing to send again/);
    await deliverWaiting(door());
    assert.deepEqual(await keptOf(sent), {
      state: 'acknowledged',
      attempts: 1,
      failure: null,
      payload: null,
    });
    assert.deepEqual(new Set(supplier.delivered.map(({ messageId }) => messageId)), new Set([id]));
    assert.equal(supplier.delivered.length, 2);
  });

  test('is sent again for one party at once, and not when it is too old to be kept', async () => {
    const { sent } = await lose();
    const { sent: old } = await lose();
    await database().write(sql`
      update gateways.delivery set payload = null where ref_to_message_id = ${old.messageId}`);
    const told = ['--reason', 'New certificate', '-o', 'json'];
    assert.deepEqual(JSON.parse((await spine('requeue', '--party', 'X', ...told)).stdout), {
      requeued: [],
      left: [],
    });
    await spine('requeue', '--party', 'FA565-900201', ...told);
    await deliverWaiting(door());
    assert.equal((await keptOf(sent)).state, 'acknowledged');
    assert.equal((await keptOf(old)).state, 'refused');
  });

  test('is kept in its words for 30 days', async () => {
    const { sent } = await lose();
    passSeconds(29 * 86_400);
    await forgetLost(database(), new Date(now.getTime() - 30 * 86_400_000));
    assert.ok((await keptOf(sent)).payload !== null);
    passSeconds(2 * 86_400);
    await forgetLost(database(), new Date(now.getTime() - 30 * 86_400_000));
    assert.deepEqual((await keptOf(sent)).payload, null);
  });
});

async function auditOf(messageId: string | undefined): Promise<string[]> {
  const rows = await database().all<{ readonly outcome: string }>(sql`
    select outcome from platform.audit where request_id = ${messageId?.toLowerCase()}::uuid`);
  return rows.map(({ outcome }) => outcome);
}

describe('who is not the supplier', () => {
  test('gets nothing: its certificate is of another party', async () => {
    const of = TEST_SYSTEMS.otherPharmacy;
    const stranger = await openSupplier(database(), TEST_SYSTEMS.surgery, of);
    const other = await openHl7Client(database(), door().url, of);
    const sent = await ask(other, of);
    await deliverWaiting(door());
    other.close();
    await stranger.close();
    assert.equal(stranger.delivered.length, 0);
    const { state, failure } = await keptOf(sent);
    assert.deepEqual([state, failure], [null, 'ERR_TLS_CERT_ALTNAME_INVALID']);
  });

  test('and nobody is asked where the directory knows no address', async () => {
    const of = TEST_SYSTEMS.surgery;
    const other = await openHl7Client(database(), door().url, of);
    const sent = await ask(other, of);
    await deliverWaiting(door());
    other.close();
    assert.equal((await keptOf(sent)).failure, 'the directory has no address for it');
  });
});

describe('several processes', () => {
  test('send each answer once between them', async () => {
    const other = await openDoor(url(), database(), ledger, { clock });
    const sent = await Promise.all(Array.from({ length: 12 }, () => ask()));
    await Promise.all([deliverWaiting(door()), deliverWaiting(other), deliverWaiting(other)]);
    await other.close();
    const refs = supplier.delivered.map(({ refTo }) => refTo);
    assert.deepEqual(refs.toSorted(), sent.map(({ messageId }) => messageId).toSorted());
  });

  test('of which one is killed between sending and noting it: another sends it under the same id', async () => {
    const sent = await ask();
    const file = fileURLToPath(new URL('./delivering.ts', import.meta.url));
    const child = spawn(process.execPath, [file, url()], { stdio: 'ignore' });
    supplier.script.push(() => {
      child.kill('SIGKILL');
      return 'never';
    });
    await new Promise((resolve) => child.once('exit', resolve));
    assert.equal(child.signalCode, 'SIGKILL');
    await deliverWaiting(door());
    assert.equal(supplier.delivered.length, 1, 'it has it in hand, as far as anybody knows');
    await database().all(
      sql`update gateways.delivery set held_until = now() where ended_at is null`,
    );
    passSeconds(86_400);
    await deliverWaiting(door());
    const ids = supplier.delivered.map(({ messageId }) => messageId);
    assert.equal(ids.length, 2);
    assert.equal(new Set(ids).size, 1);
    assert.equal((await keptOf(sent)).state, 'acknowledged');
  });
});
