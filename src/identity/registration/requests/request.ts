import type { LondonDate } from '../../../kernel/london.ts';

type Grant = {
  readonly kind: 'grant';
  readonly userId: string;
  readonly positionId: string;
  readonly startsOn: LondonDate | null;
  readonly endsOn: LondonDate | null;
};

type End = {
  readonly kind: 'end';
  readonly userId: string;
  readonly roleProfileId: string;
  /** Null: at once. */
  readonly endsOn: LondonDate | null;
};

/** What a sponsor asks for. */
export type WantedAccess = Grant | End;

/** Two records that are of one person. */
export type WantedMerge = {
  readonly kind: 'merge';
  /** The record that stays. */
  readonly userId: string;
  readonly mergedUserId: string;
};

/** A file of people; how many of each it has. */
export type WantedImport = {
  readonly kind: 'import';
  readonly organisations: number;
  readonly people: number;
  readonly roleProfiles: number;
};

/** What one person asks for and another one decides [EXPERIENCE 4.6]. */
export type AccessRequest = (WantedAccess | WantedMerge | WantedImport) & {
  readonly requestId: string;
  readonly state: 'pending' | 'approved' | 'refused';
  readonly requestedBy: string;
  readonly requestedAt: Date;
  readonly decidedBy: string | null;
  readonly decidedAt: Date | null;
};
