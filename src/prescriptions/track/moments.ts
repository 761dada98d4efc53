import type { Instant } from '../../kernel/instant.ts';
import type { Issue } from '../prescription.ts';

/** When an issue was downloaded; null: it is with nobody, and was not kept by anybody. */
export function downloadedAt(issue: Issue): Instant | null {
  return 'holding' in issue ? issue.holding.releasedAt : null;
}

/** When items of an issue were last handed over. */
export function dispensedAt(issue: Issue): Instant | null {
  const last = 'holding' in issue ? issue.holding.notifications.at(-1) : undefined;
  return last?.dispensedAt ?? null;
}

/** When it was first claimed for. */
export function claimedAt(issue: Issue): Instant | null {
  return 'claim' in issue ? issue.claim.firstReceivedAt : null;
}
