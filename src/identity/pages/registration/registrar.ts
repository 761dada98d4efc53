import type { LondonDate } from '../../../kernel/london.ts';
import { type Page, type PageAnswer, type PageRequest, problemOf } from '../../../pages/index.ts';
import { type Actor, isAgent, isManager, sponsorOf } from '../../registration/index.ts';
import { type PageParts, type SignedIn, signedIn, today } from '../signed-in.ts';

/** Somebody who works for the registration authority, or a sponsor, in the role that they have chosen. */
export type Registrar = SignedIn & {
  readonly by: Actor;
  readonly day: LondonDate;
  readonly isAgent: boolean;
  readonly isManager: boolean;
  /** Organisations for which this person may ask for access. */
  readonly sponsorOf: readonly string[];
};

type Needed = 'agent' | 'manager' | 'sponsor' | 'any';

const WORDS: Readonly<Record<Needed, string>> = {
  agent: 'the role of a Registration Authority agent or manager',
  manager: 'the role of a Registration Authority manager',
  sponsor: 'to be named as a sponsor by a Registration Authority manager',
  any: 'the role of a Registration Authority agent or manager, or to be a sponsor',
};

type Handle = (request: PageRequest, who: Registrar) => Promise<PageAnswer> | PageAnswer;

/** A page for those only whose role allows it [EXPERIENCE 4.6]. */
export function registrar(parts: PageParts, needed: Needed, handle: Handle): Page['handle'] {
  return signedIn(parts, async (request, who) => {
    const day = today(parts);
    const { user, role, session } = who;
    // Rights go with the role that was chosen, not with others that the person has too.
    const inRole = { ...user, roleProfiles: [role] };
    const registrarOf: Registrar = {
      ...who,
      day,
      by: {
        userId: user.userId,
        at: parts.clock.securityNow(),
        roleProfile: role.roleProfileId,
        session: session.id,
      },
      isAgent: isAgent(inRole, day),
      isManager: isManager(inRole, day),
      sponsorOf: await sponsorOf(parts.database, user.userId),
    };
    if (has(registrarOf, needed)) return handle(request, registrarOf);
    return {
      ...problemOf({ kind: 'Forbidden', needed: WORDS[needed] }, request.requestId),
      visitor: who.visitor,
    };
  });
}

function has(who: Registrar, needed: Needed): boolean {
  const isSponsor = who.sponsorOf.length > 0;
  switch (needed) {
    case 'agent':
      return who.isAgent;
    case 'manager':
      return who.isManager;
    case 'sponsor':
      return isSponsor;
    case 'any':
      return who.isAgent || isSponsor;
  }
}
