import {
  guidElement,
  observation,
  pertinent,
  prescriptionIdValue,
  valueElement,
} from '../../hl7v3/data-types.ts';
import { type Element, element } from '../../../gateways/xml/element.ts';
import type { Dispenser } from '../dispenser.ts';
import { dispenserElement } from './dispenser.ts';

export type ReleaseParts = {
  readonly releaser: Dispenser | null;
  /** Null in a nominated release. */
  readonly shortFormId: string | null;
  readonly messageId: string;
  readonly now: string;
};

/** A release request: of one prescription, or of what is nominated [EPS-HL7-MAP 5]. */
export function releaseRequest(parts: ReleaseParts): Element {
  const { releaser, shortFormId, messageId, now } = parts;
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
    element('author', { typeCode: 'AUT' }, dispenserElement(releaser)),
    wanted,
  );
}
