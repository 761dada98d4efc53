import type { Config } from '../../platform/config.ts';

/** Through which door somebody signed in. */
export type SessionKind = 'platform' | 'cis2' | 'broker' | 'pages';

type Limits = {
  readonly absoluteMinutes: number;
  /** By the level at which the user was authenticated; null: as long as the session. */
  readonly idleMinutes: { readonly aal3: number; readonly lower: number } | null;
  /** A second sign-in has to choose between the two. */
  readonly isOneAtATime: boolean;
};

export type SessionLimits = Readonly<Record<SessionKind, Limits>>;

/** As the settings of this installation say it; at the broker idle time is the maximum [IDENTITY 2.2]. */
export function sessionLimits(minutes: Config['sessionMinutes']): SessionLimits {
  const { platform, cis2, broker, pages, pagesIdle, pagesIdleLower } = minutes;
  return {
    platform: { absoluteMinutes: platform, idleMinutes: null, isOneAtATime: false },
    cis2: { absoluteMinutes: cis2, idleMinutes: null, isOneAtATime: false },
    broker: {
      absoluteMinutes: broker,
      idleMinutes: { aal3: broker, lower: broker },
      isOneAtATime: false,
    },
    pages: {
      absoluteMinutes: pages,
      idleMinutes: { aal3: pagesIdle, lower: pagesIdleLower },
      isOneAtATime: true,
    },
  };
}

/** What the identity provider said of a person and of how they proved who they are. */
export type AuthenticationFacts = {
  readonly acr: string | null;
  readonly amr: readonly string[];
  readonly assuranceLevel: string | null;
  readonly idAssuranceLevel: string | null;
  /** NHS login: P0, P5, P9, and the whole vector of trust. */
  readonly proofingLevel: string | null;
  readonly vectorOfTrust: string | null;
  readonly nhsNumber: string | null;
  /** NHS number of the patient who acts for the subject. */
  readonly delegate: string | null;
};

export type Session = {
  readonly id: string;
  readonly kind: SessionKind;
  readonly userId: string;
  /** Issuer of the identity provider. */
  readonly provider: string;
  readonly providerSession: string | null;
  readonly applicationId: string | null;
  readonly card: string | null;
  readonly roleProfile: string | null;
  readonly authentication: AuthenticationFacts;
  readonly startedAt: Date;
  readonly lastUsedAt: Date;
  readonly endsAt: Date;
  readonly idleMinutes: number | null;
  readonly endedAt: Date | null;
  readonly endReason: EndReason | null;
  /** Not the one that its user works in: it waits for a choice. */
  readonly isWaiting: boolean;
};

export type EndReason =
  | 'signed-out'
  | 'idle'
  | 'over'
  | 'another-sign-in'
  | 'role-changed'
  | 'role-ended'
  | 'card-revoked'
  | 'user-inactive'
  | 'token-used-twice'
  | 'administrator';

export type SessionState = 'live' | 'waiting' | 'ended';

const MINUTE_MS = 60_000;

/** Why a session is over at a time, whether or not that was noted; null while it lives. */
export function endOf(session: Session, at: Date): EndReason | null {
  if (session.endReason !== null) return session.endReason;
  if (session.endsAt <= at) return 'over';
  const { idleMinutes, lastUsedAt } = session;
  const idleMs = at.getTime() - lastUsedAt.getTime();
  return idleMinutes !== null && idleMs >= idleMinutes * MINUTE_MS ? 'idle' : null;
}

export function stateOf(session: Session, at: Date): SessionState {
  if (endOf(session, at) !== null) return 'ended';
  return session.isWaiting ? 'waiting' : 'live';
}

/** Ends and idle time of a session that starts now. */
export function limitsOf(
  { absoluteMinutes, idleMinutes }: Limits,
  assuranceLevel: string | null,
  at: Date,
): { readonly endsAt: Date; readonly idleMinutes: number | null } {
  return {
    endsAt: new Date(at.getTime() + absoluteMinutes * MINUTE_MS),
    idleMinutes:
      idleMinutes === null ? null : idleMinutes[assuranceLevel === '3' ? 'aal3' : 'lower'],
  };
}
