// Shows: HL7 V3 | the public orders in HL7 V3 and in FHIR: one prescription, released alike by either door
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { hl7Name } from '../../src/gateways/hl7v3/names.ts';
import { parseXml } from '../../src/gateways/xml/parse-xml.ts';
import { present } from '../../src/kernel/bug.ts';
import type { Instant } from '../../src/kernel/instant.ts';
import { derivedUuid } from '../../src/kernel/uuid.ts';
import { evolveAll } from '../../src/prescriptions/evolve.ts';
import { readTime } from '../../src/prescriptions/hl7v3/time.ts';
import { actOf, bundleOf, documentOf, readKeptOrder } from '../../src/prescriptions/kept-order.ts';
import { decide } from '../../src/prescriptions/messages/create/decide.ts';
import { fragmentsOf } from '../../src/prescriptions/messages/create/hl7v3.ts';
import { receiveOrder } from '../../src/prescriptions/messages/create/receive.ts';
import { releasedOrder } from '../../src/prescriptions/messages/release/released-order.ts';
import { releasedPrescription } from '../../src/prescriptions/messages/release/released-prescription.ts';
import type { Prescription } from '../../src/prescriptions/prescription.ts';
import type { Rejection } from '../../src/prescriptions/rejections.ts';
import { CORPUS, corpusBytes, corpusRequests, hasCorpus } from '../support/corpus.ts';
import { whatBothTell } from './either-form.ts';
import { ownFragments } from './own-canonical.ts';

type Pair = { readonly name: string; readonly xml: Buffer; readonly json: Buffer };

/** Orders in HL7 V3, each with the order of the same folder and number that it was converted from. */
function pairs(): Pair[] {
  const sends = corpusRequests().filter(
    ({ endpoint, operation, status }) =>
      endpoint === 'Process' && operation === 'Send' && status === 200,
  );
  return sends.flatMap(({ path, folder, number }) => {
    const converted = readdirSync(join(CORPUS, folder)).find((file) =>
      file.startsWith(`${number}-Convert-Response-Send-`),
    );
    if (converted === undefined) return [];
    const name = join(folder, converted);
    return [{ name, xml: corpusBytes(name), json: corpusBytes(path) }];
  });
}

type Received = { readonly prescription: Prescription } | { readonly refused: Rejection };

function received(body: Buffer): Received {
  const document = documentOf(readKeptOrder(body), NEVER);
  const at = present(readTime(document.effectiveTime), 'time of the order');
  const order = receiveOrder(document, at);
  if (!order.ok) return { refused: order.error };
  const signature = { findings: [], unlisted: [] };
  const created = decide(null, { ...order.value.command, signature });
  assert.ok(created.ok);
  const state = evolveAll(order.value.id, null, created.value);
  assert.equal(state.kind, 'prescription');
  return { prescription: state };
}

// Every order of the corpus says when it was signed.
const NEVER = '1970-01-01T00:00:00.000Z' as Instant;

function releasedByFhir(body: Buffer, prescription: Prescription) {
  return releasedPrescription({
    order: bundleOf(readKeptOrder(body)),
    prescription,
    releaseId: derivedUuid('release'),
    requestId: derivedUuid('request'),
  });
}

describe('orders of the corpus', { skip: hasCorpus ? false : 'the corpus is not here' }, () => {
  const counts = { alike: 0, refused: 0, contradicted: 0, unsigned: 0 };
  const all = pairs();

  for (const { name, xml, json } of all) {
    test(`${name} is the prescription that its twin in FHIR is, and is released so by either door`, () => {
      const byHl7 = received(xml);
      let byFhir: Received;
      try {
        byFhir = received(json);
      } catch {
        counts.contradicted += 1;
        return;
      }
      if (
        !xml.includes('<Signature ') &&
        xml.includes('<SignedInfo ') &&
        'prescription' in byFhir
      ) {
        // In HL7 V3 a signature must be there [EPS-HL7V3 6.1].
        assert.deepEqual(byHl7, { refused: { kind: 'SignatureMissing' } });
        counts.unsigned += 1;
        return;
      }
      assert.deepEqual(byHl7, byFhir);
      if ('refused' in byHl7) {
        counts.refused += 1;
        return;
      }
      const { prescription } = byHl7;
      const shown = releasedByFhir(xml, prescription);
      assert.deepEqual(whatBothTell(shown), whatBothTell(releasedByFhir(json, prescription)));

      for (const body of [xml, json]) {
        const text = releasedOrder({ prescription, body });
        const answer = parseXml(`<a xmlns="urn:hl7-org:v3">${text}</a>`, { nameOf: hl7Name });
        assert.ok(answer.ok && typeof answer.value.children !== 'string');
        const act = present(answer.value.children[0], 'released order');
        const signed = fragmentsOf(actOf(readKeptOrder(xml), NEVER));
        assert.equal(fragmentsOf(act), signed);
        assert.equal(ownFragments(text), signed);
      }
      counts.alike += 1;
    });
  }

  after(() => {
    const { alike, refused, contradicted, unsigned } = counts;
    assert.equal(alike + refused + contradicted + unsigned, all.length);
    console.log(
      `corpus orders in HL7 V3: ${alike} of ${all.length} released alike by both doors, ${refused} refused alike, ${contradicted} refused in FHIR, ${unsigned} unsigned refused in HL7 V3`,
    );
  });
});
