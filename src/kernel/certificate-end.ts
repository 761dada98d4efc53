/** Something that runs out. */
export type CertificateEnd = {
  readonly what: string;
  /** Whose: a party key, a file, or what the Spine itself uses it for. */
  readonly whose: string;
  /** Hexadecimal. */
  readonly serial: string;
  readonly endsAt: Date;
};

const DAY_MS = 86_400_000;

/** Whoever looks after a certificate is warned so many days before it ends [RELIABILITY F25]. */
export const WARNING_DAYS = [60, 30, 7, 1] as const;

/** The last of its warnings that is due; null: none yet. */
export type Warning = (typeof WARNING_DAYS)[number] | 'ended';

export function warningAt({ endsAt }: Pick<CertificateEnd, 'endsAt'>, at: Date): Warning | null {
  const leftMs = endsAt.getTime() - at.getTime();
  if (leftMs <= 0) return 'ended';
  return WARNING_DAYS.findLast((days) => leftMs <= days * DAY_MS) ?? null;
}

/** Whole days; below 0: since it ended. */
export function daysLeft({ endsAt }: Pick<CertificateEnd, 'endsAt'>, at: Date): number {
  return Math.floor((endsAt.getTime() - at.getTime()) / DAY_MS);
}

/** The first to end first. */
export function firstToEnd<End extends CertificateEnd>(ends: readonly End[]): End[] {
  return ends.toSorted((one, other) => one.endsAt.getTime() - other.endsAt.getTime());
}
