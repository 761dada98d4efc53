import type { Organization, PractitionerRole } from 'fhir/r4';

import {
  guidElement,
  observation,
  pertinent,
  prescriptionIdValue,
  valueElement,
} from '../../hl7v3/data-types.ts';
import { type Element, element } from '../../../gateways/xml/element.ts';
import type { Translation } from '../translation.ts';
import { dispenserElement } from './dispenser.ts';

export type ReleaseParts = {
  readonly agent: PractitionerRole;
  readonly owner: Organization;
  /** Null in a nominated release. */
  readonly shortFormId: string | null;
  readonly messageId: string;
  readonly now: string;
};

/** A release request: of one prescription, or of what is nominated [EPS-HL7-MAP 5]. */
export function releaseRequest(to: Translation, parts: ReleaseParts): Element {
  const { agent, owner, shortFormId, messageId, now } = parts;
  const wanted =
    shortFormId === null
      ? null
      : pertinent(
          'pertinentInformation',
          observation('pertinentPrescriptionID', 'PID', prescriptionIdValue(shortFormId)),
        );
  return element(
    shortFormId === null
      ? 'NominatedPrescriptionReleaseRequest'
      : 'PatientPrescriptionReleaseRequest',
    { classCode: 'INFO', moodCode: 'RQO' },
    guidElement(messageId),
    valueElement('effectiveTime', now),
    element('author', { typeCode: 'AUT' }, dispenserElement(to, agent, owner)),
    wanted,
  );
}
