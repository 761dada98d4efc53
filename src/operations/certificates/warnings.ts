import { type CertificateEnd, type Warning, warningAt } from '../../kernel/certificate-end.ts';

/** A certificate, and the last warning that was given of it. */
export type Watched = CertificateEnd & { readonly warned: Warning | null };

/** All as they stand now, and those among them of which a warning has become due since `last`. */
export function warningsDue(
  ends: readonly CertificateEnd[],
  last: readonly Watched[],
  at: Date,
): { readonly watched: readonly Watched[]; readonly due: readonly Watched[] } {
  const before = new Map(last.map((one) => [keyOf(one), one.warned]));
  const watched = ends.map((end) => ({ ...end, warned: warningAt(end, at) }));
  const due = watched.filter((one) => one.warned !== null && before.get(keyOf(one)) !== one.warned);
  return { watched, due };
}

/** The same certificate for another end (one that counts for some days on after it was renewed) is another one. */
function keyOf({ what, whose, serial, endsAt }: CertificateEnd): string {
  return [what, whose, serial, endsAt.toISOString()].join(' ');
}
