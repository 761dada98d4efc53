import type { Done, RecordCheck } from '../platform/backup/index.ts';

/** What a restore found, for people and as data [RELIABILITY F31]. Nothing of patients. */
export type RestoreReport = {
  readonly base: string;
  readonly restoredTo: string;
  readonly lastTransactionAt: string | null;
  readonly sizeBytes: number;
  readonly restoreSeconds: number;
  readonly checkSeconds: number;
  readonly gigabytesPerHour: number;
  readonly record: RecordCheck;
  /** What was done after that instant and is in the backups, but not in what was restored: to be sent again. */
  readonly toBeRepeated: readonly Done[];
};

export function isSound({ record }: RestoreReport): boolean {
  return record.broken.length === 0 && record.differences.length === 0;
}

export function reportLines(report: RestoreReport): string[] {
  const { record, restoreSeconds, checkSeconds, sizeBytes } = report;
  const { prescriptions, events, messages, audits, broken, differences } = record;
  return [
    `base backup  ${report.base}`,
    `restored to  ${report.restoredTo} (last transaction ${report.lastTransactionAt ?? 'before the base backup'})`,
    `took         ${restoreSeconds.toFixed(1)} s for ${megabytes(sizeBytes)} (${report.gigabytesPerHour} GB/h), ${checkSeconds.toFixed(1)} s to check it`,
    `record       ${prescriptions} prescriptions, ${events} events, ${messages} messages, ${audits} audit lines`,
    ...(broken.length === 0
      ? ['chains       all whole, each up to its head']
      : broken.map((one) => `BROKEN       ${one}`)),
    ...(differences.length === 0
      ? ['mark         all that the backup counted is there']
      : differences.map((one) => `DIFFERS      ${one}`)),
  ];
}

/** Until the database is there and checked. */
export function gigabytesPerHour(sizeBytes: number, seconds: number): number {
  return Math.round((sizeBytes / 1e9 / (seconds / 3600)) * 10) / 10;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
