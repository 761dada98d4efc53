import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';

import {
  BASE,
  CARE_RECORD,
  EXPRESS,
  INTERACTION,
  interaction,
  LOCATION,
  maker,
  ODS,
  organization,
  type Pair,
  PARTY_KEY,
  partyKey,
  query,
  RELIABLE,
  SUMMARY,
  testSds,
} from './sds.ts';

// Shows: Spine Directory Service | accredited systems and message handlers are found by organisation, interaction, party key and maker; forward reliable and express

const sds = testSds();
const EXTENSIONS = 'https://fhir.nhs.uk/StructureDefinition/Extension-SDS';
const UPPER_UUID = /^[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}$/;

describe('GET /Device', () => {
  test('gives a system with its party, maker, owner and all its interactions', async () => {
    const asked = query(organization('A20047'), interaction(SUMMARY), partyKey('A20047-821870'));
    const { status, headers, body } = await sds().ask(`/Device${asked}`);
    assert.equal(status, 200);
    assert.equal(headers.get('content-type'), 'application/fhir+json');
    const [entry] = body.entry;
    assert.match(body.id, UPPER_UUID);
    assert.match(entry.resource.id, UPPER_UUID);
    const reference = (system: string, value: string) => ({ identifier: { system, value } });
    assert.deepEqual(body, {
      resourceType: 'Bundle',
      id: body.id,
      type: 'searchset',
      total: 1,
      link: [{ relation: 'self', url: decodeURIComponent(`${sds().url}${BASE}/Device${asked}`) }],
      entry: [
        {
          fullUrl: `${sds().url}${BASE}/Device/${entry.resource.id}`,
          resource: {
            resourceType: 'Device',
            id: entry.resource.id,
            extension: [
              {
                url: `${EXTENSIONS}-ManufacturingOrganisation`,
                valueReference: reference(ODS, 'X26'),
              },
              ...[SUMMARY, CARE_RECORD].map((urn) => ({
                url: `${EXTENSIONS}-NhsServiceInteractionId`,
                valueReference: reference(INTERACTION, urn),
              })),
            ],
            identifier: [
              { system: 'https://fhir.nhs.uk/Id/nhsSpineASID', value: '200000000985' },
              { system: PARTY_KEY, value: 'A20047-821870' },
            ],
            owner: reference(ODS, 'A20047'),
          },
          search: { mode: 'match' },
        },
      ],
    });
  });

  test('gives ids that are new for each answer', async () => {
    const asked = `/Device${query(organization('A20047'), interaction(SUMMARY))}`;
    const ids = [];
    for (const { body } of [await sds().ask(asked), await sds().ask(asked)]) {
      ids.push(body.id, ...body.entry.map((one: { resource: { id: string } }) => one.resource.id));
    }
    assert.equal(new Set(ids).size, 6);
  });

  test('gives every system of an organisation, or that of one maker or party', async () => {
    const all = [organization('A20047'), interaction(SUMMARY)];
    assert.deepEqual(await asidsOf(...all), ['200000000985', '200000000986']);
    assert.deepEqual(await asidsOf(...all, maker('YGM06')), ['200000000986']);
    assert.deepEqual(await asidsOf(...all, partyKey('A20047-821871')), ['200000000986']);
    assert.deepEqual(await asidsOf(...all, maker('YGM06'), partyKey('A20047-821870')), []);
  });

  test('leaves out what the directory does not know', async () => {
    const { body } = await sds().ask(
      `/Device${query(organization('B82617'), interaction(SUMMARY))}`,
    );
    const [{ resource }] = body.entry;
    assert.equal('owner' in resource, false);
    assert.equal(resource.extension.length, 2);
  });

  test('compares without regard to case, as the national directory does', async () => {
    const found = await asidsOf(organization('a20047'), interaction(SUMMARY.toUpperCase()));
    assert.deepEqual(found, ['200000000985', '200000000986']);
  });

  test('answers an empty Bundle when there is none', async () => {
    for (const [ods, urn] of [
      ['A99999', SUMMARY],
      ['A20047', LOCATION],
    ] as const) {
      const { status, body } = await sds().ask(
        `/Device${query(organization(ods), interaction(urn))}`,
      );
      assert.deepEqual([status, body.total, body.entry], [200, 0, []]);
    }
  });

  test('takes the last of two of one kind, a blank one as none, and a bar as it is', async () => {
    const both = [interaction(LOCATION), interaction(SUMMARY)] as const;
    assert.equal((await asidsOf(organization('A20047'), ...both)).length, 2);
    assert.equal((await asidsOf(organization('A20047'), both[1], both[0])).length, 0);
    assert.equal((await asidsOf(organization('A20047'), both[1], partyKey(''))).length, 2);
    assert.equal((await asidsOf(organization('A20047'), both[1], maker(' '))).length, 2);
    const plain = `/Device?organization=${ODS}|A20047&identifier=${INTERACTION}|${SUMMARY}`;
    assert.equal((await sds().ask(plain)).body.total, 2);
    assert.equal((await sds().ask(`${plain}&use_cpm=true`)).body.total, 2);
  });
});

