import { randomUUID } from 'node:crypto';

const UK = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-';
const UKCS = 'https://fhir.hl7.org.uk/CodeSystem/UKCore-';
const NHS = 'https://fhir.nhs.uk/Id/nhs-number';
const SPINE = 'urn:oid:2.16.840.1.113883.2.1.3.2.4.17';

/** What tests change of a notification. */
export type BirthOptions = {
  readonly family: string;
  readonly given?: string;
  readonly mother?: string;
  /** Synthetic address of the family. */
  readonly street?: string;
  /** 1 live, 2 to 4 stillborn. */
  readonly stillbirth?: string;
};

/** The notification of the birth of somebody invented [PDS 7.2]. */
// oxlint-disable-next-line typescript/no-explicit-any -- tests change whatever they are about
export function birthBundle(options: BirthOptions): any {
  const { mother = '9990000018', stillbirth = '1' } = options;
  const resources = [
    babyOf(options),
    observation('364589006', { valueQuantity: { value: 3210, unit: 'g' } }),
    observation('237364002', coded(`${SPINE}.172`, stillbirth)),
    observation('268477000', { valueQuantity: { value: 39, unit: 'weeks' } }),
    observation('246435002', { valueInteger: 1 }),
    observation('66091009', coded(`${SPINE}.171`, 'N')),
    {
      resourceType: 'RelatedPerson',
      identifier: [{ system: NHS, value: mother }],
      relationship: [{ coding: [{ code: 'GESTM' }] }],
    },
    {
      resourceType: 'Patient',
      identifier: [{ system: NHS, value: mother }],
      name: [{ family: options.family, given: ['Rosa'] }],
      birthDate: '1984-05-17',
    },
    { resourceType: 'Organization', identifier: [{ value: 'A83008' }] },
    { resourceType: 'Location', identifier: [{ value: 'RGS01' }] },
    { resourceType: 'CareTeam', participant: [] },
    { resourceType: 'Practitioner', name: [{ family: 'XXTEST-MIDWIFE' }] },
  ];
  return {
    resourceType: 'Bundle',
    type: 'transaction',
    entry: resources.map((resource) => ({
      fullUrl: `urn:uuid:${randomUUID()}`,
      resource,
      request: { method: 'POST', url: resource.resourceType },
    })),
  };
}

function babyOf({ family, given = 'Wren', street = '21 Example Lane' }: BirthOptions) {
  const authority = [
    {
      url: 'registeringAuthorityType',
      ...coded('https://fhir.nhs.uk/CodeSystem/UKCore-RegisteringAuthorityType', 'x'),
    },
    { url: 'organisationIdentifier', valueString: 'RGS' },
  ];
  return {
    resourceType: 'Patient',
    name: [{ use: 'usual', given: [given], family, period: { start: '2026-03-01' } }],
    gender: 'female',
    birthDate: '2026-03-01',
    _birthDate: {
      extension: [
        {
          url: 'http://hl7.org/fhir/StructureDefinition/patient-birthTime',
          valueDateTime: '2026-03-01T04:30:00+00:00',
        },
      ],
    },
    address: [{ use: 'home', line: ['', street, '', 'TESTWICK', ''], postalCode: 'ZZ99 5AG' }],
    multipleBirthInteger: 1,
    extension: [
      { url: `${UK}RegisteringAuthority`, extension: authority },
      { url: `${UK}EthnicCategory`, ...coded(`${UKCS}EthnicCategoryEngland`, 'Z') },
      {
        url: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace',
        valueAddress: { city: 'TESTWICK', country: 'GBR' },
      },
    ],
  };
}

function observation(snomed: string, value: object) {
  const code = { coding: [{ system: 'http://snomed.info/sct', code: snomed }] };
  return { resourceType: 'Observation', status: 'final', code, ...value };
}

function coded(system: string, code: string) {
  return { valueCodeableConcept: { coding: [{ system, code }] } };
}
