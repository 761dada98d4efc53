import type { Coded } from '../../../gateways/hl7v3/interaction.ts';
import { OID } from '../../hl7v3/oids.ts';
import type { Prescription } from '../../prescription.ts';

/** What a pharmacist is told of a prescription that a migration could not tell the state of [MIGRATION 1]. */
export const HELD =
  'This prescription came from an older system, and what became of it there is not certain. Ask the prescriber or the pharmacy before you supply it: it may have been supplied.';

/** The same over HL7 V3; no code of the NHS says it. */
const HELD_CODE: Coded = { codeSystem: OID.ownWarnings, code: 'held', displayName: HELD };

export function warningsOf(released: readonly { readonly prescription: Prescription }[]): Coded[] {
  return released.some(({ prescription }) => prescription.held !== undefined) ? [HELD_CODE] : [];
}
