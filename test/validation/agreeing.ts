import type { Extension, MedicationRequest } from 'fhir/r4';

import {
  add,
  item,
  REPEAT_INFORMATION,
  REQUEST,
  RESPONSIBLE,
  repeatDispensing,
  SITE,
  TYPE,
  twoItems,
  withoutExtension,
} from './changes.ts';
import { type Entry, orders, value } from './rule.ts';

const order = orders('[EPS-FHIR 5.3]').rule;

/** What must be the same on all items, and two values of it, each as its JSON is shown. */
type Field = {
  readonly path: string;
  readonly values: readonly [unknown, unknown];
  readonly set: (request: MedicationRequest, value: never) => void;
};

function field<Value>(
  path: string,
  values: readonly [Value, Value],
  set: (request: MedicationRequest, value: Value) => void,
): Field {
  return { path, values, set };
}

type Supply = NonNullable<MedicationRequest['dispenseRequest']>;

/** A part of what is asked of the dispenser. */
function asked<Name extends keyof Supply>(
  name: Name,
  ...values: [NonNullable<Supply[Name]>, NonNullable<Supply[Name]>]
): Field {
  return field(`dispenseRequest.${name}`, values, (request, one) => {
    request.dispenseRequest = { ...request.dispenseRequest, [name]: one };
  });
}

function extended(...values: [Extension, Extension]): Field {
  const [{ url }] = values;
  return field(`extension("${url}")`, values, (request, one) => {
    request.extension = withoutExtension(request.extension, url);
    add(request, one);
  });
}

const FIELDS: readonly Field[] = [
  field('groupIdentifier', [{ value: 'A' }, { value: 'B' }], (request, one) => {
    request.groupIdentifier = one;
  }),
  field(
    'category',
    [[{ coding: [{ code: 'community' }] }], [{ coding: [{ code: 'outpatient' }] }]],
    (request, one) => {
      request.category = one;
    },
  ),
  field('authoredOn', ['2026-01-01', '2026-01-02'], (request, one) => {
    request.authoredOn = one;
  }),
  field('subject', [{ reference: 'urn:uuid:1' }, { reference: 'urn:uuid:2' }], (request, one) => {
    request.subject = one;
  }),
  field('requester', [{ reference: 'urn:uuid:1' }, { reference: 'urn:uuid:2' }], (request, one) => {
    request.requester = one;
  }),
  asked('performer', { identifier: { value: 'FA565' } }, { identifier: { value: 'VNE51' } }),
  asked('validityPeriod', { start: '2026-01-01' }, { start: '2026-01-02' }),
  asked('expectedSupplyDuration', { value: 28, code: 'd' }, { value: 7, code: 'd' }),
  field(
    `dispenseRequest.extension("${SITE}")`,
    [
      { url: SITE, valueCoding: { code: 'P1' } },
      { url: SITE, valueCoding: { code: 'P2' } },
    ],
    (request, one) => {
      request.dispenseRequest = { ...request.dispenseRequest, extension: [one] };
    },
  ),
  extended(
    { url: TYPE, valueCoding: { code: '0101' } },
    { url: TYPE, valueCoding: { code: '0104' } },
  ),
  extended(
    { url: RESPONSIBLE, valueReference: { reference: 'urn:uuid:1' } },
    { url: RESPONSIBLE, valueReference: { reference: 'urn:uuid:2' } },
  ),
];

const information = (valueDateTime: string): Extension => ({
  url: REPEAT_INFORMATION,
  extension: [{ url: 'authorisationExpiryDate', valueDateTime }],
});

/** Of repeat dispensing only. */
const OF_REPEATS: readonly Field[] = [
  asked('numberOfRepeatsAllowed', 5, 6),
  extended(information('2026-06-01'), information('2026-07-01')),
];

function differ({ path, values }: Field) {
  const text = `Expected all MedicationRequests to have the same value for ${path}. Received ${JSON.stringify(values)}.`;
  return value(text, `${REQUEST}.${path}`);
}

function disagreeing(fields: readonly Field[], isRepeat: boolean): Entry {
  const names = fields.length === 1 ? fields.map(({ path }) => path) : ['whatever they should'];
  const [name = ''] = names;
  return order(
    `items of ${isRepeat ? 'repeat dispensing' : 'a prescription'} differ in ${name}`,
    (bundle) => {
      if (isRepeat) repeatDispensing(bundle);
      const both = twoItems(bundle);
      for (const { set, values } of fields) {
        for (const [place, request] of both.entries()) set(request, values[place] as never);
      }
    },
    ...fields.map(differ),
  );
}

/** Two items of which one says nothing of it: what is not there is shown as null. */
const ONE_SILENT = order(
  'an item names who is responsible and another does not',
  (bundle) => {
    twoItems(bundle);
    add(item(bundle), { url: RESPONSIBLE, valueReference: { reference: 'urn:uuid:1' } });
  },
  differ({
    path: `extension("${RESPONSIBLE}")`,
    values: [{ url: RESPONSIBLE, valueReference: { reference: 'urn:uuid:1' } }, null],
    set: () => undefined,
  }),
);

/** Each field by itself, and then all at once, in their order. */
export const AGREEING: readonly Entry[] = [
  ...FIELDS.map((one) => disagreeing([one], false)),
  ONE_SILENT,
  ...OF_REPEATS.map((one) => disagreeing([one], true)),
  disagreeing([...FIELDS, ...OF_REPEATS], true),
];
