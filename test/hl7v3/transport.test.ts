// Shows: HL7 V3 | transport: one answer to a post and its repeats, or where it will be; each error of an ebXML header

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';

import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { hl7Frame, type Hl7Said, openHl7Client, type Wrapping, wrapped } from '../support/hl7v3.ts';
import { openDoor, RETURN, testDoor } from './door.ts';

const system = TEST_SYSTEMS.facade;
const { ledger, client, door, database, url } = testDoor(system);
const DUPLICATE = /typeCode="AR"[^]*17\.32" code="202" displayName="Duplicate HL7 ID Error"/;

function message(more: Partial<Wrapping> = {}): ReturnType<typeof wrapped> {
  const payload = hl7Frame({ system, interaction: RETURN, subject: '<Act/>' });
  return wrapped({ system, interaction: RETURN, payload, ...more });
}

const facade = (post: ReturnType<typeof wrapped>): Promise<Hl7Said> =>
  client().send('/Prescription', post);

describe('a post of the facade', () => {
  test('is answered 200 with the HL7 answer to its message', async () => {
    const id = randomUUID().toUpperCase();
    const payload = hl7Frame({ system, interaction: RETURN, subject: '<Act/>', id });
    const { status, text } = await facade(message({ payload }));
    assert.equal(status, 200);
    assert.match(text, /<MCCI_IN010000UK13 xmlns="urn:hl7-org:v3">/);
    assert.match(text, /<acknowledgement typeCode="AA">/);
    assert.ok(text.includes(`<messageRef><id root="${id}"/></messageRef>`));
    assert.match(text, /<communicationFunctionRcv typeCode="RCV">.*extension="200000001285"/);
    assert.match(text, /<communicationFunctionSnd typeCode="SND">.*extension="567456789789"/);
    assert.ok(text.endsWith('</MCCI_IN010000UK13>\n'));
  });

  test('tells the handler who sends, and what', async () => {
    const id = randomUUID();
    const messageId = randomUUID().toUpperCase();
    const payload = hl7Frame({ system, interaction: RETURN, subject: '<Act/>', id });
    await facade(message({ payload, messageId }));
    const request = ledger.requests.at(-1);
    assert.ok(request !== undefined);
    assert.equal(request.message.id, id);
    assert.equal(ledger.acts.at(-1)?.name, 'Act');
    assert.equal(request.requestId, messageId.toLowerCase());
    assert.equal(request.actor.asid, system.asid);
    assert.equal(request.replyTo, null);
    assert.equal(request.actor.organisation, null);
    assert.equal(request.body.toString('utf8').trim(), payload);
  });

  test('that comes four times at once has one effect and four times the same answer', async () => {
    const payload = hl7Frame({ system, interaction: RETURN, subject: '<Act/>' });
    const post = message({ payload });
    const answers = await Promise.all([facade(post), facade(post), facade(post), facade(post)]);
    assert.equal(new Set(answers.map(({ text }) => text)).size, 1);
    assert.match(answers[0].text, /typeCode="AA"/);
    const later = await facade(post);
    assert.equal(later.text, answers[0].text);
  });

  test('whose id was used before, with another content, is AR 202 and has no effect', async () => {
    const messageId = randomUUID().toUpperCase();
    await facade(message({ messageId }));
    const before = ledger.effects.size;
    const { status, text } = await facade(message({ messageId }));
    assert.equal(status, 200);
    assert.match(text, DUPLICATE);
    assert.equal(ledger.effects.size, before);
  });

  test('whose id comes to two processes at once, with other contents, has one effect', async () => {
    const other = await openDoor(url(), database(), ledger);
    const elsewhere = await openHl7Client(database(), other.url, system);
    for (let n = 0; n < 5; n += 1) {
      const messageId = randomUUID().toUpperCase();
      const before = ledger.effects.size;
      const answers = await Promise.all([
        facade(message({ messageId })),
        elsewhere.send('/Prescription', message({ messageId })),
      ]);
      assert.equal(answers.filter(({ text }) => text.includes('typeCode="AA"')).length, 1);
      assert.equal(answers.filter(({ text }) => DUPLICATE.test(text)).length, 1);
      assert.equal(ledger.effects.size, before + 1);
    }
    elsewhere.close();
    await other.close();
  });

  test('of a contract that nobody knows is taken: a facade has one for all it sends', async () => {
    const { text } = await facade(message({ cpaId: 'X1' }));
    assert.match(text, /typeCode="AA"/);
  });

  test('that meets a mistake of ours is answered, logged, and done when it comes again', async () => {
    const post = message();
    ledger.failures = 1;
    const first = await facade(post);
    assert.equal(first.status, 200);
    assert.match(first.text, /typeCode="AE"[\s\S]*17\.22" code="9999"/);
    assert.equal(door().logged.length, 1);
    assert.match((await facade(post)).text, /typeCode="AA"/);
  });
});

describe('other requests', () => {
  test('of health are answered 200', async () => {
    assert.equal((await client().send('/healthcheck')).status, 200);
  });

  test('to no address of ours are 404, with a wrong method 405', async () => {
    assert.equal((await client().send('/prescription')).status, 404);
    const { status, headers } = await client().send('/Prescription');
    assert.deepEqual([status, headers['allow']], [405, 'POST']);
  });
});

/** What is done to the envelope, and the error that is told [EPS-HL7V3 3.2]. */
const HEADER_FAULTS: readonly (readonly [what: string, from: RegExp, to: string, code: string])[] =
  [
    ['no From', /<eb:From>.*<\/eb:From>/, '', 'MESSAGE_NOT_WELL_FORMED'],
    ['an empty To', /(<eb:To>.*>).*(<\/eb:PartyId><\/eb:To>)/, '$1$2', 'MESSAGE_NOT_WELL_FORMED'],
    ['two CPAIds', /(<eb:CPAId>.*<\/eb:CPAId>)/, '$1$1', 'MESSAGE_NOT_WELL_FORMED'],
    [
      'no ConversationId',
      /<eb:ConversationId>.*<\/eb:ConversationId>/,
      '',
      'MESSAGE_NOT_WELL_FORMED',
    ],
    ['no Service', /<eb:Service>.*<\/eb:Service>/, '', 'MESSAGE_NOT_WELL_FORMED'],
    ['an empty Action', /(<eb:Action>).*(<\/eb:Action>)/, '$1$2', 'MESSAGE_NOT_WELL_FORMED'],
    ['no MessageData', /<eb:MessageData>.*<\/eb:MessageData>/, '', 'MESSAGE_NOT_WELL_FORMED'],
    [
      'a MessageId that is none',
      /(<eb:MessageId>).*(<\/eb:MessageId>)/,
      '$1 1 $2',
      'MESSAGE_NOT_WELL_FORMED',
    ],
    ['no Timestamp', /<eb:Timestamp>.*<\/eb:Timestamp>/, '', 'MESSAGE_NOT_WELL_FORMED'],
    ['two headers', /<soap:Body>/, '<soap:Header/><soap:Body>', 'MESSAGE_NOT_WELL_FORMED'],
    ['no body', /<soap:Body>[\s\S]*<\/soap:Body>/, '', 'MESSAGE_NOT_WELL_FORMED'],
    ['no envelope', /soap:Envelope/g, 'soap:Envelop', 'MESSAGE_NOT_WELL_FORMED'],
    ['another version', /(MessageHeader.*)2\.0/, '$13.0', 'INVALID_MESSAGE_HEADER_VERSION'],
    [
      'no DuplicateElimination',
      /<eb:DuplicateElimination\/>/,
      '',
      'DUPLICATE_ELIMINATION_INCONSISTENT_WITH_CONTRACT',
    ],
    ['no AckRequested', /<eb:AckRequested.*\/>/, '', 'ACK_REQUESTED_INCONSISTENT_WITH_CONTRACT'],
    [
      'AckRequested of another version',
      /(AckRequested.*)2\.0/,
      '$11.0',
      'ACK_REQUESTED_VERSION_INVALID',
    ],
    ['AckRequested signed', /signed="false"/, 'signed="true"', 'ACK_REQUESTED_SIGNED_INVALID'],
    [
      'AckRequested of another actor',
      /actor:toPartyMSH/,
      'actor:nextMSH',
      'ACK_REQUESTED_ACTOR_INVALID',
    ],
    ['no SyncReply', /<eb:SyncReply.*\/>/, '', 'SYNCREPLY_INCONSISTENT_WITH_CONTRACT'],
    ['SyncReply of another version', /(SyncReply.*)2\.0/, '$11.0', 'SYNCREPLY_VERSION_INVALID'],
    ['SyncReply of another actor', /actor\/next/, 'actor/last', 'SYNCREPLY_ACTOR_INVALID'],
    ['Manifest of another version', /(Manifest.*?)2\.0/, '$11.0', 'INVALID_MANIFEST_REFERENCE'],
    ['two References', /(<eb:Reference.*<\/eb:Reference>)/, '$1$1', 'INVALID_MANIFEST_REFERENCE'],
    ['an empty href', /cid:[^"]*/, 'cid:', 'INVALID_MANIFEST_REFERENCE'],
    ['an href of no part', /cid:[^"]*/, 'cid:nothing', 'INVALID_MANIFEST_REFERENCE'],
    ['another To party', /YES-0000806/, 'YES-0000807', 'ValueNotRecognized'],
    ['the From party of another', /T141D-822234/, 'A83008-900101', 'SecurityFailure'],
  ];

describe('an ebXML header with', () => {
  for (const [what, from, to, code] of HEADER_FAULTS) {
    test(`${what} is answered ${code}`, async () => {
      const known = ledger.requests.length;
      const post = message({ envelope: (text) => text.replace(from, to) });
      const { status, text } = await facade(post);
      assert.equal(status, 200);
      assert.match(text, /<eb:Action>MessageError<\/eb:Action>/);
      assert.match(text, new RegExp(`eb:severity="Error" eb:errorCode="${code}"`));
      assert.equal(ledger.requests.length, known);
    });
  }

  test('several faults is answered with the first of the table', async () => {
    const envelope = (text: string): string =>
      text.replace(/<eb:SyncReply.*\/>/, '').replace('signed="false"', 'signed="true"');
    assert.match((await facade(message({ envelope }))).text, /ACK_REQUESTED_SIGNED_INVALID/);
  });

  test('no version is as good as 2.0', async () => {
    const envelope = (text: string): string =>
      text.replace(/(MessageHeader soap:mustUnderstand="1") eb:version="2.0"/, '$1');
    assert.match((await facade(message({ envelope }))).text, /typeCode="AA"/);
  });

  test('other prefixes is read alike', async () => {
    const envelope = (text: string): string =>
      text
        .replaceAll('soap:', 'SOAP-ENV:')
        .replace('xmlns:soap', 'xmlns:SOAP-ENV')
        .replaceAll('eb:', 'e:')
        .replace('xmlns:eb', 'xmlns:e');
    assert.match((await facade(message({ envelope }))).text, /typeCode="AA"/);
  });

  test('a service or an action that is not supported is SOAP fault 101', async () => {
    for (const [from, to] of [
      [/services:mm</, 'services:pds<'],
      [/PORX_IN100101SM31</, 'PORX_IN999999UK01<'],
    ] as const) {
      const { status, text } = await facade(message({ envelope: (e) => e.replace(from, to) }));
      assert.equal(status, 200); // the facade would send it four times [EPS-HL7V3 3.1]
      assert.match(text, /<nasp:errorCode>101<\/nasp:errorCode>/);
    }
  });

  test('a SOAPAction that says something else is inconsistent; in quotes it is the same', async () => {
    const { headers, body } = message();
    const other = { ...headers, SOAPAction: 'urn:nhs:names:services:mm/PORX_IN020101SM31' };
    assert.match((await facade({ body, headers: other })).text, /errorCode="Inconsistent"/);
    const quoted = { ...headers, SOAPAction: `"urn:nhs:names:services:mm/${RETURN}"` };
    assert.match((await facade({ body, headers: quoted })).text, /typeCode="AA"/);
  });
});

describe('the frame of a message', () => {
  const answerTo = async (change: (payload: string) => string): Promise<string> => {
    const payload = change(hl7Frame({ system, interaction: RETURN, subject: '<Act/>' }));
    const { status, text } = await facade(message({ payload }));
    assert.equal(status, 200);
    return text;
  };

  for (const [what, from, to, words] of [
    ['without an id', /<id root="[-0-9A-F]{36}"\/>/, '', 'id is missing'],
    ['with two ids', /(<id root="[-0-9A-F]{36}"\/>)/, '$1$1', 'a single id must be provided'],
    [
      'with an id that is none',
      /<id root="[-0-9A-F]{36}"\/>/,
      '<id root="1"/>',
      'id has invalid format',
    ],
    ['without a time', /<creationTime.*\/>/, '', 'creationTime is missing'],
    ['with words for a time', /20261129120000/, 'Invalid date', 'creationTime has invalid format'],
    ['without a version', /<versionCode.*\/>/, '', 'versionCode is missing'],
    ['without an act', /<ControlActEvent[\s\S]*ControlActEvent>/, '', 'ControlActEvent is missing'],
    [
      'without a system as author',
      /<author1.*\/author1>/,
      '',
      'author1 must be there once or twice',
    ],
    [
      'with three authors',
      /(<author1.*\/author1>)/,
      '$1$1$1',
      'author1 must be there once or twice',
    ],
    ['with two subjects', /<Act\/>/, '<Act/><Act/>', 'there must be one focal act'],
    [
      'without a sender',
      /<communicationFunctionSnd.*Snd>/,
      '',
      'communicationFunctionSnd is missing',
    ],
  ] as const) {
    test(`${what} is AE 5000`, async () => {
      const text = await answerTo((payload) => payload.replace(from, to));
      assert.match(text, /typeCode="AE"[\s\S]*16\.34" code="5000"/);
      assert.ok(text.includes(`Information missing or invalid - ${words}`), text);
    });
  }

  for (const [what, from, to] of [
    ['of another interaction than the action', /PORX_IN100101SM31/g, 'PORX_IN020101SM31'],
    [
      'with another interactionId',
      /extension="PORX_IN100101SM31"/,
      'extension="PORX_IN020101SM31"',
    ],
    ['from an ASID of somebody else', /200000001285/g, '999000000101'],
  ] as const) {
    test(`${what} is AR`, async () => {
      const text = await answerTo((payload) => payload.replace(from, to));
      assert.match(text, /<acknowledgement typeCode="AR">\s*<acknowledgementDetail typeCode="ER">/);
      assert.match(text, /16\.34" code="5000"/);
    });
  }

  test('that is no XML is AE 5888', async () => {
    const text = await answerTo((payload) => payload.replace('</ControlActEvent>', ''));
    assert.match(text, /typeCode="AE"[\s\S]*16\.34" code="5888"/);
  });
});
