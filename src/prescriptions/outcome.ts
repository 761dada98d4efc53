import type { Instant } from '../kernel/instant.ts';
import type { Uuid } from '../kernel/uuid.ts';
import type { CancelCode } from './messages/cancel/codes.ts';
import type { Performer } from './prescription.ts';
import type { Rejection } from './rejections.ts';

/** What a message was answered, kept with it: a repeat of the message gets the same again [RELIABILITY P2]. */
export type Outcome = Rebuilt &
  (
    | { readonly kind: 'Accepted'; readonly at: Instant }
    | { readonly kind: 'Refused'; readonly rejection: Rejection; readonly at: Instant }
    | {
        readonly kind: 'CancelAnswered';
        readonly code: CancelCode;
        readonly detail: string | null;
        readonly performer: Performer | null;
        readonly at: Instant;
      }
    | {
        readonly kind: 'Released';
        readonly by: 'nomination' | 'id';
        readonly releaseId: Uuid;
        readonly at: Instant;
      }
  );

/** Of a message that an older Spine answered: made again from what that had of it [MIGRATION 3]. */
type Rebuilt = { readonly isRebuilt?: true };

/** The word for it in the audit trail. */
export function auditWord(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'Refused':
      return `refused: ${outcome.rejection.kind}`;
    case 'CancelAnswered':
      return `answered: ${outcome.code}`;
    case 'Accepted':
    case 'Released':
      return outcome.kind.toLowerCase();
  }
}
