import { NO_APPLICATION, type Actor } from '../actor.ts';
import type { Hl7Directory, Hl7Peer, Hl7System } from './directory.ts';
import type { Hl7Author } from './interaction.ts';

/** The system of an ASID, if it is the party's and the certificate is meant for it. */
export async function systemOf(
  { systemsOf }: Pick<Hl7Directory, 'systemsOf'>,
  { partyKey, asids }: Hl7Peer,
  asid: string,
): Promise<Hl7System | null> {
  const systems = asids.includes(asid) ? await systemsOf(partyKey) : [];
  return systems.find((system) => system.asid === asid) ?? null;
}

export type Sender = {
  readonly partyKey: string;
  readonly system: Hl7System;
  /** The person whom the system names; null: it acts by itself. */
  readonly author: Pick<Hl7Author, 'userId' | 'roleProfile'> | null;
};

/** Session and application are what the certificate says: the party's own message handler. */
export async function actorOf(
  { roleOf }: Pick<Hl7Directory, 'roleOf'>,
  { partyKey, system, author }: Sender,
): Promise<Actor> {
  return {
    ...NO_APPLICATION,
    userId: author?.userId ?? null,
    roleProfile: author?.roleProfile ?? null,
    role: author === null ? null : await roleOf(author),
    organisation: system.organisation,
    asid: system.asid,
    session: partyKey,
    scopes: new Set(),
  };
}
