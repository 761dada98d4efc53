// Shows: HL7 V3 | 300 and more bad queries over SOAP: each answered in form, and no record read

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { sql } from '../../src/platform/sql.ts';
import { type Hl7Said } from '../support/hl7v3.ts';
import { aJourney } from '../support/journey.ts';
import { faultIn, QUESTIONS, recordIn, soapText, testTrackers, text } from './asking.ts';

const { spine, ask, client } = testTrackers();
const NOWHERE = 'EBA388-000X26-44ABAC';
const MISSHAPEN = '201 The message is not well formed: ';

async function sent(): Promise<string> {
  const journey = aJourney(spine());
  const answer = await journey.send();
  assert.equal(answer.status, 200);
  return journey.id;
}

const without = (pattern: RegExp) => (xml: string) => {
  const changed = xml.replace(pattern, '');
  assert.notEqual(changed, xml);
  return changed;
};

describe('a question that is not well formed', () => {
  const detail = QUESTIONS.detail(NOWHERE);
  const DEPTH = 100_000;
  const CASES: readonly (readonly [what: string, edit: (xml: string) => string, fault: RegExp])[] =
    [
      [
        'has a document type',
        (xml) => xml.replace('?>', '?><!DOCTYPE a [<!ENTITY b "c">]>'),
        /a document type is not allowed/,
      ],
      [
        'has an entity bomb',
        (xml) =>
          xml
            .replace('?>', '?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]>')
            .replace('Invalid date', '&c;'),
        /a document type is not allowed/,
      ],
      [
        'is 100,000 elements deep',
        (xml) => xml.replace('<query>', `<query>${'<a>'.repeat(DEPTH)}${'</a>'.repeat(DEPTH)}`),
        /more than 100 elements/,
      ],
      [
        'has a processing instruction',
        (xml) => xml.replace('<query>', '<?php x?><query>'),
        /a processing instruction/,
      ],
      ['is empty', () => '', /./],
      ['is JSON', () => '{"a":1}', /./],
      ['is no envelope', () => '<a/>', /the root is not a SOAP 1\.1 Envelope/],
      [
        'is SOAP 1.2',
        (xml) =>
          xml.replace(
            'http://schemas.xmlsoap.org/soap/envelope/',
            'http://www.w3.org/2003/05/soap-envelope',
          ),
        /the root is not a SOAP 1\.1 Envelope/,
      ],
      [
        'has no header',
        without(/<SOAP-ENV:Header>[\s\S]*<\/SOAP-ENV:Header>/),
        /Header and Body must be there once/,
      ],
      [
        'has two bodies',
        (xml) => xml.replace('<SOAP-ENV:Body>', '<SOAP-ENV:Body/><SOAP-ENV:Body>'),
        /Header and Body must be there once/,
      ],
      [
        'has no id',
        without(/<wsa:MessageID>.*?<\/wsa:MessageID>/),
        /wsa:MessageID must be uuid: and a GUID/,
      ],
      [
        'has an id that is no GUID',
        (xml) => xml.replace(/uuid:[0-9A-F-]+/, 'uuid:1'),
        /wsa:MessageID must be uuid: and a GUID/,
      ],
      ['has no action', without(/<wsa:Action>.*?<\/wsa:Action>/), /wsa:Action must be there once/],
      [
        'names no sender in its header',
        without(/<hl7:communicationFunctionSnd>.*?<\/hl7:communicationFunctionSnd>/),
        /communicationFunctionSnd of the SOAP header/,
      ],
      [
        'names another sender in its header',
        (xml) => xml.replace(TEST_SYSTEMS.facade.asid, '999000000201'),
        /the ASIDs of the sender in the SOAP header and in the message differ/,
      ],
      [
        'holds another message',
        (xml) =>
          xml
            .replaceAll('<QURX_IN000005UK99', '<QURX_IN000005UK98')
            .replaceAll('</QURX_IN000005UK99', '</QURX_IN000005UK98'),
        /Body must hold one QURX_IN000005UK99/,
      ],
      [
        'is of another namespace',
        (xml) => xml.replace('UK99 xmlns="urn:hl7-org:v3"', 'UK99 xmlns="urn:other"'),
        /Body must hold one QURX_IN000005UK99/,
      ],
      [
        'calls itself another interaction',
        (xml) => xml.replace('extension="QURX_IN000005UK99"', 'extension="QURX_IN000005UK98"'),
        /interactionId is QURX_IN000005UK98/,
      ],
      ['has no query', without(/<query>.*<\/query>/), /ControlActEvent must hold one query/],
      [
        'has two queries',
        (xml) => xml.replace(/(<query>.*<\/query>)/, '$1$1'),
        /ControlActEvent must hold one query/,
      ],
      [
        'has text beside its elements',
        (xml) => xml.replace('<query>', 'text<query>'),
        /text beside the elements/,
      ],
    ];
  for (const [what, edit, fault] of CASES) {
    test(`because it ${what} is a SOAP fault`, async () => {
      const said = await ask({ ...detail, edit });
      assert.equal(said.status, 200);
      const text = faultIn(said);
      assert.ok(text.startsWith(MISSHAPEN), text);
      assert.match(text, fault);
    });
  }

  test('because its SOAPAction is another is one too', async () => {
    const said = await ask({
      ...detail,
      headers: { SOAPAction: 'urn:nhs:names:services:mmquery/QURX_IN000005UK98' },
    });
    assert.equal(faultIn(said), `${MISSHAPEN}SOAPAction is not wsa:Action`);
  });

  test('because it is no query of this address is one too', async () => {
    const unsupported = '101 Service or interaction not supported: urn:nhs:names:services:mmquery/';
    const elsewhere = await ask({ ...detail, path: '/syncservice-pds/pds' });
    assert.equal(faultIn(elsewhere), `${unsupported}QURX_IN000005UK99`);
    const unknown = await ask({ ...detail, interaction: 'QURX_IN000005UK97' });
    assert.equal(faultIn(unknown), `${unsupported}QURX_IN000005UK97`);
  });

  test('because its bytes are no UTF-8, or 20 MB of them, is one too', async () => {
    const headers = { 'Content-Type': 'text/xml' };
    const latin = Buffer.from(
      soapText(TEST_SYSTEMS.facade, detail, crypto.randomUUID()).replace(
        'Invalid date',
        'caf\u00e9',
      ),
      'latin1',
    );
    const path = '/syncservice-mm/mm';
    assert.match(faultIn(await client().send(path, { headers, body: latin })), /not UTF-8/);
    const large = Buffer.alloc(20_000_000, ' ');
    const said = await client()
      .send(path, { headers, body: large })
      .then(undefined, (): Hl7Said | null => null);
    if (said !== null) assert.match(faultIn(said), /larger than allowed/);
  });

  test('in any of 300 ways is answered in form, reads no record, and the next question is answered', async () => {
    const id = await sent();
    const question = QUESTIONS.detail(id, 1);
    const whole = soapText(TEST_SYSTEMS.facade, question, crypto.randomUUID().toUpperCase());
    const tags = [...whole.matchAll(/<[^?][^>]*>/g)].map(({ 0: tag, index }) => ({ tag, index }));
    const changes = tags.flatMap(({ tag, index }) => {
      const put = (instead: string): string =>
        whole.slice(0, index) + instead + whole.slice(index + tag.length);
      return [
        put(''),
        put(tag + tag),
        put(tag.replaceAll(/="[^"]*"/g, '=""')),
        put(tag.replace('>', ' x:y="1">')),
        put(tag.replace(/^<\/?/, '$&z')),
      ];
    });
    assert.ok(changes.length >= 300, String(changes.length));
    const before = await reads(id);
    let answered = 0;
    for (const text of changes) {
      const said = await ask({ ...question, edit: () => text });
      assert.equal(said.status, 200, text);
      if (said.text.includes('epsRecord')) answered += 1;
      else assert.match(faultIn(said), /^(101|201|300) /);
    }
    assert.equal(await reads(id), before + answered);
    assert.equal(text(recordIn(await ask(question)), 'prescriptionID'), id);
  });
});

async function reads(id: string): Promise<number> {
  const rows = await spine().database.all(sql`
    select 1 from platform.audit where prescription_id = ${id.slice(0, -1)} and outcome = 'read'`);
  return rows.length;
}
