import { createHash } from 'node:crypto';

import type { OdsCode } from '../ods-code.ts';

/** How far a Spine is open to which prescriptions are moved from an older one [MIGRATION 8]. */
export type Opening = {
  /** Until it does, prescriptions are read only. */
  readonly takesMessages: boolean;
  /** Of a hundred parts of the organisations, how many get by automatic download what waits for them: 0 to 100. */
  readonly downloads: number;
  /** Whether what falls due is done. */
  readonly doesDue: boolean;
};

/** Nothing that was moved is changed by anybody but the move. */
export const CLOSED: Opening = { takesMessages: false, downloads: 0, doesDue: false };

const PARTS = 100;

/** Which of a hundred parts an organisation is of, 0 to 99: the same for ever, and no order of its own. */
export function partOf(organisation: OdsCode): number {
  return createHash('sha256').update(organisation).digest().readUInt32BE() % PARTS;
}
