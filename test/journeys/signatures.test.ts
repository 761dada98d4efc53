// Shows: Signatures | strict: an order whose signature is not good is refused; one kept before fails at release and goes back
// Shows: Signatures | wrapping, another algorithm, the certificate of another person, an expired card: each refused with its own text
// Shows: Signatures | $verify-signature, for older clients
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';

import type { Bundle } from 'fhir/r4';

import type { Datacentre } from '../../src/datacentre.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import {
  type Order,
  order,
  releasePatient,
  withSignature,
} from '../../src/local/sample-messages/index.ts';
import { newShortFormId } from '../../src/local/sample-messages/prescription-id.ts';
import { anOrder } from '../../src/local/testing.ts';
import { type Answer, signingDatacentres } from './signing-datacentres.ts';

const PRESCRIBE = 'fhir-prescribing/FHIR/R4/$process-message';
const RELEASE = 'fhir-dispensing/FHIR/R4/Task/$release';
const VERIFY = 'fhir-dispensing/FHIR/R4/$verify-signature';

const two = signingDatacentres();

function post(at: Datacentre, path: string, body: object, as = 'prescriber'): Promise<Answer> {
  return two.post(at, path, body, as);
}

function newOrder(): Order {
  const shortFormId = newShortFormId(PERSONAS.prescriber.organisation.ods, Math.random);
  const ids = { messageId: randomUUID(), longFormId: randomUUID(), shortFormId };
  return anOrder({ ...ids, authoredAt: new Date() });
}

function signed(message: Bundle, persona = 'prescriber'): Promise<Bundle> {
  return two.signed(message, persona, 'prescriber');
}

const { dispenser } = PERSONAS;

function release(by: Datacentre, { shortFormId }: Order, requestId: string = randomUUID()) {
  return post(by, RELEASE, releasePatient({ requestId, dispenser, shortFormId }), 'dispenser');
}

function textsOf({ body }: Answer): string[] {
  return body.issue.map(({ diagnostics }: { diagnostics: string }) => diagnostics);
}

describe('an order, where signatures must be good', () => {
  test('is taken when its prescriber has signed it, and released', async () => {
    const sent = newOrder();
    const answer = await post(two.strict, PRESCRIBE, await signed(order(sent)));
    assert.equal(answer.status, 200, JSON.stringify(answer.body));
    const released = await release(two.strict, sent);
    assert.equal(released.body.parameter[0].resource.total, 1);
    assert.equal(released.body.parameter[1].resource.total, 0);
  });

  test('is refused when nobody has, each text in an issue of its own', async () => {
    const answer = await post(two.strict, PRESCRIBE, order(newOrder()));
    assert.equal(answer.status, 400);
    assert.deepEqual(textsOf(answer), ['Invalid certificate']);
    const [issue] = answer.body.issue;
    assert.equal(issue.severity, 'error');
    assert.equal(issue.code, 'invalid');
  });

  test('is refused when it is another than the one that was signed', async () => {
    const message = await signed(order(newOrder()));
    const other = await signed(order(newOrder()));
    const data = other.entry?.at(-1)?.resource;
    assert.ok(data?.resourceType === 'Provenance');
    const swapped = withSignature(message, data.signature?.[0]?.data ?? '');
    const answer = await post(two.strict, PRESCRIBE, swapped);
    assert.deepEqual(textsOf(answer), ["Signature doesn't match prescription"]);
    assert.equal((await post(two.strict, PRESCRIBE, message)).status, 200);
  });

  test('is refused when somebody else has signed it', async () => {
    const answer = await post(two.strict, PRESCRIBE, await signed(order(newOrder()), 'nurse'));
    assert.deepEqual(textsOf(answer), ["Certificate is not the prescriber's"]);
  });
});

/** The order with its signature XML changed. */
async function forged(change: (xml: string) => string): Promise<Bundle> {
  const message = await signed(order(newOrder()));
  const xml = xmlOf(message);
  assert.notEqual(change(xml), xml);
  return withSignature(message, Buffer.from(change(xml)).toString('base64'));
}

function xmlOf(message: Bundle): string {
  const provenance = message.entry?.at(-1)?.resource;
  assert.ok(provenance?.resourceType === 'Provenance');
  return Buffer.from(provenance.signature?.[0]?.data ?? '', 'base64').toString();
}

const NOT_THIS_ONE = ['Signature is invalid', "Signature doesn't match prescription"];

