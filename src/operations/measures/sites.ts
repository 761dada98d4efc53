import type { CertificateEnd } from '../../kernel/certificate-end.ts';
import { certificateRows } from '../certificates/rows.ts';
import { DOOR_WORDS } from './door-words.ts';
import type { SiteRow } from './repository.ts';
import { howLong, percent } from './words.ts';

export const SITE_DAYS = 7;
export const SILENT_HOURS = 24;

/** With the ASIDs that it speaks for. */
export type SystemCertificate = CertificateEnd & { readonly asids: readonly string[] };

/** What came for organisations, by the systems that sent it, and when the certificates of these end. */
export function siteRows(rows: readonly SiteRow[], ends: readonly SystemCertificate[], at: Date) {
  const lastEnds = new Map<string, SystemCertificate>();
  for (const end of ends.toSorted((one, other) => +one.endsAt - +other.endsAt)) {
    for (const asid of end.asids) lastEnds.set(asid, end);
  }
  return rows.map((row) => {
    const { accepted, refused, denied, limited, unavailable, failed, lastAt } = row;
    const requests = accepted + refused + denied + limited + unavailable + failed;
    const end = lastEnds.get(row.asid);
    const silentMs = at.getTime() - lastAt.getTime();
    return {
      ...row,
      door: DOOR_WORDS[row.interface] ?? row.interface,
      requests,
      errors: unavailable + failed,
      refusedShare: percent((refused + denied + limited) / requests),
      certificate: end === undefined ? null : certificateRows([end], at)[0],
      ago: howLong(silentMs),
      isSilent: silentMs > SILENT_HOURS * 3_600_000,
    };
  });
}
