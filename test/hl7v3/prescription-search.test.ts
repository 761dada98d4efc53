// Shows: HL7 V3 | the search for prescriptions over SOAP, answered in JSON or in XML: each member, each narrowing, each refusal

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { aJourney } from '../support/journey.ts';
import { all, inside, QUESTIONS, refusalIn, testTrackers, text, texts } from './asking.ts';

const { spine, ask } = testTrackers();
const NOWHERE = 'EBA388-000X26-44ABAC';

async function sent(): Promise<string> {
  const journey = aJourney(spine());
  const answer = await journey.send();
  assert.equal(answer.status, 200);
  return journey.id;
}

describe('the search', () => {
  const by = (name: string, value: string): string =>
    `<${name}><value extension="${value}"/></${name}>`;
  const found = async (query: string): Promise<string[]> => {
    const said = await ask(QUESTIONS.search(query));
    if (said.headers['content-type'] !== 'application/json; charset=utf-8') return [];
    const { Response } = JSON.parse(said.text);
    return Response.prescriptions.map(
      ({ prescriptionID }: { prescriptionID: string }) => prescriptionID,
    );
  };

  test('answers each prescription in JSON, with the members of the contract', async () => {
    const journey = aJourney(spine(), { items: 2 });
    await journey.send();
    await journey.release();
    await journey.cancel();
    const said = await ask(QUESTIONS.search(by('prescriptionId', journey.id)));
    const { Response } = JSON.parse(said.text);
    const [{ messageID, prescribedDate, issueDetail, ...rest }] = Response.prescriptions;
    assert.match(messageID, /^[0-9A-F-]{36}$/);
    assert.match(prescribedDate, /^\d{14}$/);
    assert.match(issueDetail[0].releaseDate, /^\d{14}$/);
    assert.deepEqual(
      { ...issueDetail[0], releaseDate: '' },
      {
        instanceNumber: '1',
        releaseDate: '',
        prescriptionStatus: '0002',
        cancellations: 'True',
        prescCancPending: 'False',
        liCancPending: 'True',
      },
    );
    assert.deepEqual(rest, {
      prescriptionID: journey.id,
      patientID: '9990000018',
      prefix: 'Ms',
      suffix: '',
      given: 'Rosa',
      family: 'XXTESTPATIENT-ARCHER',
      prescriberOrg: 'A83008',
      nominatedOrg: 'FA565',
      dispenserOrg: 'FA565',
      nextActivity: 'expire',
      instanceNumbers: '1',
      prescriptionStatuses: '0002',
      completedDate: '',
      prescriptionTreatmentType: '0001',
      maxRepeats: 'None',
    });
  });

  test('answers the same in XML to who asks for it', async () => {
    const id = await sent();
    const said = await ask({
      ...QUESTIONS.search(by('prescriptionId', id)),
      headers: { Accept: 'text/xml' },
    });
    const path = [
      'SOAP:Envelope',
      'SOAP:Body',
      'prescriptionSearchResponse',
      'PRESCRIPTIONSEARCHRESPONSE_SM01',
    ];
    const prescription = inside(
      said.text,
      ...path,
      'ControlActEvent',
      'subject',
      'searchResults',
      'prescription',
    );
    assert.equal(text(prescription, 'prescriptionID'), id);
    const [issue] = all(prescription, 'issueDetail');
    assert.ok(issue);
    assert.deepEqual(texts(issue, 'prescriptionStatus'), ['0001']);
  });

  test('is narrowed by whatever is asked for', async () => {
    const id = await sent();
    const patient = by('patientId', '9990000018');
    const day = (days: number): string =>
      new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
    const range = (low: string, high: string): string =>
      `<creationDateRange><value><window><low value="${low}"/><high value="${high}"/></window></value></creationDateRange>`;
    const fits = [
      by('prescriptionId', id) + patient,
      patient + by('prescriberOrganisation', 'A83008') + by('releaseVersion', 'R2'),
      patient + by('prescriptionStatus', '0001'),
      patient + range(day(-2), day(2)),
    ];
    for (const query of fits) assert.ok((await found(query)).includes(id), query);
    const misses = [
      by('prescriptionId', id) + by('patientId', '9990000026'),
      patient + by('prescriberOrganisation', 'A99968'),
      patient + by('dispenserOrganisation', 'VNE51'),
      patient + by('prescriptionStatus', '0008'),
      patient + range(day(-9), day(-2)),
      patient + range(day(2), day(9)),
    ];
    for (const query of misses) assert.equal((await found(query)).includes(id), false, query);
  });

  const CASES: readonly (readonly [what: string, query: string, refusal: RegExp])[] = [
    [
      'finds nothing',
      by('prescriptionId', NOWHERE),
      /^PRESCRIPTION_SEARCH_ERROR 0001 Prescription not found$/,
    ],
    [
      'has nobody',
      by('patientId', '3152699093'),
      /^PRESCRIPTION_SEARCH_ERROR 0001 Prescription not found$/,
    ],
    [
      'has a wrong check character',
      by('prescriptionId', `${NOWHERE.slice(0, -1)}D`),
      /^PRESCRIPTION_SEARCH_ERROR 0005 Invalid prescription checksum$/,
    ],
    [
      'names neither prescription nor patient',
      by('prescriberOrganisation', 'A83008'),
      /17\.22 0008 .* - prescriptionId or patientId must have a value$/,
    ],
    [
      'has an id of no shape',
      by('prescriptionId', 'ABC'),
      /17\.22 0008 .* - prescriptionId has invalid format$/,
    ],
    [
      'has a wrong NHS number',
      by('patientId', '9990000019'),
      /17\.22 0008 .* - patientId is not a valid NHS number$/,
    ],
    [
      'has a status of no list',
      by('patientId', '9990000018') + by('prescriptionStatus', '42'),
      /17\.22 0008 .* - prescriptionStatus is no status/,
    ],
    [
      'asks for release 1',
      by('patientId', '9990000018') + by('releaseVersion', 'R1'),
      /17\.22 0008 .* - releaseVersion must be R2/,
    ],
    [
      'has a day that is none',
      `${by('patientId', '9990000018')}<creationDateRange><value><window><low value="20260231"/></window></value></creationDateRange>`,
      /17\.22 0008 .* - creationDateRange must be two days/,
    ],
  ];
  for (const [what, query, refusal] of CASES) {
    test(`that ${what} is an acknowledgement, AR`, async () => {
      assert.match(
        refusalIn(await ask(QUESTIONS.search(query)), 'prescriptionSearchResponse'),
        refusal,
      );
    });
  }
});
