import { DOOR_WORDS } from './door-words.ts';
import type { SiteRow } from './repository.ts';
import { howLong, percent } from './words.ts';

export const SITE_DAYS = 7;
export const SILENT_HOURS = 24;

/** What came for organisations, by the systems that sent it. */
export function siteRows(rows: readonly SiteRow[], at: Date) {
  return rows.map((row) => {
    const { accepted, refused, denied, limited, unavailable, failed, lastAt } = row;
    const requests = accepted + refused + denied + limited + unavailable + failed;
    const silentMs = at.getTime() - lastAt.getTime();
    return {
      ...row,
      door: DOOR_WORDS[row.interface] ?? row.interface,
      requests,
      errors: unavailable + failed,
      refusedShare: percent((refused + denied + limited) / requests),
      ago: howLong(silentMs),
      isSilent: silentMs > SILENT_HOURS * 3_600_000,
    };
  });
}
