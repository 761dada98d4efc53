// Shows: HL7 V3 | queries over SOAP: the forms of a question and of an answer, each refusal in its own form, who may ask

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { element } from '../../src/gateways/xml/element.ts';
import { type Person, PERSONAS } from '../../src/local/personas.ts';
import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { sql } from '../../src/platform/sql.ts';
import { COMPATIBLE, prescriptionQueries } from '../../src/prescriptions/index.ts';
import { aSpine, newId } from '../../src/prescriptions/testing.ts';
import { hl7Frame, openHl7Client, wrapped } from '../support/hl7v3.ts';
import { aJourney } from '../support/journey.ts';
import {
  all,
  faultIn,
  hl7Url,
  inExtension,
  inside,
  type Question,
  QUESTIONS,
  recordIn,
  refusalIn,
  testTrackers,
  text,
} from './asking.ts';
import { aRequest } from './doors.ts';

const { spine, ask, client } = testTrackers({ roleCheck: 'strict' });
const NOWHERE = 'EBA388-000X26-44ABAC';
const INVALID = '300 The query is not valid: ';

const prescriber = {
  userId: PERSONAS.prescriber.userId,
  roleProfile: PERSONAS.prescriber.roleProfileId,
};

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

describe('an answer over SOAP', () => {
  test('is addressed to who asked, and says to which question', async () => {
    const id = await sent();
    const said = await ask(QUESTIONS.detail(id));
    assert.equal(said.headers['content-type'], 'text/xml; charset=UTF-8');
    const header = inside(said.text, 'SOAP:Envelope', 'SOAP:Header');
    assert.match(text(header, 'wsa:MessageID'), /^uuid:[0-9A-F-]{36}$/);
    assert.match(text(header, 'wsa:RelatesTo'), /^uuid:[0-9A-F-]{36}$/);
    assert.equal(text(header, 'wsa:Action'), 'urn:nhs:names:services:mmquery/PORX_IN000006UK99');
    assert.equal(text(header, 'wsa:To'), '');
    assert.match(said.text, /<acknowledgement typeCode="AA">/);
    const [receiver] = all(header, 'hl7:communicationFunctionRcv');
    const device = receiver === undefined ? [] : all(receiver, 'hl7:device');
    const [asid] = device[0] === undefined ? [] : all(device[0], 'hl7:id');
    assert.equal(asid?.attributes['extension'], TEST_SYSTEMS.facade.asid);
  });

  test('of the clinical view says that it was found', async () => {
    const said = await ask(QUESTIONS.clinical(await sent()));
    assert.match(said.text, /<queryAck><queryResponseCode code="OK"\/><\/queryAck>/);
  });

  test('comes to the forms of a question that clients differ in', async () => {
    const id = await sent();
    const edits: readonly ((xml: string) => string)[] = [
      inExtension,
      (xml) =>
        xml.replace('</author1>\n<query>', '<query>').replace('</query>', '</query></author1>'),
      (xml) =>
        xml
          .replaceAll(/(<\/?)(QURX_IN000005UK99)/g, '$1$2')
          .replace('<QURX', '<wrapped xmlns="urn:other"><QURX')
          .replace('</SOAP-ENV:Body>', '</wrapped></SOAP-ENV:Body>'),
      (xml) =>
        xml
          .replaceAll('SOAP-ENV', 's')
          .replaceAll('wsa:', 'a:')
          .replace('xmlns:wsa', 'xmlns:a')
          .replaceAll('hl7:', 'h:')
          .replace('xmlns:hl7', 'xmlns:h'),
      (xml) => xml.replace(id, id.toLowerCase()),
    ];
    for (const edit of edits) {
      const record = recordIn(await ask({ ...QUESTIONS.detail(id), edit }));
      assert.equal(text(record, 'prescriptionID'), id);
    }
    for (const SOAPAction of [
      '"urn:nhs:names:services:mmquery/QURX_IN000005UK99"',
      ' urn:nhs:names:services:mmquery/QURX_IN000005UK99 ',
    ]) {
      const said = await ask({ ...QUESTIONS.detail(id), headers: { SOAPAction } });
      assert.equal(text(recordIn(said), 'prescriptionID'), id);
    }
  });
});