describe('an order whose signature was tampered with, where signatures must be good', () => {
  const wrapped = [
    ['in another element', (xml: string) => `<Envelope>${xml}</Envelope>`],
    [
      'with a second SignedInfo',
      (xml: string) => xml.replace(/<SignedInfo>.*<\/SignedInfo>/, '$&$&'),
    ],
    ['beside an Object', (xml: string) => xml.replace('</Signature>', '<Object/></Signature>')],
    ['with an id', (xml: string) => xml.replace('<Signature ', '<Signature Id="a" ')],
  ] as const;
  for (const [how, wrap] of wrapped) {
    test(`${how} is of no valid format`, async () => {
      const answer = await post(two.strict, PRESCRIBE, await forged(wrap));
      assert.deepEqual(textsOf(answer), ['Invalid signature format']);
    });
  }

  for (const [algorithm, uri] of [
    ['SHA-1', 'http://www.w3.org/2000/09/xmldsig#rsa-sha1'],
    ['a key that both know', 'http://www.w3.org/2000/09/xmldsig#hmac-sha256'],
    ['an elliptic curve', 'http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256'],
  ] as const) {
    test(`to name ${algorithm} is refused, the algorithm too by its own text`, async () => {
      const message = await forged((xml) =>
        xml.replace('http://www.w3.org/2001/04/xmldsig-more#rsa-sha256', uri),
      );
      const answer = await post(two.strict, PRESCRIBE, message);
      assert.deepEqual(textsOf(answer), [...NOT_THIS_ONE, 'Signature algorithm is not allowed']);
    });
  }

  test('to show the certificate of another person is invalid, and not the prescriber', async () => {
    const nurse = await signed(order(newOrder()), 'nurse');
    const [theirs = ''] = /<X509Certificate>.*<\/X509Certificate>/.exec(xmlOf(nurse)) ?? [];
    const message = await forged((xml) =>
      xml.replace(/<X509Certificate>.*<\/X509Certificate>/, theirs),
    );
    const answer = await post(two.strict, PRESCRIBE, message);
    assert.deepEqual(textsOf(answer), [
      'Signature is invalid',
      "Certificate is not the prescriber's",
    ]);
  });

  test('with a card that had expired when it signed is refused by that text', async () => {
    const sent = { ...newOrder(), authoredAt: new Date('2044-06-01T12:00:00Z') };
    const answer = await post(two.strict, PRESCRIBE, await signed(order(sent)));
    assert.deepEqual(textsOf(answer), ['Certificate expired when signed']);
  });
});

describe('a prescription that was kept with a bad signature', () => {
  test('is released as ever where nobody asks', async () => {
    const sent = newOrder();
    assert.equal((await post(two.lax, PRESCRIBE, order(sent))).status, 200);
    const released = await release(two.lax, sent);
    assert.equal(released.body.parameter[0].resource.total, 1);
  });

  test('fails at release where signatures must be good, and goes back by itself, once', async () => {
    const sent = newOrder();
    await post(two.lax, PRESCRIBE, order(sent));
    const [first, again] = [await release(two.strict, sent), await release(two.strict, sent)];
    for (const { body } of [first, again]) {
      assert.equal(body.parameter[0].resource.total, 0);
      const { total, entry } = body.parameter[1].resource;
      assert.equal(total, 2);
      const [outcome, bundle] = entry.map((one: { resource: object }) => one.resource);
      const [{ details, expression }] = outcome.issue;
      assert.equal(details.coding[0].code, 'INVALID_VALUE');
      assert.deepEqual(expression, ['Provenance.signature.data']);
      const [{ valueReference }] = outcome.extension;
      assert.deepEqual(valueReference.identifier, bundle.identifier);
      assert.equal(bundle.identifier.value, sent.messageId);
    }
    const reasons = await two.database.all<{ reason: string }>({
      text: `select data->>'reason' as reason from prescriptions.event
             where kind = 'Returned' and prescription_id = $1`,
      values: [sent.shortFormId.slice(0, -1)],
    });
    assert.deepEqual(
      reasons.map(({ reason }) => reason),
      ['0005', '0005'], // each release, one return
    );
  });
});

describe('$verify-signature', () => {
  test('says of each prescription what is wrong with it', async () => {
    const [good, bad] = [newOrder(), newOrder()];
    const message = await signed(order(good));
    await post(two.lax, PRESCRIBE, message);
    await post(two.lax, PRESCRIBE, order(bad));
    const both = [message, order(bad), changedPatient(message)].map((resource) => ({ resource }));
    const searchset = { resourceType: 'Bundle', type: 'searchset', entry: both };
    const { status, body } = await post(two.lax, VERIFY, searchset, 'dispenser');
    assert.equal(status, 200, JSON.stringify(body));
    assert.deepEqual(
      body.parameter.map(({ name }: { name: string }) => name),
      ['0', '1', '2'],
    );
    const results = body.parameter.map(
      // oxlint-disable-next-line typescript/no-explicit-any -- a test looks into whatever came
      ({ part }: any) => part[1].resource.issue,
    );
    assert.deepEqual(results[0], [{ severity: 'information', code: 'informational' }]);
    assert.equal(results[1][0].details.coding[0].display, 'Invalid certificate');
    assert.equal(results[2][0].details.coding[0].display, 'Nhs Number does not match');
  });

  test('asks for a Bundle', async () => {
    const body = releasePatient({ requestId: randomUUID(), dispenser, shortFormId: '' });
    assert.equal((await post(two.lax, VERIFY, body, 'dispenser')).status, 400);
  });
});

function changedPatient(message: Bundle): Bundle {
  return JSON.parse(JSON.stringify(message).replaceAll('9990000018', '9990000026'));
}
