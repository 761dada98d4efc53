import type { Actor } from '../../gateways/actor.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { Uuid } from '../../kernel/uuid.ts';
import { mapsAt } from '../json.ts';
import { nominationChanges, type NominationChange } from '../nomination/nomination.ts';
import { URLS } from '../codes.ts';
import { deathStatusOf } from '../fields/extension.ts';
import type { PatientRecord } from '../record.ts';

/** Whether a patient is dead, and whose record this one was merged into. */
export type Standing = {
  /** By a notice of death, formal or not, that was not taken back [PDS 4.5]. */
  readonly isDeceased: boolean;
  /** NHS number; null: this record is the patient's own. */
  readonly supersededBy: string | null;
};

/** What prescriptions must know of a change of a patient: the body of a row of the outbox. */
export type PatientChange = {
  readonly nhsNumber: string;
  /** How it is now; null: as it was. */
  readonly standing: Standing | null;
  readonly nominations: readonly NominationChange[];
  /** Who changed it, as the audit trail has it. */
  readonly actor: Pick<Actor, 'userId' | 'roleProfile' | 'organisation' | 'asid' | 'session'>;
  readonly requestId: Uuid;
  readonly at: Instant;
};

/** The part of it that the record itself tells. */
export type Told = Pick<PatientChange, 'nhsNumber' | 'standing' | 'nominations'>;

/** What of a change others must know; null when nothing is. Of a record that is new, nominations are no change. */
export function toldOf(before: PatientRecord | null, after: PatientRecord): Told | null {
  const [was, is] = [before === null ? AS_MOST : standingOf(before), standingOf(after)];
  const isSame = was.isDeceased === is.isDeceased && was.supersededBy === is.supersededBy;
  const nominations = before === null ? [] : nominationChanges(before.patient, after.patient);
  if (isSame && nominations.length === 0) return null;
  return { nhsNumber: after.nhsNumber, standing: isSame ? null : is, nominations };
}

const AS_MOST: Standing = { isDeceased: false, supersededBy: null };
const NOTICES = ['1', '2']; // informal, formal

function standingOf({ patient, supersededBy }: PatientRecord): Standing {
  const notice = mapsAt(patient, 'extension').find(({ url }) => url === URLS.death);
  return { isDeceased: NOTICES.includes(deathStatusOf(notice)), supersededBy };
}
