import type { FhirInteraction } from '../gateways/fhir/interaction.ts';
import type { Clock } from '../platform/clock.ts';
import type { Job } from '../platform/jobs.ts';
import { convert } from './fhir/convert/index.ts';
import { dispensingInteractions } from './fhir/dispensing.ts';
import { prepare } from './fhir/prepare.ts';
import { processMessage } from './fhir/process-message.ts';
import { validate } from './fhir/validate.ts';
import { dueJob } from './jobs.ts';
import { patientJob } from './patients/jobs.ts';
import type { Spine } from './perform.ts';
import { revocationListJob } from './signature/index.ts';
import { trackInteraction } from './track/fhir.ts';
import { verifySignatureInteraction } from './fhir/verify-signature.ts';

export * from './rules.ts';
export { isSignedInfo } from './hl7v3/signed-info.ts';
export { prescriptionHl7Interactions } from './hl7v3/interactions.ts';
export { subsequentCancellations } from './messages/cancel/subsequent.ts';
export { numbersOf } from './patients/repository.ts';
export type { Spine } from './perform.ts';
export { type DueDone, timeOf } from './jobs.ts';
export { openSignatures, type Signatures } from './signature/index.ts';
export {
  AGES,
  countsByStatus,
  heldSince,
  type Stuck,
  waitingByAge,
  waitingSince,
} from './flow/repository.ts';
export { endHold } from './messages/end-hold/handle.ts';
export { REPAIRS, type Repair, type RepairKind } from './messages/repair/decide.ts';
export { type Looked, repairRecord, type Tried, tryRepair } from './messages/repair/handle.ts';
export { releaseNominated } from './messages/release/handle.ts';
export { type RecordedSignature, recordedSignatures } from './signature/repository.ts';
export { prescriptionQueries } from './track/index.ts';
export { COMPATIBLE, type Settings, STRICT } from './settings.ts';

/** What is done without a message: by time, and by what becomes known. */
export function prescriptionJobs(spine: Spine, clock: Clock): Job[] {
  return [dueJob(spine, clock), patientJob(spine, clock), revocationListJob(spine.signatures)];
}

/** All that the FHIR doors can do with prescriptions. */
export function prescriptionInteractions(spine: Spine): FhirInteraction[] {
  return [
    processMessage(spine),
    prepare(spine),
    verifySignatureInteraction(spine),
    ...dispensingInteractions(spine),
    trackInteraction(spine),
  ];
}

/** What a supplier tries messages with; not in a live Spine [EPS-FHIR 2]. */
export function trialInteractions(spine: Spine): FhirInteraction[] {
  return [validate, convert(spine)];
}