describe('a question about one prescription', () => {
  const detail = QUESTIONS.detail(NOWHERE);
  const CASES: readonly (readonly [what: string, question: Question, fault: string])[] = [
    ['that nobody sent', detail, `${INVALID}Prescription not found`],
    ['that nobody can have', QUESTIONS.detail('ABC'), `${INVALID}Prescription not found`],
    [
      'without an organisation',
      { ...detail, edit: without(/<organization.id>.*?<\/organization.id>/) },
      `${INVALID}INVALID_REQUEST: organization.id must have a value`,
    ],
    [
      'without an id',
      { ...detail, edit: without(/<prescription.id>.*?<\/prescription.id>/) },
      `${INVALID}INVALID_REQUEST: prescription.id must have a value`,
    ],
    [
      'without a type of requester',
      { ...detail, edit: without(/<requesterOrganizationType>.*?<\/requesterOrganizationType>/) },
      `${INVALID}INVALID_REQUEST: requesterOrganizationType must have a value`,
    ],
    [
      'with two ids',
      {
        ...detail,
        edit: (xml) => xml.replace(/(<prescription.id>.*?<\/prescription.id>)/, '$1$1'),
      },
      `${INVALID}INVALID_REQUEST: prescription.id must have a value`,
    ],
    [
      'of an issue that is no number',
      {
        ...QUESTIONS.detail(NOWHERE, 1),
        edit: (xml) => xml.replace('repeatNumber value="1"', 'repeatNumber value="one"'),
      },
      `${INVALID}INVALID_REQUEST: prescription.repeatNumber must be the number of an issue`,
    ],
    [
      'and its message, without a key',
      { ...QUESTIONS.document(NOWHERE, 'k'), edit: without(/<documentKey[^>]*>/) },
      `${INVALID}INVALID_REQUEST: documentKey must have a value`,
    ],
    [
      'and its message, without an id',
      { ...QUESTIONS.document(NOWHERE, 'k'), edit: without(/<prescriptionId[^>]*>/) },
      `${INVALID}INVALID_REQUEST: prescriptionId must have a value`,
    ],
    [
      'and its message, that nobody sent',
      QUESTIONS.document(NOWHERE, 'k'),
      `${INVALID}Prescription not found`,
    ],
  ];
  for (const [what, question, fault] of CASES) {
    test(`${what} is a SOAP fault where the coordinator reads it`, async () => {
      assert.equal(faultIn(await ask(question)), fault);
    });
  }

  test('of an issue that is not there is one too', async () => {
    const said = await ask(QUESTIONS.detail(await sent(), 2));
    assert.equal(faultIn(said), `${INVALID}Prescription repeat instance not found`);
  });

  test('in the clinical view is an acknowledgement, AR', async () => {
    const wrapper = 'prescriptionClinicalViewResponse';
    const none = await ask(QUESTIONS.clinical(NOWHERE));
    assert.equal(refusalIn(none, wrapper), 'PRESCRIPTION_SEARCH_ERROR 0001 Prescription not found');
    const edit = without(/<organization.id>.*?<\/organization.id>/);
    const wrong = refusalIn(await ask({ ...QUESTIONS.clinical(NOWHERE), edit }), wrapper);
    assert.match(
      wrong,
      /17\.22 0008 Unable to process message\. Information missing or invalid - /,
    );
  });
});

