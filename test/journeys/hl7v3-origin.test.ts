// Shows: HL7 V3 | an order that came by HL7 V3 and one that came by FHIR: tracked, released, verified and dispensed alike
// Shows: HL7 V3 | a signed order is released by HL7 V3 whichever way it came, issue after issue, and its signature verifies
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import type { Bundle } from 'fhir/r4';

import { hl7Name } from '../../src/gateways/hl7v3/names.ts';
import type { Element } from '../../src/gateways/xml/element.ts';
import { parseXml } from '../../src/gateways/xml/parse-xml.ts';
import { order } from '../../src/local/sample-messages/index.ts';
import { Reading } from '../../src/prescriptions/hl7v3/reading.ts';
import { DISPENSE, type Facts, newFacts, RELEASE_PATIENT } from '../bad-input/kinds.ts';
import { numbered, repeatDispensing } from '../support/repeat-dispensing.ts';
import { recordedSignatures } from '../../src/prescriptions/index.ts';
import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { openDoors } from '../hl7v3/doors.ts';
import { type Hl7Client, openHl7Client, wrapped } from '../support/hl7v3.ts';
import { assureSignature, keepAsHl7, releaseByHl7 } from './hl7v3-orders.ts';
import { type Answer, signingDatacentres } from './signing-datacentres.ts';

const two = signingDatacentres();
const LEGACY = 'electronic-prescriptions/FHIR/R4';
const PHARMACY = 'FA565';

async function accepted(path: string, body: object, as = 'dispenser'): Promise<Answer> {
  const answer = await two.post(two.strict, `${LEGACY}${path}`, body, as);
  assert.equal(answer.status, 200, JSON.stringify(answer.body));
  return answer;
}

function signed(message: Bundle): Promise<Bundle> {
  return two.signed(message, 'prescriber');
}

/** The ways in which an order may come; it is kept in the form that it came in. */
const WAYS = {
  FHIR: async (message: Bundle) => {
    await accepted('/$process-message', message, 'prescriber');
  },
  'HL7 V3': (message: Bundle) => keepAsHl7(two.database, message),
} as const;
type Way = keyof typeof WAYS;
const WAYS_IN = ['FHIR', 'HL7 V3'] as const satisfies readonly Way[];

/** Where a prescription is, without the ids that are its own. */
async function tracked(facts: Facts): Promise<unknown> {
  const query = `focus:identifier=${encodeURIComponent(facts.shortFormId)}`;
  const { body } = await two.get(two.strict, `${LEGACY}/Task?${query}`, 'dispenser');
  assert.equal(body.total, 1);
  const own = [facts.shortFormId, ...facts.items.map(({ itemId }) => itemId)];
  const { id, identifier: _, ...task } = body.entry[0].resource;
  assert.match(id, /-/);
  return JSON.parse(
    own.reduce((text, one, place) => text.replaceAll(one, `its id ${place}`), JSON.stringify(task)),
  );
}

describe('an order that came by HL7 V3 and the same that came by FHIR', () => {
  const authoredAt = new Date();
  const facts: Record<Way, Facts> = {
    FHIR: newFacts({ course: 'repeat', authoredAt }),
    'HL7 V3': newFacts({ course: 'repeat', authoredAt }),
  };
  const released: Partial<Record<Way, Bundle>> = {};

  test('are tracked alike, from when they came until they were dispensed', async () => {
    for (const way of WAYS_IN) await WAYS[way](await signed(order(facts[way])));
    assert.deepEqual(await tracked(facts['HL7 V3']), await tracked(facts.FHIR));
    for (const way of WAYS_IN) {
      const { body } = await accepted('/Task/$release', RELEASE_PATIENT.build(facts[way]));
      const [passed, failed] = body.parameter;
      assert.deepEqual([passed.resource.total, failed.resource.total], [1, 0]);
      released[way] = passed.resource.entry[0].resource;
    }
    assert.deepEqual(await tracked(facts['HL7 V3']), await tracked(facts.FHIR));
    for (const way of WAYS_IN) await accepted('/$process-message', DISPENSE.build(facts[way]));
    assert.deepEqual(await tracked(facts['HL7 V3']), await tracked(facts.FHIR));
  });

  test('were released as Bundles of the same entries', () => {
    const types = ({ entry = [] }: Bundle) => entry.map(({ resource }) => resource?.resourceType);
    assert.ok(released.FHIR !== undefined && released['HL7 V3'] !== undefined);
    assert.deepEqual(types(released['HL7 V3']), types(released.FHIR));
  });

  test('are verified by their signatures from what was released', async () => {
    for (const way of WAYS_IN) {
      const { body } = await accepted('/$verify-signature', released[way] ?? {});
      const { issue } = body.parameter[0].part[1].resource;
      assert.deepEqual(issue, [{ severity: 'information', code: 'informational' }], way);
    }
  });
});

