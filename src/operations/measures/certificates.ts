/** Something that runs out. */
export type CertificateEnd = {
  readonly what: string;
  /** Whose: a party key, or what the Spine itself uses it for. */
  readonly whose: string;
  readonly serial: string | null;
  readonly endsAt: Date;
};

const DAY_MS = 86_400_000;
const SOON_DAYS = 30;
const LATER_DAYS = 90;

export function certificateRows(ends: readonly CertificateEnd[], at: Date) {
  return ends.map((end) => {
    const days = Math.floor((end.endsAt.getTime() - at.getTime()) / DAY_MS);
    return { ...end, days, ...tagOf(days) };
  });
}

function tagOf(days: number): { readonly tag: string; readonly colour: string } {
  if (days < 0) return { tag: 'Ended', colour: 'red' };
  if (days < SOON_DAYS) return { tag: 'Ends soon', colour: 'orange' };
  return days < LATER_DAYS
    ? { tag: 'Ends within 90 days', colour: 'yellow' }
    : { tag: 'Good', colour: 'green' };
}