describe('who may ask', () => {
  test('is whoever has one of the activities of trackers, strict', async () => {
    const id = await sent();
    const questions = [
      QUESTIONS.detail(id),
      QUESTIONS.clinical(id),
      QUESTIONS.document(id, 'k'),
      QUESTIONS.search(''),
    ];
    for (const question of questions) {
      const stranger = { userId: prescriber.userId, roleProfile: '555900099999' };
      assert.match(
        faultIn(await ask({ ...question, author: stranger })),
        /^300 The sender may not ask this: The role profile has none of the activities B0570, /,
      );
    }
    const record = recordIn(await ask({ ...QUESTIONS.detail(id), author: prescriber }));
    assert.equal(text(record, 'prescriptionID'), id);
    const headers = (roleProfile: string) => ({
      'Spine-From-Asid': TEST_SYSTEMS.facade.asid,
      'Spine-UserId': prescriber.userId,
      'Spine-RoleProfileId': roleProfile,
    });
    const paths = [
      '/mm/nhs111itemsummary?nhsNumber=9990000018',
      `/mm/nhs111itemdetails?prescriptionId=${encodeURIComponent(id)}`,
    ];
    for (const path of paths) {
      const refused = await client().send(path, { headers: headers('555900099999') });
      assert.equal(refused.status, 403);
      assert.match(
        JSON.parse(refused.text).reason,
        /^The role profile has none of the activities /,
      );
      const told = await client().send(path, { headers: headers(prescriber.roleProfile) });
      assert.equal(JSON.parse(told.text).statusCode, '0');
    }
  });

  test('is found out for a message by the same directory', async () => {
    const system = TEST_SYSTEMS.facade;
    const interaction = 'PORX_IN060102SM30';
    const subject = '<NominatedPrescriptionReleaseRequest/>';
    const said = async ({ userId, roleProfileId }: Person): Promise<string> => {
      const author = `<author typeCode="AUT"><AgentPersonSDS classCode="AGNT"><id root="1.2.826.0.1285.0.2.0.67" extension="${roleProfileId}"/><agentPersonSDS classCode="PSN" determinerCode="INSTANCE"><id root="1.2.826.0.1285.0.2.0.65" extension="${userId}"/></agentPersonSDS></AgentPersonSDS></author>`;
      const payload = hl7Frame({ system, interaction, subject }).replace(
        '<author1',
        `${author}<author1`,
      );
      const answer = await client().send(
        '/Prescription',
        wrapped({ system, interaction, payload }),
      );
      return / - ([^"]*)"/.exec(answer.text)?.[1] ?? answer.text;
    };
    const lacking = 'The role profile has none of the activities B0570, B0572.';
    assert.equal(await said(PERSONAS.prescriber), lacking);
    assert.equal(await said(PERSONAS.dispenser), 'A single hl7:ID/@root must be provided');
  });

  test('is nobody while the tracker is switched off', async () => {
    const settings = { ...COMPATIBLE, switchedOff: ['Tracker'] as const };
    const { soap, json } = prescriptionQueries(aSpine(spine().database, settings));
    const { actor, requestId, at } = aRequest('', newId());
    const text = 'Tracker functionality is disabled.';
    for (const { handle } of soap) {
      const answer = await handle({ actor, requestId, at, query: element('query') }, false);
      assert.deepEqual(answer, { kind: 'fault', isForbidden: true, text });
    }
    for (const { handle } of json) {
      const { status, body } = await handle({
        actor,
        requestId,
        at,
        parameters: new URLSearchParams(),
      });
      assert.equal(status, 403);
      assert.ok(JSON.stringify(body).includes(text));
    }
  });

  test('is a system of the certificate that is accredited for that very query', async () => {
    const { asid, partyKey } = TEST_SYSTEMS.pharmacy;
    const asOther = (xml: string): string => xml.replaceAll(TEST_SYSTEMS.facade.asid, asid);
    const other = await ask({ ...QUESTIONS.detail(NOWHERE), edit: asOther });
    assert.equal(
      faultIn(other),
      `300 The sender may not ask this: ASID ${asid} is not of the sender's certificate`,
    );
    await spine().database.all(sql`
      update directory.accredited_system set interactions = array['urn:nhs:names:services:mmquery:QURX_IN000005UK98']
      where party_key = ${partyKey}`);
    const pharmacy = await openHl7Client(spine().database, hl7Url(spine()), TEST_SYSTEMS.pharmacy);
    const said = await ask(QUESTIONS.detail(NOWHERE), pharmacy);
    const view = await ask(QUESTIONS.clinical(NOWHERE), pharmacy);
    pharmacy.close();
    assert.equal(
      faultIn(said),
      `300 The sender may not ask this: ASID ${asid} is not accredited for QURX_IN000005UK99`,
    );
    assert.match(refusalIn(view, 'prescriptionClinicalViewResponse'), /Prescription not found$/);
  });
});
