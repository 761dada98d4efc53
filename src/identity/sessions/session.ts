/** Through which door somebody signed in. */
export type SessionKind = 'platform' | 'cis2' | 'broker' | 'pages';

type Limits = {
  readonly absoluteMinutes: number;
  /** By the level at which the user was authenticated; null: as long as the session. */
  readonly idleMinutes: { readonly aal3: number; readonly lower: number } | null;
  /** A second sign-in has to choose between the two. */
  readonly isOneAtATime: boolean;
};

/** [IDENTITY 2.2, 3.1, 3.2] */
export const SESSION_LIMITS: Readonly<Record<SessionKind, Limits>> = {
  platform: { absoluteMinutes: 720, idleMinutes: null, isOneAtATime: false },
  cis2: { absoluteMinutes: 600, idleMinutes: null, isOneAtATime: false },
  broker: { absoluteMinutes: 600, idleMinutes: { aal3: 600, lower: 600 }, isOneAtATime: false },
  pages: { absoluteMinutes: 720, idleMinutes: { aal3: 15, lower: 30 }, isOneAtATime: true },
};

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
  kind: SessionKind,
  assuranceLevel: string | null,
  at: Date,
): { readonly endsAt: Date; readonly idleMinutes: number | null } {
  const { absoluteMinutes, idleMinutes } = SESSION_LIMITS[kind];
  return {
    endsAt: new Date(at.getTime() + absoluteMinutes * MINUTE_MS),
    idleMinutes:
      idleMinutes === null ? null : idleMinutes[assuranceLevel === '3' ? 'aal3' : 'lower'],
  };
}