test('an order in HL7 V3 that was changed after it was signed is told by $verify-signature', async () => {
  const facts = newFacts();
  const message = await signed(order({ ...facts, nominated: null }));
  const given = facts.patient.given[0] ?? '';
  const spelt = (text: string): string =>
    text.replaceAll(/[^a-z]/gu, (one) => `&#x${one.codePointAt(0)?.toString(16)};`);
  await keepAsHl7(two.database, message, (xml) => {
    assert.ok(xml.includes(`>${spelt(given)}<`));
    return xml.replace(`>${spelt(given)}<`, '>Somebody<');
  });
  const { body } = await accepted('/$verify-signature', message);
  const { issue } = body.parameter[0].part[1].resource;
  assert.equal(issue[0].details.coding[0].display, "Signature doesn't match prescription");
});

for (const way of WAYS_IN) {
  describe(`a release by HL7 V3 of an order that came by ${way}`, () => {
    const facts = newFacts({ course: 'repeat', authoredAt: new Date() });
    const from = new Reading();
    let text: string;
    let response: Element;

    /** The released prescription of the answer. */
    const content = (): Element =>
      from.only(
        response,
        'component',
        'ParentPrescription',
        'pertinentInformation1',
        'pertinentPrescription',
      );
    const issueOf = (element: Element): string =>
      from.attribute(from.only(element, 'repeatNumber', 'low'), 'value');

    async function release(shortFormId: string | null): Promise<void> {
      text = await releaseByHl7(two.database, PHARMACY, shortFormId);
      const read = parseXml(`<a xmlns="urn:hl7-org:v3">${text}</a>`, { nameOf: hl7Name });
      assert.ok(read.ok, JSON.stringify(read));
      response = from.only(read.value, 'PrescriptionReleaseResponse');
    }

    before(async () => {
      await WAYS[way](await signed(repeatDispensing(order(facts))));
      await release(null);
    });

    test('names its request, how many there are in the batch and at most', () => {
      const batch = from
        .all(response, 'pertinentInformation')
        .map((one) => from.only(one, 'pertinentBatchInfo'))
        .map((info) => [
          from.attribute(from.only(info, 'code'), 'code'),
          from.attribute(from.only(info, 'value'), 'value'),
        ]);
      assert.deepEqual(batch, [
        ['1', '1'],
        ['2', '25'],
      ]);
      const id = from.only(response, 'inFulfillmentOf', 'priorDownloadRequestRef', 'id');
      assert.match(from.attribute(id, 'root'), /^[0-9A-F-]{36}$/);
      const template = from.only(response, 'component', 'templateId');
      assert.equal(template.attributes['extension'], 'PORX_MT122003UK32');
    });

    test('has a signature that verifies', () => assureSignature(text));

    test('is the first issue, and says nothing of one before', () => {
      assert.equal(issueOf(content()), '1');
      assert.equal(from.maybe(content(), 'predecessor'), null);
    });

    test('is the next issue when this one was dispensed, and says when; still it verifies', async () => {
      await accepted('/$process-message', numbered(DISPENSE.build(facts), 1));
      await release(facts.shortFormId);
      assert.equal(from.all(response, 'pertinentInformation').length, 0);
      assert.equal(issueOf(content()), '2');
      const [item] = from.all(content(), 'pertinentInformation2');
      assert.ok(item !== undefined);
      assert.equal(issueOf(from.only(item, 'pertinentLineItem')), '2');
      const issued = from.only(content(), 'predecessor', 'priorPreviousIssueDate', 'value');
      assert.match(from.attribute(issued, 'value'), /^\d{14}$/);
      assureSignature(text);
      assert.equal(from.whole(null).ok, true);
    });
  });
}

describe('an order that is posted to the HL7 V3 door of a strict datacentre', () => {
  const system = TEST_SYSTEMS.facade;
  let client: Hl7Client;
  before(async () => {
    client = await openHl7Client(two.database, two.strict.hl7v3Url ?? '', system);
  });
  after(() => client.close());

  async function posted(message: Bundle, edit = (xml: string): string => xml): Promise<string> {
    const payload = edit(await openDoors(two.database).convert(message, new Date()));
    const interaction = 'PORX_IN020101SM31';
    const post = wrapped({ system, interaction, payload });
    return (await client.send('/Prescription', post)).text;
  }

  test('is taken when its signature is good, and refused when something signed was changed', async () => {
    const good = newFacts({ course: 'repeat', authoredAt: new Date() });
    assert.match(await posted(await signed(order(good))), /<acknowledgement typeCode="AA"/);
    const [found] = await recordedSignatures(two.database, [good.shortFormId]);
    assert.deepEqual(found?.findings, []);
    const bad = newFacts({ course: 'repeat', authoredAt: new Date() });
    const changed = await posted(await signed(order(bad)), (xml) =>
      xml.replace(/(pertinentDosageInstructions[^]*?<value>)/, '$1not '),
    );
    assert.match(
      changed,
      /<acknowledgement typeCode="AE"[^]*code="5000" displayName="[^"]*[Ss]ignature/,
    );
  });
});
