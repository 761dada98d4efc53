import type { Bundle, Extension, MedicationRequest } from 'fhir/r4';

import type { Instant } from '../../../kernel/instant.ts';
import { londonDate } from '../../../kernel/london.ts';
import { dosageText } from '../../fhir/instructions.ts';
import { codingOf, extension, resolve } from '../../fhir/r4.ts';
import { CODE, EXTENSION, ID } from '../../fhir/systems.ts';
import { lastIssueOf } from '../../issues.ts';
import type { Item, Prescription } from '../../prescription.ts';
import { ITEM_STATUSES } from '../../statuses.ts';

export type ItemOf = {
  readonly order: Bundle;
  readonly request: MedicationRequest;
  readonly prescription: Prescription;
  /** The item as it was before the release. */
  readonly item: Item;
  readonly patientUrl: string;
  readonly authorUrl: string;
  readonly responsibleUrl: string;
};

/** A line item as a pharmacy gets it [EPS-FHIR 4.5]. */
export function releasedItem(of: ItemOf): MedicationRequest {
  const { request, prescription, item } = of;
  const isRepeat = prescription.treatment !== 'Acute';
  return {
    resourceType: 'MedicationRequest',
    extension: extensionsOf(of),
    identifier: [{ system: ID.item, value: item.id }],
    status: ITEM_STATUSES[item.status].request,
    intent: prescription.treatment === 'RepeatDispensing' ? 'reflex-order' : 'order',
    category: [{ coding: [{ system: CODE.category, code: 'outpatient', display: 'Outpatient' }] }],
    ...medicationOf(of),
    subject: { reference: of.patientUrl },
    requester: { reference: of.authorUrl },
    ...(isRepeat ? { basedOn: [repeatBasis(prescription, item)] } : {}),
    groupIdentifier: groupIdentifierOf(request, prescription),
    courseOfTherapyType: { coding: [COURSES[prescription.treatment]] },
    ...noteOf(request),
    dosageInstruction: [{ text: dosageText(request.dosageInstruction ?? []) }],
    dispenseRequest: dispenseRequestOf(of),
    substitution: { allowedBoolean: false },
  };
}

const COURSES = {
  Acute: {
    system: CODE.courseOfTherapy,
    code: 'acute',
    display: 'Short course (acute) therapy',
  },
  RepeatPrescribing: {
    system: CODE.courseOfTherapy,
    code: 'continuous',
    display: 'Continuous long term therapy',
  },
  RepeatDispensing: {
    system: 'https://fhir.nhs.uk/CodeSystem/medicationrequest-course-of-therapy',
    code: 'continuous-repeat-dispensing',
    display: 'Continuous long term (repeat dispensing)',
  },
} as const;

function extensionsOf({ request, prescription, responsibleUrl }: ItemOf): Extension[] {
  const type = extension(request, EXTENSION.prescriptionType);
  const endorsements = request.extension?.filter(({ url }) => url === EXTENSION.endorsement) ?? [];
  const words = quantityWords(request);
  return [
    { url: EXTENSION.responsiblePractitioner, valueReference: { reference: responsibleUrl } },
    ...(type === null ? [] : [type]),
    ...endorsements,
    ...repeatInformation(request, prescription),
    ...(words === undefined
      ? []
      : [
          {
            url: EXTENSION.controlledDrug,
            extension: [{ url: 'quantityWords', valueString: words }],
          },
        ]),
    ...lastDispensed(prescription),
  ];
}

function quantityWords(request: MedicationRequest): string | undefined {
  const drug = extension(request, EXTENSION.controlledDrug);
  return extension(drug ?? undefined, 'quantityWords')?.valueString;
}

function repeatInformation(request: MedicationRequest, prescription: Prescription): Extension[] {
  const told = extension(request, EXTENSION.repeatInformation) ?? undefined;
  const review = extension(told, 'authorisationExpiryDate')?.valueDateTime?.slice(0, 10);
  if (review === undefined && prescription.treatment === 'Acute') return [];
  const issued = {
    url: 'numberOfPrescriptionsIssued',
    valueUnsignedInt: prescription.currentIssue,
  };
  const reviewed =
    review === undefined ? [] : [{ url: 'authorisationExpiryDate', valueDateTime: review }];
  return [
    {
      url: EXTENSION.repeatInformation,
      extension: [...reviewed, ...(prescription.treatment === 'Acute' ? [] : [issued])],
    },
  ];
}

/** Counted from zero; an item that is in fewer issues does not count beyond its last [EPS-CODES 3, EPS-LIFECYCLE 4.3]. */
function repeatBasis(prescription: Prescription, item: Item) {
  const last = lastIssueOf(prescription, item.id);
  const issue = Math.min(prescription.currentIssue, last);
  const counts = [
    { url: 'numberOfRepeatsAllowed', valueInteger: last - 1 },
    { url: 'numberOfRepeatsIssued', valueInteger: issue - 1 },
  ];
  return {
    reference: item.id,
    extension: [{ url: EXTENSION.epsRepeatInformation, extension: counts }],
  };
}

function lastDispensed(prescription: Prescription): Extension[] {
  const at = lastDispensedAt(prescription);
  if (at === null) return [];
  const extensions = [{ url: 'dateLastDispensed', valueDate: londonDate(new Date(at)) }];
  return [{ url: EXTENSION.dispensingInformation, extension: extensions }];
}

/** When the issue before this one was last dispensed from; null when it was not [EPS-LIFECYCLE 4.3]. */
export function lastDispensedAt({ issues, currentIssue }: Prescription): Instant | null {
  const previous = issues.find(({ number }) => number === currentIssue - 1);
  const last =
    previous && 'holding' in previous ? previous.holding.notifications.at(-1) : undefined;
  return last?.dispensedAt ?? null;
}

function medicationOf({
  order,
  request,
}: ItemOf): Pick<MedicationRequest, 'medicationCodeableConcept'> {
  const named = resolve(order, request.medicationReference, 'Medication')?.code;
  const coding = codingOf(request.medicationCodeableConcept ?? named, CODE.snomed);
  return coding === null ? {} : { medicationCodeableConcept: { coding: [coding] } };
}

function groupIdentifierOf(request: MedicationRequest, { longFormId }: Prescription) {
  return {
    extension: [
      { url: EXTENSION.longFormId, valueIdentifier: { system: ID.longForm, value: longFormId } },
    ],
    system: ID.shortForm,
    value: request.groupIdentifier?.value ?? '',
  };
}

function noteOf(request: MedicationRequest): Pick<MedicationRequest, 'note'> {
  const text = request.note?.[0]?.text ?? '';
  return text === '' ? {} : { note: [{ text }] };
}

function dispenseRequestOf({
  request,
  prescription,
  item,
}: ItemOf): MedicationRequest['dispenseRequest'] {
  const asked = request.dispenseRequest ?? {};
  const { quantity, validityPeriod, expectedSupplyDuration: duration, performer } = asked;
  const code = extension(asked, EXTENSION.siteType)?.valueCoding?.code ?? '';
  return {
    extension: [{ url: EXTENSION.siteType, valueCoding: { system: CODE.site, code } }],
    numberOfRepeatsAllowed: lastIssueOf(prescription, item.id) - 1,
    ...(quantity === undefined ? {} : { quantity }),
    ...(validityPeriod === undefined ? {} : { validityPeriod }),
    ...(duration?.value === undefined
      ? {}
      : {
          expectedSupplyDuration: {
            value: duration.value,
            unit: 'days',
            system: CODE.units,
            code: 'd',
          },
        }),
    ...(performer === undefined ? {} : { performer }),
  };
}
