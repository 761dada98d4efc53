import type { Agent, LineItem, OrderDocument } from '../../hl7v3/order-document.ts';

const GUID = 'C0FFEE00-AAAA-4BBB-8CCC-DDDDEEEEFFFF';

const organisation: Agent['organisation'] = {
  ods: 'A83008',
  name: 'Example Surgery',
  telecom: { use: 'WP', value: 'tel:0113' },
  address: { use: 'WP', lines: ['1 Street'], postcode: 'LS1 4AP' },
  licence: { ods: '84H', name: null },
};
const agent: Agent = {
  roleProfile: '100102238986',
  jobRole: 'S8000:G8000:R8000',
  telecoms: [organisation.telecom],
  person: { id: { root: '1', extension: '6095103' }, name: null },
  organisation,
};
const ONCE = { low: '1', high: '6' };
/** Its only item. */
export const anOrderItem: LineItem = {
  id: 'B3D5F0AA-1111-4222-8333-444455556666',
  repeats: ONCE,
  product: { code: '322237000', display: null },
  quantity: { value: '28', unit: { code: '428673006', display: null } },
  instructions: '',
  endorsements: [],
  dosage: 'One daily',
};

/** Of repeat dispensing, which has most to be wrong; not signed. */
export const anOrder: OrderDocument = {
  messageId: GUID,
  effectiveTime: '20260105093000',
  longFormId: GUID,
  shortFormId: '0A1B2C-A83008-00001I',
  patient: {
    nhsNumber: '9449304130',
    addresses: [organisation.address],
    telecoms: [],
    names: [{ use: 'L', prefixes: [], givens: ['Ann'], family: 'Test', suffixes: [], text: null }],
    gender: '2',
    birthDate: '19500228',
    generalPractice: 'V81999',
  },
  repeats: ONCE,
  performer: 'FER21',
  author: { time: '20260105093000', signature: null, agent },
  responsible: agent,
  daysSupply: { low: '20260105', high: '20261205', days: '28' },
  reviewDate: null,
  treatment: '0003',
  site: 'P1',
  type: '0101',
  items: [anOrderItem],
};
