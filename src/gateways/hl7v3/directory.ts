import type { Actor } from '../actor.ts';
import type { Hl7Author } from './interaction.ts';

/** A system as the gateway needs to know it; main.ts passes the directory in [EPS-HL7V3 2.1]. */
export type Hl7System = {
  readonly asid: string;
  /** ODS code of the organisation that it acts for; null: for any, as a facade does. */
  readonly organisation: string | null;
  /** Whole names, as `urn:nhs:names:services:mm:PORX_IN020101UK31`. */
  readonly interactions: readonly string[];
};

export type Hl7Directory = {
  /** The accredited systems of a party. */
  readonly systemsOf: (partyKey: string) => Promise<readonly Hl7System[]>;
  /** The contracts under which this Spine takes messages: CPA ids by the family of their interaction. */
  readonly contracts: () => Promise<ReadonlyMap<string, string>>;
  /** What the rights of a user hang on who acts in this role profile; null: it is not theirs, or not any more. */
  readonly roleOf: (author: Pick<Hl7Author, 'userId' | 'roleProfile'>) => Promise<Actor['role']>;
};

/** A party whose certificate was shown, and for which ASIDs it speaks. */
export type Hl7Peer = { readonly partyKey: string; readonly asids: readonly string[] };

export const SERVICE_MM = 'urn:nhs:names:services:mm';

/** What the ids of one interaction have in common: SM and UK, and their versions, mean the same [EPS-HL7V3 5]. */
export function familyOf(interaction: string): string {
  return /^(?:.*:)?(\w+_IN\d{6})[A-Z]{2}\d{2}$/.exec(interaction)?.[1] ?? interaction;
}
