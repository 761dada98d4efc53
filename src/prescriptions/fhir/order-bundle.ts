import type { Bundle, BundleEntry, Extension, MedicationRequest, Quantity } from 'fhir/r4';

import type { JsonNumber } from '../../gateways/fhir/json.ts';
import { canonicalXml } from '../hl7v3/canonical.ts';
import { undeclared } from '../hl7v3/content.ts';
import type { LineItem, OrderDocument } from '../hl7v3/order-document.ts';
import { XML_SIGNATURE } from '../hl7v3/signed-info.ts';
import { fhirDecimal, isoDay } from './fhir-values.ts';
import { isoTime } from './hl7-values.ts';
import { type Instructions, readInstructions } from './instructions.ts';
import { patientEntry, roleEntries, rolesOf, type Roles } from './order-people.ts';
import { CODE, EXTENSION, ID } from './systems.ts';

const URL = {
  patient: 'urn:uuid:patient',
  list: 'urn:uuid:list',
  communication: 'urn:uuid:communication',
  provenance: 'urn:uuid:provenance',
} as const;

/**
 * An order that came by HL7 V3 in the form in which it would have come by FHIR: what `orderDocument` reads
 * as the same order, as far as FHIR can say it [EPS-FHIR 4.2, 4.5; EPS-HL7-MAP 3].
 */
export function orderBundle(order: OrderDocument): Bundle {
  const roles = rolesOf(order);
  const instructions = order.items.map(({ instructions: text }, place) =>
    readInstructions(text, place === 0),
  );
  const items = order.items.map((item, place) => ({
    fullUrl: `urn:uuid:${item.id.toLowerCase()}`,
    resource: medicationRequest(order, item, roles, instructions[place] ?? NO_INSTRUCTIONS),
  }));
  return {
    resourceType: 'Bundle',
    identifier: { system: ID.message, value: order.messageId.toLowerCase() },
    type: 'message',
    entry: [
      ...items,
      ...informationEntries(order, instructions[0] ?? NO_INSTRUCTIONS),
      patientEntry(order.patient, URL.patient),
      ...roleEntries(order, roles),
      ...signatureEntries(order, roles),
    ],
  };
}

const NO_INSTRUCTIONS = readInstructions('', true);

function medicationRequest(
  order: OrderDocument,
  item: LineItem,
  { author, responsible }: Roles,
  { quantityWords, note }: Instructions,
): MedicationRequest {
  const { code, display } = item.product;
  return {
    resourceType: 'MedicationRequest',
    extension: [
      ...(responsible === author
        ? []
        : [
            {
              url: EXTENSION.responsiblePractitioner,
              valueReference: { reference: responsible },
            },
          ]),
      {
        url: EXTENSION.prescriptionType,
        valueCoding: { system: CODE.prescriptionType, code: order.type },
      },
      ...item.endorsements.map(endorsement),
      ...inner(EXTENSION.repeatInformation, reviewed(order)),
      ...inner(
        EXTENSION.controlledDrug,
        quantityWords === null ? [] : [{ url: 'quantityWords', valueString: quantityWords }],
      ),
    ],
    identifier: [{ system: ID.item, value: item.id.toLowerCase() }],
    status: 'active',
    intent: 'order',
    medicationCodeableConcept: { coding: [{ system: CODE.snomed, code, ...shown(display) }] },
    subject: { reference: URL.patient },
    requester: { reference: author },
    groupIdentifier: groupIdentifier(order),
    courseOfTherapyType: { coding: [{ system: CODE.courseOfTherapy, code: courseOf(order) }] },
    ...(note === null ? {} : { note: [{ text: note }] }),
    dosageInstruction: [{ text: item.dosage }],
    dispenseRequest: dispenseRequest(order, item),
  };
}

/** An extension of extensions, where there are any. */
function inner(url: string, extensions: readonly Extension[]): Extension[] {
  return extensions.length === 0 ? [] : [{ url, extension: [...extensions] }];
}

function endorsement(code: string): Extension {
  const coding = [{ system: CODE.prescriberEndorsement, code }];
  return { url: EXTENSION.endorsement, valueCodeableConcept: { coding } };
}

function reviewed({ reviewDate }: OrderDocument): Extension[] {
  if (reviewDate === null) return [];
  return [{ url: 'authorisationExpiryDate', valueDateTime: isoDay(reviewDate) }];
}

function shown(display: string | null): { readonly display?: string } {
  return display === null ? {} : { display };
}

function groupIdentifier({ longFormId, shortFormId }: OrderDocument) {
  const valueIdentifier = { system: ID.longForm, value: longFormId.toLowerCase() };
  return {
    extension: [{ url: EXTENSION.longFormId, valueIdentifier }],
    system: ID.shortForm,
    value: shortFormId,
  };
}

