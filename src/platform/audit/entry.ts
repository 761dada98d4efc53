/** A row of the audit trail, every value as text; instants in UTC with six decimals. */
export type AuditRow = {
  readonly id: number;
  readonly recordedAt: string;
  /** By the business clock. */
  readonly at: string;
  readonly interaction: string;
  readonly requestId: string;
  readonly messageId: string | null;
  readonly userId: string | null;
  readonly roleProfile: string | null;
  readonly organisation: string | null;
  readonly asid: string | null;
  readonly session: string | null;
  readonly prescriptionId: string | null;
  readonly nhsNumber: string | null;
  readonly outcome: string;
  /** IP address that the request came from; null of a command or a job. */
  readonly sourceAddress: string | null;
};

const BEGINNING = '{"id":';

/** A row as it is sealed and exported: one line of JSON, `id` first, without what is empty. */
export function lineOf({ id, ...row }: AuditRow): string {
  const values = Object.entries(row).filter(([, value]) => value !== null);
  return `${BEGINNING}${id},${JSON.stringify(Object.fromEntries(values)).slice(1)}`;
}

/** Null when the line is none of the trail. */
export function idOf(line: string): number | null {
  if (!line.startsWith(BEGINNING)) return null;
  const id = Number(line.slice(BEGINNING.length, line.indexOf(',')));
  return Number.isSafeInteger(id) ? id : null;
}

/** The same content, as if it stood in the row with another id. */
export function withId(line: string, id: number): string {
  return `${BEGINNING}${id}${line.slice(line.indexOf(','))}`;
}
