// Shows: FHIR, all bases | $convert: the HL7 V3 form of every message
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { PERSONAS } from '../../src/local/personas.ts';
import { parseXml } from '../../src/gateways/xml/parse-xml.ts';
import type { Element } from '../../src/gateways/xml/element.ts';
import { CORPUS, corpusBytes, hasCorpus } from '../support/corpus.ts';
import { LEGACY, startSpine, type TestSpine } from '../support/server.ts';

type Pair = { readonly request: string; readonly response: string; readonly operation: string };

const RESPONSE = /^(\d+)-Convert-Response-(.+)-200_OK\.xml$/;

/** The name of the request that an answer is to. */
function requestName(operation: string): string {
  if (operation === 'Claim') return 'Claim-Request';
  if (operation === 'Amend') return 'Claim-Request-Amend';
  return `(Process|Task)-Request-${operation}`;
}

function pairs(): Pair[] {
  if (!hasCorpus) return [];
  const paths = readdirSync(join(CORPUS, 'eps'), { recursive: true, encoding: 'utf8' });
  return paths.toSorted().flatMap((path) => {
    const [, number = '', operation = ''] = RESPONSE.exec(basename(path)) ?? [];
    if (number === '') return [];
    const wanted = new RegExp(`^${number}-(${requestName(operation)})-200_OK\\.json$`);
    const request = paths.find(
      (one) => dirname(one) === dirname(path) && wanted.test(basename(one)),
    );
    return [{ request: request ?? '', response: path, operation }];
  });
}

/** Who calls: the sandbox's user in the published answers, ours here. */
const CALLERS: readonly (string | undefined)[] = [
  '555254239107',
  '555254240100',
  PERSONAS.prescriber.userId,
  PERSONAS.prescriber.roleProfileId,
  PERSONAS.dispenser.userId,
  PERSONAS.dispenser.roleProfileId,
];
/** A practitioner of the Bundle who is not referred to is refused by rule, whatever was published [EPS-FHIR 5.3]. */
const CONTRADICTION = 'practitionerRole.practitioner populated incorrectly';
const ASID = '1.2.826.0.1285.0.2.0.107';
const GUID = /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/;
const DATED_NOW = ['Dispense', 'Amend', 'Release', 'Cancel'];

/** Ids and times that are made when it is sent do not count [EPS-FHIR 8.3]. */
function comparable(element: Element, operation: string, inside = ''): Element {
  const { name, children } = element;
  const attributes = { ...element.attributes };
  const isOfNow =
    name === 'creationTime' ||
    (DATED_NOW.includes(operation) &&
      (name === 'effectiveTime' || (name === 'time' && inside === 'author')));
  if (isOfNow && 'value' in attributes) attributes['value'] = 'now';
  if (name === 'id' && attributes['root'] === ASID) attributes['extension'] = 'asid';
  if (name === 'id' && CALLERS.includes(attributes['extension']))
    attributes['extension'] = 'caller';
  if (name === 'id' && GUID.test(attributes['root'] ?? '')) attributes['root'] = 'guid';
  return {
    name,
    attributes,
    children:
      typeof children === 'string'
        ? children
        : children.map((child) => comparable(child, operation, name)),
  };
}

function parsed(text: string, operation: string): Element {
  const root = parseXml(text);
  assert.ok(root.ok, root.ok ? '' : root.error);
  return comparable(root.value, operation);
}

describe('$convert of the corpus', { skip: hasCorpus ? false : 'the corpus is not here' }, () => {
  const counts = { same: 0, contradicted: 0 };
  let spine: TestSpine;
  before(async () => {
    spine = await startSpine();
  });
  after(async () => {
    await spine.stop();
    const { same, contradicted } = counts;
    process.stdout.write(
      `corpus convert: ${same} of ${pairs().length} the same, ${contradicted} refused as the contract says\n`,
    );
  });
  for (const { request, response, operation } of pairs()) {
    test(`${response} is what its message becomes`, async () => {
      const isPrescribers = operation === 'Send' || operation === 'Cancel';
      const answer = await spine.call(`${LEGACY}/$convert`, {
        as: isPrescribers ? 'prescriber' : 'dispenser',
        body: corpusBytes(join('eps', request)),
      });
      if (answer.text.includes(CONTRADICTION)) {
        assert.equal(answer.status, 400);
        counts.contradicted += 1;
        return;
      }
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.headers.get('content-type'), 'application/xml');
      const expected = corpusBytes(join('eps', response)).toString();
      assert.deepEqual(parsed(answer.text, operation), parsed(expected, operation));
      counts.same += 1;
    });
  }
});
