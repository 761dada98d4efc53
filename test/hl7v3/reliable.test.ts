// Shows: HL7 V3 | reliable messaging: acknowledged at once, done once, its answer on its way in the same transaction

import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { takeIn, type Transmission } from '../../src/gateways/hl7v3/repository.ts';
import type { ReliableAnswer } from '../../src/gateways/hl7v3/index.ts';
import { present } from '../../src/kernel/bug.ts';
import { parseUuid } from '../../src/kernel/uuid.ts';
import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { sql } from '../../src/platform/sql.ts';
import { hl7Frame, type Hl7Said, openHl7Client, type Wrapping, wrapped } from '../support/hl7v3.ts';
import { doWaiting, openDoor, RETURN_UK, testDoor } from './door.ts';

const system = TEST_SYSTEMS.pharmacy;
const { ledger, client, door, database, url } = testDoor(system);
const CPA = 'S20000A000084';
const PATH = '/reliablemessaging/reliablerequest';

function message(more: Partial<Wrapping> = {}): ReturnType<typeof wrapped> {
  const payload = hl7Frame({ system, interaction: RETURN_UK, subject: '<Act/>' });
  return wrapped({ system, interaction: RETURN_UK, payload, cpaId: CPA, ...more });
}

const reliable = (post: ReturnType<typeof wrapped>): Promise<Hl7Said> => client().send(PATH, post);

type Row = { readonly destination: string; readonly key: string; readonly body: ReliableAnswer };

function leaving(messageId: string): Promise<Row[]> {
  return database().all<Row>(sql`
    select destination, key, body from platform.outbox
    where topic = 'hl7v3-answer' and key = ${messageId.toLowerCase()}`);
}

async function leftOf(messageId: string): Promise<Row> {
  for (let n = 0; n < 100; n += 1) {
    const [row, ...more] = await leaving(messageId);
    assert.equal(more.length, 0);
    if (row !== undefined) return row;
    await delay(20);
  }
  throw new Error('no answer left');
}

describe('a message of reliable messaging', () => {
  test('is acknowledged 202, and its answer waits for the party', async () => {
    const messageId = randomUUID().toUpperCase();
    const conversationId = randomUUID().toUpperCase();
    const { status, text } = await reliable(message({ messageId, conversationId }));
    assert.equal(status, 202);
    assert.match(text, /<eb:From><eb:PartyId [^>]*>YES-0000806</);
    assert.match(text, /<eb:To><eb:PartyId [^>]*>FA565-900201</);
    assert.ok(text.includes(`<eb:CPAId>${CPA}</eb:CPAId>`));
    assert.ok(text.includes(`<eb:ConversationId>${conversationId}</eb:ConversationId>`));
    assert.match(text, /<eb:Service>urn:oasis:names:tc:ebxml-msg:service<\/eb:Service>/);
    assert.match(text, /<eb:Action>Acknowledgment<\/eb:Action>/);
    assert.equal(text.split(`<eb:RefToMessageId>${messageId}</eb:RefToMessageId>`).length, 3);
    assert.match(text, /<SOAP:Body\/>/);
    const { destination, body } = await leftOf(messageId);
    assert.equal(destination, system.partyKey);
    assert.deepEqual(
      { ...body, answer: '' },
      {
        interaction: 'MCCI_IN010000UK13',
        conversationId,
        refToMessageId: messageId,
        answer: '',
      },
    );
    assert.match(body.answer, /typeCode="AA"/);
    const request = ledger.requests.at(-1);
    assert.equal(request?.actor.organisation, 'FA565');
    const { partyKey, asid } = system;
    const requestId = messageId.toLowerCase();
    assert.deepEqual(request.replyTo, { partyKey, asid, conversationId, requestId });
  });

  test('that is repeated is acknowledged alike, at either datacentre, and done and answered once', async () => {
    const other = await openDoor(url(), database(), ledger);
    const there = await openHl7Client(database(), other.url, system);
    const id = randomUUID();
    const messageId = randomUUID().toUpperCase();
    const payload = hl7Frame({ system, interaction: RETURN_UK, subject: '<Act/>', id });
    const post = message({ payload, messageId });
    const said = await Promise.all([
      reliable(post),
      there.send(PATH, post),
      reliable(post),
      there.send(PATH, post),
    ]);
    await leftOf(messageId);
    said.push(await reliable(post));
    await delay(100);
    assert.equal(new Set(said.map(({ text }) => text)).size, 1);
    assert.equal(ledger.requests.filter((one) => one.message.id === id).length, 1);
    assert.equal((await leaving(messageId)).length, 1);
    there.close();
    await other.close();
  });

  test('whose id was used for another is refused', async () => {
    const messageId = randomUUID().toUpperCase();
    assert.equal((await reliable(message({ messageId }))).status, 202);
    const { status, text } = await reliable(message({ messageId }));
    assert.equal(status, 200);
    assert.match(text, /eb:errorCode="Inconsistent"/);
  });

  test('of another contract is refused, also that of another interaction', async () => {
    for (const cpaId of ['S1001A1630', 'S20001A000104']) {
      const { status, text } = await reliable(message({ cpaId }));
      assert.equal(status, 200);
      assert.match(text, /eb:errorCode="ValueNotRecognized"[\s\S]*501319/);
    }
  });

  test('of an interaction that is not supported is SOAP fault 101', async () => {
    const post = message({ interaction: 'PORX_IN999999UK01', cpaId: 'X' });
    const { status, text } = await reliable(post);
    assert.equal(status, 500);
    assert.match(text, /<faultcode>SOAP:Client<[\s\S]*<nasp:errorCode>101</);
  });

  test('that cannot be read is SOAP fault 201', async () => {
    const { headers } = message();
    const { status, text } = await reliable({ headers, body: 'nothing' });
    assert.equal(status, 500);
    assert.match(text, /<nasp:errorCode>201</);
  });

  test('with a frame that is wrong is acknowledged, and answered AE', async () => {
    const messageId = randomUUID().toUpperCase();
    const payload = hl7Frame({ system, interaction: RETURN_UK }).replace(/<creationTime.*\/>/, '');
    assert.equal((await reliable(message({ messageId, payload }))).status, 202);
    assert.match((await leftOf(messageId)).body.answer, /typeCode="AE"/);
  });
});