async function asidsOf(...pairs: readonly Pair[]): Promise<string[]> {
  const { status, body } = await sds().ask(`/Device${query(...pairs)}`);
  assert.equal(status, 200);
  return body.entry.map(
    ({ resource }: { resource: { identifier: { value: string }[] } }) =>
      resource.identifier[0]?.value,
  );
}

describe('GET /Endpoint', () => {
  test('gives a message handler with its address, ids and reliability', async () => {
    const asked = query(organization('A20047'), interaction(SUMMARY));
    const { body } = await sds().ask(`/Endpoint${asked}`);
    assert.equal(body.total, 1);
    const [{ resource, fullUrl, search }] = body.entry;
    assert.deepEqual(
      [fullUrl, search],
      [`${sds().url}${BASE}/Endpoint/${resource.id}`, { mode: 'match' }],
    );
    const ids = 'https://fhir.nhs.uk/Id';
    const codes = 'http://terminology.hl7.org/CodeSystem';
    assert.deepEqual(resource, {
      resourceType: 'Endpoint',
      id: resource.id,
      extension: [
        {
          url: `${EXTENSIONS}-ReliabilityConfiguration`,
          extension: [
            { url: 'nhsMHSSyncReplyMode', valueString: 'MSHSignalsOnly' },
            { url: 'nhsMHSRetryInterval', valueString: 'PT1M' },
            { url: 'nhsMHSRetries', valueInteger: 2 },
            { url: 'nhsMHSPersistDuration', valueString: 'PT5M' },
            { url: 'nhsMHSDuplicateElimination', valueString: 'always' },
            { url: 'nhsMHSAckRequested', valueString: 'always' },
            {
              url: 'nhsMHSActor',
              valueString: 'urn:oasis:names:tc:ebxml-msg:actor:toPartyMSH',
            },
          ],
        },
        {
          url: `${EXTENSIONS}-NhsServiceInteractionId`,
          valueReference: { identifier: { system: INTERACTION, value: SUMMARY } },
        },
      ],
      identifier: [
        { system: `${ids}/nhsMhsFQDN`, value: 'a20047.example' },
        { system: `${ids}/nhsMhsPartyKey`, value: 'A20047-821870' },
        { system: `${ids}/nhsMhsCPAId`, value: 'S20001A000182' },
        { system: `${ids}/nhsMHSId`, value: 'f1c55263f1ee924f460f' },
      ],
      status: 'active',
      connectionType: {
        system: `${codes}/endpoint-connection-type`,
        code: 'hl7-fhir-msg',
        display: 'HL7 FHIR Messaging',
      },
      managingOrganization: { identifier: { system: ODS, value: 'A20047' } },
      payloadType: [
        {
          coding: [{ system: `${codes}/endpoint-payload-type`, code: 'any', display: 'Any' }],
        },
      ],
      address: 'https://a20047.example/reliablemessaging/reliablerequest',
    });
  });

  test('finds by any two, or all three, of organisation, interaction and party key', async () => {
    const [o, i, p] = [organization('A20047'), interaction(SUMMARY), partyKey('A20047-821870')];
    for (const [pairs, total] of [
      [[o, i], 1],
      [[i, p], 1],
      [[o, i, p], 1],
      [[o, p], 5],
    ] as const) {
      assert.equal((await sds().ask(`/Endpoint${query(...pairs)}`)).body.total, total);
    }
  });

  test('gives one for each address, and one without address where there is none', async () => {
    const two = await sds().ask(
      `/Endpoint${query(organization('A20047'), interaction(CARE_RECORD))}`,
    );
    assert.deepEqual(addressesOf(two), ['https://one.example/gpc', 'https://two.example/gpc']);
    const [first] = two.body.entry;
    // Nothing is agreed for an interaction that is no message of ebXML.
    assert.equal(first.resource.extension.length, 1);
    assert.equal(first.resource.identifier.length, 3);
    const none = await sds().ask(`/Endpoint${query(organization('B82617'), interaction(SUMMARY))}`);
    assert.deepEqual([none.body.total, addressesOf(none)], [1, [undefined]]);
    assert.equal(none.body.entry[0].resource.identifier[0].system, PARTY_KEY);
  });

  test('gives the address of the Spine for what goes forward through it', async () => {
    for (const [urn, address] of [
      [RELIABLE, 'https://spine.example/reliable'],
      [EXPRESS, 'https://spine.example/express'],
    ] as const) {
      const answer = await sds().ask(`/Endpoint${query(organization('A20047'), interaction(urn))}`);
      assert.deepEqual(addressesOf(answer), [address]);
      const [{ resource }] = answer.body.entry;
      assert.equal(resource.managingOrganization.identifier.value, 'A20047');
    }
  });

  test('answers an empty Bundle when there is none', async () => {
    const { status, body } = await sds().ask(
      `/Endpoint${query(organization('B82617'), interaction(LOCATION))}`,
    );
    assert.deepEqual([status, body.total, body.entry], [200, 0, []]);
  });
});

