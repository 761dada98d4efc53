import type { Instant } from '../kernel/instant.ts';
import type { Prescription } from './prescription.ts';

/** What became of a record on its way from an older store; no message brings these [MIGRATION 3]. */
export type Migrated =
  | {
      /** How it stands by the old store, where the history does not tell how that came about: details are never invented. */
      readonly kind: 'MigrationGap';
      /** Class of [MIGRATION 4]. */
      readonly because: string;
      readonly to: Prescription;
      readonly at: Instant;
    }
  | { readonly kind: 'MigrationHeld'; readonly because: readonly string[]; readonly at: Instant }
  | {
      /** Two persons have looked at it. */
      readonly kind: 'MigrationHoldEnded';
      readonly by: readonly [string, string];
      readonly at: Instant;
    }
  | {
      /** It was gone before: nobody has its id again. */
      readonly kind: 'GoneBefore';
      readonly finalStatus: string;
      readonly at: Instant;
    };
