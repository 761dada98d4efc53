import { type Brand, brand } from '../../kernel/brand.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { LondonDate } from '../../kernel/london.ts';
import { derivedUuid, parseUuid, type Uuid } from '../../kernel/uuid.ts';
import type { OdsCode, Party } from '../../prescriptions/rules.ts';
import type { Manifest, TimeBasis } from '../lx1/manifest.ts';
import type { Group } from '../lx1/read-groups.ts';
import type { Placed } from '../lx1/read-table.ts';
import type { PrescriptionTable, Row } from '../lx1/tables.ts';
import { legacyDay, legacyInstant } from './legacy-time.ts';

/** What is not known of a person, a role or a system: never invented [MIGRATION 3, D17]. */
export const UNKNOWN = 'unknown-legacy';

/** The rows of one prescription, read once; `problems` gathers the dirty classes that reading finds. */
export class LegacyRecord {
  readonly rows: Group['rows'];
  readonly prescription: Row<'PRESCRIPTION'>;
  readonly found = new Set<string>();
  readonly #bases: Manifest['timeBasis'];
  /** When what has no time of its own is taken to be. */
  readonly #otherwise: Instant;
  /** Its rows by the ids of messages, the first of each: the step, and the act that it is about. */
  readonly stepOf: Lookup<'STATUS_HIST'>;
  readonly releaseOf: Lookup<'RELEASE'>;
  readonly endOf: Lookup<'RELEASE'>;
  readonly dispenseOf: Lookup<'DISPENSE'>;
  readonly claimOf: Lookup<'CLAIM'>;
  readonly cancellationOf: Lookup<'CANCELLATION'>;

  constructor(group: Group, prescription: Row<'PRESCRIPTION'>, manifest: Manifest) {
    const { rows } = group;
    this.rows = rows;
    this.prescription = prescription;
    for (const name of group.classes ?? []) this.found.add(name);
    this.#bases = manifest.timeBasis;
    const asOf = legacyInstant(manifest.ended.replaceAll(/[-T:]/g, '').slice(0, 14), 'utc');
    this.#otherwise = asOf?.at ?? brand<Instant>(manifest.ended);
    this.stepOf = lookup(rows.STATUS_HIST, (row) => row.MSG_ID);
    this.releaseOf = lookup(rows.RELEASE, (row) => row.REQ_MSG_ID);
    this.endOf = lookup(rows.RELEASE, (row) => row.END_MSG_ID);
    this.dispenseOf = lookup(rows.DISPENSE, (row) => row.MSG_ID);
    this.claimOf = lookup(rows.CLAIM, (row) => row.MSG_ID);
    this.cancellationOf = lookup(rows.CANCELLATION, (row) => row.MSG_ID);
  }

  /** A moment; one that is none is found as D24, and taken to be that of the export. */
  instant(column: string, text: string | null): Instant {
    const basis: TimeBasis = this.#bases[column] ?? 'utc';
    const read = legacyInstant(text, basis);
    if (read === null) this.found.add('D24');
    if (read?.isAmbiguous === true) this.found.add('D14');
    return read?.at ?? this.#otherwise;
  }

  /** A day; null and found as D24 when it is none. */
  day(text: string | null): LondonDate | null {
    if (text === null) return null;
    const day = legacyDay(text);
    if (day === null) this.found.add('D24');
    return day;
  }

  /** Who did it, as far as the old store knew: placeholders are no persons. */
  party(ods: string, user: string | null): Party {
    const isPlaceholder = user !== null && PLACEHOLDER.test(user);
    if (isPlaceholder) this.found.add('D17');
    const nobody = { name: null, roleProfile: null, jobRole: null, telecom: null };
    const userId = isPlaceholder || user === null ? UNKNOWN : user;
    const nowhere = { name: null, telecom: null, addressLines: [], postcode: null };
    return { person: { ...nobody, userId }, organisation: { ...nowhere, ods: odsOf(ods) } };
  }
}

type Lookup<Name extends PrescriptionTable> = (message: string) => Row<Name> | undefined;

/** By an index that is made when it is first asked: a history may have a hundred thousand steps [MIGRATION 9, MF12]. */
function lookup<Name extends PrescriptionTable>(
  rows: readonly Placed<Name>[],
  messageOf: (row: Row<Name>) => string | null,
): Lookup<Name> {
  let index: Map<string | null, Row<Name>> | null = null;
  return (message) => {
    if (index === null) {
      index = new Map();
      for (const { row } of rows) {
        const own = messageOf(row);
        if (!index.has(own)) index.set(own, row);
      }
    }
    return index.get(message);
  };
}

const PLACEHOLDER = /^not-provided/i;

/** As the old store wrote it: what it took is not refused now [MIGRATION 3]. */
export function kept<Branded extends Brand<string>>(text: string): Branded {
  return brand<Branded>(text);
}

export function odsOf(text: string): OdsCode {
  return kept<OdsCode>(text.trim().toUpperCase());
}

/** An id of a message; the same one again for a text that is none. */
export function idOf(text: string): Uuid {
  return parseUuid(text.trim()) ?? derivedUuid('legacy id', text);
}

/** What a step of the history is known by: the message that caused it, or else its number. */
export function stepId(step: Row<'STATUS_HIST'>): Uuid {
  return step.MSG_ID === null ? derivedUuid('legacy step', step.HIST_ID) : idOf(step.MSG_ID);
}
