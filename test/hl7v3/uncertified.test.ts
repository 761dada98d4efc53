// Shows: HL7 V3 | a facade without a certificate is heard from the address that the operator names, as the party there and no other

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { Agent } from 'node:https';
import { after, before, describe, test } from 'node:test';

import { endpointAuthority, issueCertificate } from '../../src/directory/index.ts';
import { certificatePem, privateKeyPem } from '../../src/platform/certificates.ts';
import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { parseConfig } from '../../src/platform/config.ts';
import { present } from '../../src/kernel/bug.ts';
import { createDatabase } from '../support/database.ts';
import { ANY_HL7_PORT, hl7Frame, openHl7Client, send, wrapped } from '../support/hl7v3.ts';
import { aJourney } from '../support/journey.ts';
import { startSpine, type TestSpine } from '../support/server.ts';
import { hl7Url } from './asking.ts';

const system = TEST_SYSTEMS.facade;
const uncertified = [{ address: '127.0.0.1', partyKey: system.partyKey }];
let started: TestSpine | null = null;
const spine = (): TestSpine => present(started, 'datacentre');

before(async () => {
  started = await startSpine({ hl7v3: { ...ANY_HL7_PORT, uncertified } });
});
after(() => started?.stop());

/** Without a certificate, or with one that nobody here made. */
async function anAgent(more: ConstructorParameters<typeof Agent>[0] = {}): Promise<Agent> {
  const authority = await endpointAuthority(spine().database, new Date());
  return new Agent({ ca: certificatePem(authority.certificate), ...more });
}

const LIST = '/mm/nhs111itemsummary?nhsNumber=9990000018';
const headers = { 'Spine-From-Asid': system.asid };

describe('a client that shows no certificate', () => {
  test('is the party of its address: it tracks, prescribes and polls', async () => {
    const agent = await anAgent();
    const url = hl7Url(spine());
    const journey = aJourney(spine());
    await journey.send();
    const list = await send(agent, `${url}${LIST}`, { headers });
    assert.equal(list.status, 200, list.text);
    assert.ok(journey.id in JSON.parse(list.text).prescriptions);
    const interaction = 'PORX_IN060102SM30';
    const payload = hl7Frame({ system, interaction, subject: '<Act/>' });
    const post = wrapped({ system, interaction, payload });
    const answer = await send(agent, `${url}/Prescription`, post);
    assert.match(answer.text, /hl7:NominatedPrescriptionReleaseRequest root not found/);
    const poll = await send(agent, `${url}/_poll/${randomUUID()}`, {
      headers: { 'nhsd-asid': system.asid },
    });
    assert.equal(poll.status, 404);
  });

  test('is no other party', async () => {
    const agent = await anAgent();
    const url = hl7Url(spine());
    const asid = TEST_SYSTEMS.pharmacy.asid;
    const said = await send(agent, `${url}${LIST}`, { headers: { 'Spine-From-Asid': asid } });
    assert.equal(said.status, 403);
    const other = TEST_SYSTEMS.pharmacy;
    const interaction = 'PORX_IN060102SM30';
    const post = wrapped({
      system: other,
      interaction,
      payload: hl7Frame({ system: other, interaction }),
    });
    const answer = await send(agent, `${url}/Prescription`, post);
    assert.match(answer.text, /SecurityFailure/);
  });

  test('is not heard from any other address', async () => {
    const agent = await anAgent({ localAddress: '127.0.0.2' });
    await assert.rejects(send(agent, `${hl7Url(spine())}${LIST}`, { headers }));
  });
});

describe('a client that shows a certificate', () => {
  test('that nobody here made is not heard, wherever it comes from', async () => {
    const elsewhere = await createDatabase();
    const { partyKey, asid } = system;
    const asked = { partyKey, asids: [asid] };
    const issued = await issueCertificate(elsewhere.database, asked, new Date());
    await elsewhere.drop();
    assert.ok(issued.ok);
    const { certificate, privateKey } = issued.value;
    const agent = await anAgent({
      cert: certificatePem(certificate),
      key: privateKeyPem(privateKey),
    });
    await assert.rejects(send(agent, `${hl7Url(spine())}${LIST}`, { headers }));
  });

  test('of its own is heard as the party of that, also where no certificate is needed', async () => {
    const pharmacy = await openHl7Client(spine().database, hl7Url(spine()), TEST_SYSTEMS.pharmacy);
    const own = { 'Spine-From-Asid': TEST_SYSTEMS.pharmacy.asid };
    assert.equal((await pharmacy.send(LIST, { headers: own })).status, 200);
    assert.equal((await pharmacy.send(LIST, { headers })).status, 403);
    pharmacy.close();
  });
});

describe('addresses without certificates', () => {
  const settings = (value: string) =>
    parseConfig({
      DATABASE_URL: 'x',
      OPENSPINE_HL7V3_PORT: '4402',
      OPENSPINE_HL7V3_UNCERTIFIED: value,
    });

  test('are single ones, each with its party', () => {
    const good = settings('10.1.2.3=T141D-822234, ::1=A83008-900101');
    assert.ok(good.ok);
    assert.deepEqual(good.value.hl7v3?.uncertified, [
      { address: '10.1.2.3', partyKey: 'T141D-822234' },
      { address: '::1', partyKey: 'A83008-900101' },
    ]);
    for (const wrong of [
      '10.1.0.0/16=T141D-822234',
      '10.1.2.3',
      '10.1.2.3=',
      'host=T141D-822234',
      '10.1.2.3=A=B',
    ]) {
      assert.equal(settings(wrong).ok, false, wrong);
    }
  });

  test('are none unless somebody says so', () => {
    const config = parseConfig({ DATABASE_URL: 'x', OPENSPINE_HL7V3_PORT: '4402' });
    assert.ok(config.ok);
    assert.deepEqual(config.value.hl7v3?.uncertified, []);
  });
});