function addressesOf({
  body,
}: {
  readonly body: { readonly entry: { readonly resource: { readonly address?: string } }[] };
}) {
  return body.entry.map(({ resource }) => resource.address);
}

describe('headers', () => {
  const asked = `/Device${query(organization('A20047'), interaction(SUMMARY))}`;

  test('a correlation id comes back as it was; without one the server makes one', async () => {
    const id = randomUUID();
    const given = await sds().ask(asked, { 'x-correlation-id': id, 'x-request-id': id });
    assert.equal(given.headers.get('x-correlation-id'), id);
    assert.match((await sds().ask(asked)).headers.get('x-correlation-id') ?? '', UPPER_UUID);
  });

  test('the client chooses between the media types that there are', async () => {
    for (const [accept, type] of [
      ['*/*', 'application/fhir+json'],
      ['application/fhir+json', 'application/fhir+json'],
      ['application/json', 'application/json'],
      ['text/html , APPLICATION/JSON', 'application/json'],
      ['application/json,application/fhir+json', 'application/fhir+json'],
      ['application/json, */*;q=0.1', 'application/fhir+json'],
    ] as const) {
      const { status, headers } = await sds().ask(asked, { accept });
      assert.deepEqual([accept, status, headers.get('content-type')], [accept, 200, type]);
    }
  });
});

test('a balancer asks for health without a key', async () => {
  for (const path of ['/healthcheck', '/healthcheck/deep']) {
    const { status, headers } = await sds().ask(path, { apikey: null });
    assert.equal(status, 200);
    assert.match(headers.get('x-correlation-id') ?? '', UPPER_UUID);
  }
});
