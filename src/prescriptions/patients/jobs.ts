import type { PatientChange } from '../../demographics/index.ts';
import { NO_APPLICATION } from '../../gateways/actor.ts';
import { type Instant, instantOf } from '../../kernel/instant.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import type { Clock } from '../../platform/clock.ts';
import { type Database, DatabaseUnavailable } from '../../platform/database.ts';
import type { Job } from '../../platform/jobs.ts';
import { decide as followNomination } from '../messages/follow-nomination/decide.ts';
import { decide as notifyDeath } from '../messages/notify-death/decide.ts';
import { parseOdsCode } from '../ods-code.ts';
import { changeOf, recordOnce } from '../perform.ts';
import type { Prescription, PrescriptionEvent } from '../prescription.ts';
import { type Act, heads, ofPatient } from '../repository.ts';
import {
  endTold,
  followUnprescribed,
  isAnyTold,
  isDeceased,
  keepStanding,
  numbersOf,
  takeTold,
  type Told,
} from './repository.ts';

const LOOK_EVERY_MS = 1_000;
const BATCH_MAX = 200; // changes between two looks at the lease
/** Longer than any statement takes: by then an order that did not yet know of a death has been kept, or has not. */
const AGAIN_MS = 15_000;
const ATTEMPTS_MAX = 60; // each lost race means that somebody else's message was done

/** Prescriptions follow what the demographics service tells of their patients: deaths, merges, nominations. */
export function patientJob({ database }: { readonly database: Database }, clock: Clock): Job {
  return {
    name: 'prescriptions: what happened to patients',
    everyMs: LOOK_EVERY_MS,
    hasWork: () => isAnyTold(database),
    run: async (isMine) => {
      for (;;) {
        const all = await takeTold(database, BATCH_MAX, AGAIN_MS);
        for (const told of await followUnprescribed(database, all)) {
          await follow(database, told, instantOf(clock.now()));
        }
        if (all.length < BATCH_MAX || !(await isMine())) return;
      }
    },
  };
}

/** A second time it finds nothing to do, but for what came in between. */
async function follow(database: Database, told: Told, at: Instant): Promise<void> {
  const { nhsNumber, standing, nominations } = told.change;
  const isNews = standing !== null && (await keepStanding(database, nhsNumber, standing));
  const numbers = await numbersOf(database, nhsNumber);
  const isDead = standing !== null && (await isDeceased(database, nhsNumber));
  if (isDead) {
    const act = actOf(told, 'death-notification', at);
    await changeAll(database, numbers, act, (state) => notifyDeath(state, act));
  }
  for (const { site, from, to } of nominations) {
    // No prescription can have been sent to a code that is none here.
    if (from !== null && parseOdsCode(from) === null) continue;
    const act = actOf(told, 'nomination-changed', at);
    const command = { site, from: codeOf(from), to: codeOf(to), by: nameOf(told.change) };
    const request = told.change.requestId;
    await changeAll(database, numbers, act, (state) =>
      followNomination(state, { ...command, request, at }),
    );
  }
  // An order may have been kept meanwhile that did not know of the death: it is looked at again.
  if (!isNews || !isDead) await endTold(database, told);
}

/** Changes those of a patient's prescriptions that must be; what somebody else changed meanwhile is looked at again. */
async function changeAll(
  database: Database,
  numbers: readonly string[],
  act: Act,
  decide: (state: Prescription) => readonly PrescriptionEvent[],
): Promise<void> {
  for (let attempts = 0; attempts < ATTEMPTS_MAX; attempts += 1) {
    const known = await heads(database, await ofPatient(database, numbers));
    const changes = [...known].flatMap(([id, head]) => {
      const events = head.state?.kind === 'prescription' ? decide(head.state) : [];
      return events.length === 0 ? [] : [changeOf(id, head, events, act.messageId)];
    });
    if (changes.length === 0) return;
    await recordOnce(database, act, { kind: 'Accepted', at: act.at }, changes);
  }
  throw new DatabaseUnavailable(
    'prescriptions of a patient changed faster than they could be read',
  );
}

/** In the name of who changed the patient; each look at it is an act of its own. */
function actOf({ change, attempts, id }: Told, interaction: string, at: Instant): Act {
  const { requestId, actor } = change;
  const messageId = derivedUuid('patient changed', String(id), String(attempts), interaction);
  return {
    messageId,
    requestId,
    interaction,
    actor: { ...actor, ...NO_APPLICATION, scopes: new Set() },
    at,
  };
}

function codeOf(code: string | null) {
  return code === null ? null : parseOdsCode(code);
}

/** The person; of a patient their id at NHS login; of an application its own. */
function nameOf({ actor }: PatientChange): string {
  return actor.userId ?? actor.asid ?? actor.session;
}
