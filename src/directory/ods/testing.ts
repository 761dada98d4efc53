/** For tests: a pharmacy as its line of a report says it; a test changes columns by their number. */
export function aCsvLine(changes: Readonly<Record<number, string>> = {}): string {
  const columns: Readonly<Record<number, string>> = {
    1: 'FA001',
    2: 'HIGH STREET PHARMACY (SYNTHETIC)',
    3: 'Y60',
    4: 'QE1',
    5: '1 HIGH STREET',
    8: 'TESTWICK',
    9: 'TESTSHIRE',
    10: 'ZZ99 3AA',
    11: '20050401',
    13: 'A',
    14: 'RO182',
    15: 'PXY01',
    16: '20100101',
    18: '01632 960199',
    22: '0',
    ...changes,
  };
  const fields = Array.from({ length: 27 }, (_, at) => columns[at + 1] ?? '');
  return fields.map((field) => `"${field.replaceAll('"', '""')}"`).join(',');
}

const SINCE = [{ Type: 'Operational', Start: '2005-04-01' }];

/** A pharmacy as its record of ORD says it. */
export function anOrdRecord() {
  return {
    Organisation: {
      Name: 'SECOND PHARMACY (SYNTHETIC)',
      Date: SINCE,
      OrgId: {
        root: '2.16.840.1.113883.2.1.3.2.4.18.48',
        assigningAuthorityName: 'HSCIC',
        extension: 'FA002',
      },
      Status: 'Active',
      LastChangeDate: '2026-01-31',
      orgRecordClass: 'RC1',
      GeoLoc: {
        Location: {
          AddrLn1: '2 HIGH STREET',
          Town: 'TESTWICK',
          PostCode: 'ZZ99 3AB',
          Country: 'ENGLAND',
          UPRN: 1,
        },
      },
      Contacts: {
        Contact: [
          { type: 'tel', value: '01632 960200' },
          { type: 'http', value: 'https://pharmacy.example' },
        ],
      },
      Roles: {
        Role: [
          { id: 'RO182', uniqueRoleId: 8001, primaryRole: true, Status: 'Active', Date: SINCE },
        ],
      },
      Rels: {
        Rel: [
          {
            id: 'RE6',
            uniqueRelId: 71,
            Status: 'Active',
            Date: [{ Type: 'Operational', Start: '2010-01-01' }],
            Target: {
              OrgId: { extension: 'PXY01' },
              PrimaryRoleId: { id: 'RO181', uniqueRoleId: 9001 },
            },
          },
        ],
      },
      Succs: {
        Succ: [
          {
            uniqueSuccId: 5,
            Type: 'Predecessor',
            Date: [{ Type: 'Legal', Start: '2005-04-01' }],
            Target: { OrgId: { extension: 'FA900' } },
          },
        ],
      },
    },
  };
}

/** Another organisation with the same record, but for what is said, and without relations. */
export function ordOf(code: string, changes: object = {}) {
  const { Organisation } = anOrdRecord();
  const own = { OrgId: { extension: code }, Rels: undefined, Succs: undefined };
  return { Organisation: { ...Organisation, ...own, ...changes } };
}

const ODS = 'https://fhir.nhs.uk/Id/ods-organization-code';
const SYSTEMS = 'https://digital.nhs.uk/services/organisation-data-service/CodeSystem';
const EXTENSIONS = 'https://fhir.nhs.uk/England/StructureDefinition/Extension-England';

function typedPeriod(start: string) {
  return {
    url: `${EXTENSIONS}-TypedPeriod`,
    extension: [
      { url: 'dateType', valueCoding: { code: 'Operational' } },
      { url: 'period', valuePeriod: { start } },
    ],
  };
}

/** A pharmacy as its FHIR resource says it. */
export function anOrganization() {
  return {
    resourceType: 'Organization',
    id: 'FA003',
    meta: { lastUpdated: '2026-01-31T00:00:00+00:00' },
    extension: [
      typedPeriod('2005-04-01'),
      {
        url: `${EXTENSIONS}-OrganisationRole`,
        extension: [
          { url: 'instanceID', valueInteger: 8003 },
          {
            url: 'roleCode',
            valueCoding: { system: `${SYSTEMS}/ODSOrganisationRole`, code: 'RO182' },
          },
          { url: 'active', valueBoolean: true },
          typedPeriod('2005-04-01'),
        ],
      },
    ],
    identifier: [{ system: ODS, value: 'FA003' }],
    active: true,
    type: [{ coding: [{ system: `${SYSTEMS}/ODSRecordClass`, code: '1' }] }],
    name: 'THIRD PHARMACY (SYNTHETIC)',
    telecom: [{ system: 'phone', value: '01632 960201' }],
    address: [
      {
        line: ['3 HIGH STREET'],
        city: 'TESTWICK',
        district: 'TESTSHIRE',
        postalCode: 'ZZ99 3AC',
        country: 'ENGLAND',
      },
    ],
  };
}

/** Who operates it. */
export function anAffiliation() {
  return {
    resourceType: 'OrganizationAffiliation',
    id: '73',
    active: true,
    period: { start: '2010-01-01' },
    organization: { identifier: { system: ODS, value: 'PXY01' } },
    participatingOrganization: { identifier: { system: ODS, value: 'FA003' } },
    code: [{ coding: [{ system: `${SYSTEMS}/ODSRelationship`, code: 'RE6' }] }],
  };
}
