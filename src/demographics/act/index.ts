import type { Database } from '../../platform/database.ts';
import type { Ask } from '../gate/ask.ts';
import type { Act } from '../repository.ts';

/** What a service of the PDS works with. */
export type PatientParts = {
  readonly database: Database;
  /** Address under which clients reach this installation, without a path. */
  readonly publicUrl: string;
};

export function actOf({ requestId, actor, at }: Ask, interaction: string): Act {
  return { requestId, actor, interaction, at };
}