/** As a process leaves it that took it in and died at once. */
async function leave(id: string): Promise<Transmission> {
  const interaction = RETURN_UK;
  const payload = Buffer.from(hl7Frame({ system, interaction, subject: '<Act/>', id }));
  const transmission: Transmission = {
    party: system.partyKey,
    messageId: present(parseUuid(randomUUID()), 'id'),
    conversationId: randomUUID(),
    cpaId: CPA,
    interaction,
    asids: [system.asid],
    isReliable: true,
    receivedAt: new Date(),
    sourceAddress: '192.0.2.7',
    digest: createHash('sha256').update(payload).digest(),
    payload,
  };
  assert.ok(await takeIn(database(), transmission, 0));
  return transmission;
}

describe('a process that dies', () => {
  test('after the acknowledgement loses nothing: another does the message', async () => {
    const id = randomUUID();
    const { messageId } = await leave(id);
    await doWaiting(door());
    assert.match((await leftOf(messageId)).body.answer, /typeCode="AA"/);
    assert.ok(ledger.effects.has(id));
    assert.equal(ledger.addresses.at(-1), '192.0.2.7');
  });

  test('after the effect has it answered by another, without a second effect', async () => {
    const id = randomUUID();
    const transmission = await leave(id);
    ledger.effects.add(id);
    await Promise.all([doWaiting(door()), doWaiting(door())]);
    await leftOf(transmission.messageId);
    await doWaiting(door());
    assert.equal((await leaving(transmission.messageId)).length, 1);
  });
});

describe('a mistake of ours', () => {
  test('is tried again, and after three times answered as one and put aside, with an alert', async () => {
    const { messageId } = await leave(randomUUID());
    ledger.failures = 3;
    for (let n = 0; n < 3; n += 1) {
      assert.equal((await leaving(messageId)).length, 0);
      await doWaiting(door());
      await freed(messageId);
    }
    assert.match((await leftOf(messageId)).body.answer, /17\.22" code="9999"/);
    assert.equal(ledger.failures, 0);
    assert.ok(door().logged.some((line) => line.startsWith('put-aside')));
  });

  test('that three processes died of is not tried again, and keeps no other message waiting', async () => {
    const poison = randomUUID();
    const { messageId } = await leave(poison);
    await database().all(sql`
      update gateways.transmission set attempts = 3 where message_id = ${messageId}::uuid`);
    const good = randomUUID();
    const { messageId: goodId } = await leave(good);
    await doWaiting(door());
    assert.match((await leftOf(messageId)).body.answer, /17\.22" code="9999"/);
    assert.equal(ledger.effects.has(poison), false);
    assert.match((await leftOf(goodId)).body.answer, /typeCode="AA"/);
  });
});

/** As when the time is over for which its process had it. */
async function freed(messageId: string): Promise<void> {
  await database().all(sql`
    update gateways.transmission set held_until = now() where message_id = ${messageId}::uuid`);
}
