import { type Actor, NO_APPLICATION } from '../gateways/actor.ts';

/** The first of the two persons who decide about records of a move: by a command, in no role. */
export function migrationActor([userId]: readonly [string, string]): Actor {
  return {
    ...NO_APPLICATION,
    userId,
    roleProfile: null,
    organisation: null,
    asid: null,
    session: 'migration',
    scopes: new Set(),
  };
}