/** By the code of the treatment type [EPS-CODES 1]. */
const COURSES: Readonly<Record<string, string>> = {
  '0001': 'acute',
  '0002': 'continuous',
  '0003': 'continuous-repeat-dispensing',
};

function courseOf({ treatment }: OrderDocument): string {
  return COURSES[treatment] ?? treatment;
}

function dispenseRequest(
  order: OrderDocument,
  item: LineItem,
): NonNullable<MedicationRequest['dispenseRequest']> {
  const { site, performer, daysSupply } = order;
  const days = numberOf(daysSupply?.days ?? '');
  return {
    extension: [{ url: EXTENSION.siteType, valueCoding: { system: CODE.site, code: site } }],
    ...validity(order),
    numberOfRepeatsAllowed: Math.max(0, Number(item.repeats?.high ?? 1) - 1),
    quantity: quantityOf(item),
    ...(days === null
      ? {}
      : { expectedSupplyDuration: { value: days, unit: 'days', system: CODE.units, code: 'd' } }),
    ...(performer === null
      ? {}
      : { performer: { identifier: { system: ID.ods, value: performer } } }),
  };
}

function quantityOf({ quantity: { value: text, unit } }: LineItem): Quantity {
  const value = numberOf(text);
  return {
    ...(value === null ? {} : { value }),
    ...(unit.display === null ? {} : { unit: unit.display }),
    system: CODE.snomed,
    code: unit.code,
  };
}

/** The FHIR types have no number that keeps its text; the writer of JSON has. */
function numberOf(text: string): number | null {
  const value: JsonNumber | null = fhirDecimal(text);
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON.stringify writes it as a number
  return value as number | null;
}

/**
 * The window of repeat dispensing; else only a start that is not when the order was signed, as
 * the prescription then counts from it [EPS-HL7-MAP 3].
 */
function validity({ daysSupply, effectiveTime, author }: OrderDocument) {
  const day = daysSupply?.low ?? null;
  const isOtherDay = day !== null && !effectiveTime.startsWith(day.slice(0, 8));
  const isToldByAuthor = day === null && effectiveTime === author.time;
  const start = isOtherDay ? day : isToldByAuthor ? null : effectiveTime;
  const end = daysSupply?.high ?? null;
  if (start === null && end === null) return {};
  return {
    validityPeriod: {
      ...(start === null ? {} : { start: dayOrTime(start) }),
      ...(end === null ? {} : { end: isoDay(end) }),
    },
  };
}

function dayOrTime(time: string): string {
  return /^\d{8}(0{6})?$/.test(time) ? isoDay(time) : isoTime(time);
}

/** What the prescriber tells the patient, and their repeat medication. */
function informationEntries(
  { patient, author }: OrderDocument,
  { medication, information }: Instructions,
): BundleEntry[] {
  if (medication.length === 0 && information.length === 0) return [];
  const entry = medication.map((display) => ({ item: { display } }));
  const list: BundleEntry[] =
    entry.length === 0
      ? []
      : [
          {
            fullUrl: URL.list,
            resource: { resourceType: 'List', status: 'current', mode: 'snapshot', entry },
          },
        ];
  const communication: BundleEntry = {
    fullUrl: URL.communication,
    resource: {
      resourceType: 'CommunicationRequest',
      status: 'unknown',
      subject: { reference: URL.patient },
      payload: [
        ...list.map(() => ({ contentReference: { reference: URL.list } })),
        ...information.map((contentString) => ({ contentString })),
      ],
      requester: { identifier: { system: ID.ods, value: author.agent.organisation.ods } },
      recipient: [{ identifier: { system: ID.nhsNumber, value: patient.nhsNumber } }],
    },
  };
  return [communication, ...list];
}

/** Purpose of the signature: that of its author [EPS-SIGNATURE 4]. */
const AUTHORS_SIGNATURE = '1.2.840.10065.1.12.1.1';

function signatureEntries(order: OrderDocument, { author }: Roles): BundleEntry[] {
  const { signature, time } = order.author;
  if (signature === null) return [];
  const when = isoTime(time);
  const who = { reference: author };
  const data = Buffer.from(canonicalXml(undeclared(signature), XML_SIGNATURE)).toString('base64');
  return [
    {
      fullUrl: URL.provenance,
      resource: {
        resourceType: 'Provenance',
        target: order.items.map(({ id }) => ({ reference: `urn:uuid:${id.toLowerCase()}` })),
        recorded: when,
        agent: [{ who }],
        signature: [
          { type: [{ system: CODE.signature, code: AUTHORS_SIGNATURE }], when, who, data },
        ],
      },
    },
  ];
}
