import type { BackupFacts } from './facts.ts';

/** What the record holds: all events that were recorded before an instant, and at least so many other rows. */
export type RecordMark = {
  /** No transaction that began before it was still at work, so that no event before it can come later. */
  readonly upTo: string;
  readonly events: number;
  /** Sum of the beginnings of their hashes: it does not depend on their order. */
  readonly digest: string;
  readonly prescriptions: number;
  readonly messages: number;
  readonly audits: number;
};

export type RecordCheck = {
  readonly prescriptions: number;
  readonly events: number;
  readonly messages: number;
  readonly audits: number;
  /** Prescriptions whose chain is broken, and where; no data of patients. */
  readonly broken: readonly string[];
  /** What the mark says and the record does not; empty when all of it is there. */
  readonly differences: readonly string[];
};

/** Something that was done and answered, as its sender knows it. */
export type Done = {
  readonly recordedAt: string;
  readonly interaction: string;
  readonly requestId: string;
  readonly messageId: string | null;
  readonly organisation: string | null;
  readonly asid: string | null;
  readonly outcome: string;
};

/** Who knows what the record is; each takes the address of a database. */
export type RecordKeeper = {
  /** Has the pages show how its backups are. */
  readonly tell: (url: string, facts: BackupFacts) => Promise<void>;
  readonly mark: (url: string) => Promise<RecordMark>;
  readonly check: (url: string, mark: RecordMark) => Promise<RecordCheck>;
  /** What was done according to the other, the same record some time later, and not to the first. */
  readonly doneSince: (url: string, otherUrl: string) => Promise<Done[]>;
  /** Prescriptions whose head in the first is no event of the other. */
  readonly strayedFrom: (url: string, otherUrl: string) => Promise<string[]>;
};
