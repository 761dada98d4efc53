import {
  findSites,
  importRecords,
  keepSite,
  type OdsItem,
  type OdsRecord,
} from '../directory/index.ts';
import { londonDate, parseLondonDate } from '../kernel/london.ts';
import { openBulkLoad } from '../platform/bulk-load.ts';
import { openDatabase, PATIENCE_MS } from '../platform/database.ts';
import { FURTHER_ORGANISATIONS, type Organisation, ORGANISATIONS } from './organisations.ts';

const OPENED = parseLondonDate('2000-04-01');

/** What dispenses or prescribes beside those of the personas, and whom pharmacies belong to. All are invented. */
export const FURTHER_SITES = {
  contractor: site('FT094', 'TESTWICK APPLIANCES (SYNTHETIC)', '6 EXAMPLE YARD', 'ZZ99 6AA'),
  dispensingPractice: site(
    'A99001',
    'HILLTOP DISPENSING SURGERY (SYNTHETIC)',
    '7 HILL LANE',
    'ZZ99 7AA',
  ),
  headquarters: site('9TT01', 'EXAMPLE PHARMACIES (SYNTHETIC)', '8 EXAMPLE COURT', 'ZZ99 8AA'),
  otherCommissioner: site('15A', 'NHS EXAMPLESHIRE ICB (SYNTHETIC)', '9 EXAMPLE COURT', 'ZZ99 9AA'),
} as const;

type Place = Pick<Organisation, 'ods' | 'name' | 'line' | 'city' | 'postcode' | 'telecom'>;

function site(ods: string, name: string, line: string, postcode: string): Place {
  return { ods, name, line: [line], city: 'TESTWICK', postcode, telecom: '01632 960106' };
}

const { surgery, otherSurgery, pharmacy, otherPharmacy } = ORGANISATIONS;
const { registration } = FURTHER_ORGANISATIONS;
const { contractor, dispensingPractice, headquarters, otherCommissioner } = FURTHER_SITES;
const PRACTICE = ['RO177', 'RO76'];

/** Roles and relations of the organisations of a test installation, as ODS would say them [SDS 3]. */
export const TEST_RECORDS: readonly OdsItem[] = [
  item(registration, ['RO98'], null),
  item(otherCommissioner, ['RO98'], null),
  item(headquarters, ['RO181'], null),
  item(surgery, PRACTICE, ['RE4', registration]),
  item(otherSurgery, PRACTICE, ['RE4', otherCommissioner]),
  item(dispensingPractice, PRACTICE, ['RE4', registration]),
  item(pharmacy, ['RO182'], ['RE6', headquarters]),
  item(otherPharmacy, ['RO182'], ['RE6', headquarters]),
  item(contractor, ['RO94'], ['RE6', headquarters]),
];

function item(
  place: Place,
  roles: readonly string[],
  owner: readonly [relation: string, of: Place] | null,
): OdsItem {
  const { ods, name, line, city, postcode, telecom } = place;
  const days = { startsOn: OPENED, endsOn: null };
  const record: OdsRecord = {
    ods,
    name,
    recordClass: 1,
    isActive: true,
    addressLines: line,
    city,
    county: '',
    postcode,
    country: 'ENGLAND',
    telephone: telecom === '' ? null : telecom,
    contacts: [],
    openedOn: OPENED,
    closedOn: null,
    lastChangedOn: OPENED,
    roles: roles.map((roleId, at) => ({
      roleId,
      uniqueId: String(at + 1),
      isPrimary: at === 0,
      isActive: true,
      ...days,
    })),
  };
  if (owner === null) return { record, links: [], refused: [] };
  const [relationId, { ods: target }] = owner;
  const link = {
    kind: 'relation',
    ods,
    uniqueId: '1',
    relationId,
    target,
    isActive: true,
    ...days,
  } as const;
  return { record, links: [link], refused: [] };
}

/** Once: a restart on the same data finds them as somebody may have changed them. */
export async function seedDirectory(databaseUrl: string): Promise<void> {
  const database = openDatabase({ url: databaseUrl, connections: 1, connectWithinMs: PATIENCE_MS });
  try {
    const at = new Date();
    const known = await findSites(database, [contractor.ods], londonDate(at));
    if (known.length > 0) return;
    const load = await openBulkLoad(databaseUrl);
    try {
      await importRecords(load, { name: 'test installation', items: TEST_RECORDS }, at);
    } finally {
      await load.close();
    }
    await keepSite(
      database,
      { ods: dispensingPractice.ods, type: 'P3', from: OPENED, until: null },
      at,
    );
  } finally {
    await database.close();
  }
}
