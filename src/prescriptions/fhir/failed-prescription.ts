import type { Bundle, OperationOutcome } from 'fhir/r4';

import { derivedUuid, type Uuid } from '../../kernel/uuid.ts';
import { giveBack } from '../messages/return/handle.ts';
import { INVALID_SIGNATURE, type Return } from '../messages/return/decide.ts';
import type { Spine } from '../perform.ts';
import type { PrescriptionId } from '../prescription-id.ts';
import type { Envelope } from '../repository.ts';
import { INTERACTIONS } from '../interactions.ts';
import { CODE, EXTENSION } from './systems.ts';

/** What stands before a prescription whose signature is not good, whatever was found [EPS-SIGNATURE 5]. */
export function signatureOutcome({ id = '', identifier }: Bundle): OperationOutcome {
  const display = 'Signature is invalid.';
  return {
    resourceType: 'OperationOutcome',
    id: derivedUuid('failed', id),
    extension: [
      {
        url: EXTENSION.failedPrescription,
        valueReference: identifier === undefined ? {} : { identifier },
      },
    ],
    issue: [
      {
        severity: 'error',
        code: 'invalid',
        details: { coding: [{ system: CODE.spineError, code: 'INVALID_VALUE', display }] },
        expression: ['Provenance.signature.data'],
      },
    ],
  };
}

/**
 * The pharmacy cannot dispense it: it goes back by itself, once for each release, so that a release
 * that is repeated, or was cut off, brings about the same.
 */
export async function returnFailed(
  spine: Spine,
  release: Envelope,
  ids: readonly PrescriptionId[],
  { releaseId, dispenser, at }: Pick<Return, 'dispenser' | 'at'> & { readonly releaseId: Uuid },
): Promise<void> {
  for (const id of ids) {
    const messageId = derivedUuid('return', releaseId, id);
    const envelope = { ...release, messageId, interaction: INTERACTIONS.return };
    const command = {
      dispenser,
      reason: INVALID_SIGNATURE,
      issue: null,
      release: releaseId,
      at,
    };
    await giveBack(spine, envelope, id, command);
  }
}
