import type { Hl7Request } from '../../../gateways/hl7v3/interaction.ts';
import { type Element, element } from '../../../gateways/xml/element.ts';
import { xmlText } from '../../../gateways/xml/xml-text.ts';
import { type Instant, instantOf } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { derivedUuid, type Uuid } from '../../../kernel/uuid.ts';
import { codedOf } from '../../hl7v3/answers.ts';
import {
  codedValue,
  codeElement,
  guidElement,
  pertinent,
  referenceTo,
  seperatable,
  valueElement,
} from '../../hl7v3/data-types.ts';
import { OID } from '../../hl7v3/oids.ts';
import { performerElement, readDispenserAgent } from '../../hl7v3/party.ts';
import { pharmacyOf, prescriptionIdIn, timeIn } from '../../hl7v3/read-values.ts';
import { Reading } from '../../hl7v3/reading.ts';
import { eventId, type Received, unprocessable, whole } from '../../hl7v3/received.ts';
import { hl7Time } from '../../hl7v3/time.ts';
import type { Performer } from '../../prescription.ts';
import { prescriptionKey } from '../../prescription-id.ts';
import type { Rejection } from '../../rejections.ts';
import type { Release } from './decide.ts';

export const BY_NOMINATION = 'NominatedPrescriptionReleaseRequest';
export const BY_ID = 'PatientPrescriptionReleaseRequest';

/** A release of what is nominated to a pharmacy, or of one prescription by its id [EPS-HL7V3 6.3, 6.10]. */
export function readRelease(
  act: Element,
  request: Hl7Request,
): Result<Received<Release>, Rejection> {
  const from = new Reading();
  const messageId = eventId(from, act);
  if (!messageId.ok) return messageId;
  const wanted = readWanted(from, act);
  if (!wanted.ok) return wanted;
  if (timeIn(from, act) === null) return fail(unprocessable('Effective Time missing'));
  const ods = pharmacyOf(from, from.at(act, 'author', 'AgentPerson'));
  if (!ods.ok) return ods;
  const told = readDispenserAgent(from, from.only(act, 'author', 'AgentPerson'));
  const command: Release = {
    by: act.name === BY_ID ? 'id' : 'nomination',
    dispenser: { person: told.person, organisation: { ...told.organisation, ods: ods.value } },
    releaseId: derivedUuid('release response', messageId.value),
    at: instantOf(request.at),
  };
  return whole(from, {
    messageId: messageId.value,
    id: wanted.value === null ? null : prescriptionKey(wanted.value),
    command,
    organisations: [ods.value],
  });
}

/** Null in a nominated release. */
function readWanted(from: Reading, act: Element): Result<string | null, Rejection> {
  if (act.name !== BY_ID) return ok(null);
  const named = from.at(act, 'pertinentInformation', 'pertinentPrescriptionID');
  if (named === null) return fail(unprocessable('hl7:pertinentPrescriptionID not found'));
  const id = prescriptionIdIn(from, named);
  return id === null ? fail(unprocessable('PrescriptionID has invalid format')) : ok(id);
}

export type ReleaseReject = {
  readonly answerId: Uuid;
  /** Id of the focal act of the release request. */
  readonly requestId: Uuid;
  readonly rejection: Rejection;
  readonly at: Instant;
};

/** The focal act of PORX_IN110101UK30: why nothing is released, and who has it if another pharmacy has [EPS-HL7V3 7.4]. */
export function releaseReject({ answerId, requestId, rejection, at }: ReleaseReject): string {
  const { code, codeSystem, displayName } = codedOf(rejection);
  const holder = holderOf(rejection);
  return xmlText(
    element(
      'PrescriptionReleaseReject',
      { classCode: 'INFO', moodCode: 'EVN' },
      guidElement(answerId.toUpperCase()),
      valueElement('effectiveTime', hl7Time(at)),
      pertinent(
        'pertinentInformation',
        element(
          'pertinentRejectionReason',
          { classCode: 'OBS', moodCode: 'EVN' },
          codeElement('PRRR', OID.part),
          codedValue(code, codeSystem, displayName),
          holder === null ? null : performerElement(holder),
        ),
      ),
      element(
        'reversalOf',
        { typeCode: 'REV' },
        seperatable(false),
        referenceTo(
          'priorPrescriptionReleaseRequestRef',
          { classCode: 'INFO', moodCode: 'RQO' },
          requestId.toUpperCase(),
        ),
      ),
    ),
  );
}

const NOBODY = { userId: null, name: null, roleProfile: null, jobRole: null, telecom: null };

function holderOf(rejection: Rejection): Performer | null {
  if (rejection.kind !== 'WithAnotherDispenser') return null;
  const { holder: organisation, release } = rejection;
  return release === undefined
    ? { person: NOBODY, organisation }
    : { person: release.person, organisation, releasedAt: release.at };
}
