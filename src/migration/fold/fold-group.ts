import type { Instant } from '../../kernel/instant.ts';
import { derivedUuid } from '../../kernel/uuid.ts';
import {
  type Known,
  evolveAll,
  type PrescriptionEvent,
  type PrescriptionId,
  prescriptionKey,
} from '../../prescriptions/rules.ts';
import type { Manifest } from '../lx1/manifest.ts';
import { DOCUMENT, type Dump } from '../lx1/open-dump.ts';
import type { Group } from '../lx1/read-groups.ts';
import type { Placed } from '../lx1/read-table.ts';
import { OF_PRESCRIPTIONS, type PrescriptionTable, type Row } from '../lx1/tables.ts';
import { cancellationOf, type Fact } from './facts.ts';
import { fold, type Folded, type Origin } from './fold.ts';
import { legacyInstant } from './legacy-time.ts';
import { idOf, LegacyRecord } from './record.ts';
import { type Unknown, UNKNOWN_CLASS, unknownIn, unknownRow } from './shape.ts';

/** A row that is kept apart, whole, and why [MIGRATION 4]. */
export type Quarantined = {
  readonly table: PrescriptionTable;
  readonly at: number;
  readonly because: string;
  readonly row: object;
};

/** What becomes of all rows of one id. */
export type Moved = {
  readonly id: PrescriptionId | null;
  readonly fate: 'live' | 'placeholder' | 'tombstone' | 'quarantined' | 'orphan';
  readonly state: Known | null;
  readonly facts: readonly Fact[];
  readonly classes: readonly string[];
  readonly stays: Folded['stays'];
  readonly releases: Folded['releases'];
  readonly quarantined: readonly Quarantined[];
};

/** Organisations whose prescriptions are tests [EPS-LIFECYCLE 8]. */
const TEST_SITES = new Set(['Z99901', 'Z99902']);

/** `isDamaged`: as `messagesOf` finds it [MIGRATION 4, D20]. */
export function foldGroup(
  group: Group,
  { manifest, holds = [] }: Pick<Dump, 'manifest' | 'holds'>,
  isDamaged: boolean,
): Moved {
  const [first, ...others] = group.rows.PRESCRIPTION;
  const origin = originOf(manifest);
  if (first === undefined) return withoutPrescription(group, { manifest, holds }, origin);
  const id = prescriptionKey(`${group.place}0`);
  const { PRESCRIBER_ORG: prescriber } = first.row;
  if (id === null || others.length > 0) return apart(group, id, 'D18');
  if (TEST_SITES.has(prescriber.trim().toUpperCase())) return apart(group, id, 'D25');
  const unknown = unknownIn(group.rows);
  if (unknown !== null) return unknownApart(group, id, { unknown, manifest, holds });
  const { rows, quarantined } = separated(group.rows);
  const record = new LegacyRecord({ ...group, rows }, first.row, manifest);
  if (isDamaged) record.found.add('D20');
  for (const { because } of quarantined) record.found.add(because);
  const folded = fold(record, id, { ...origin, holds });
  if (folded === null) return apart(group, id, 'D16');
  return { id, fate: 'live', ...folded, quarantined };
}

/** The moment of the export, for what has no other. */
export function originOf({ exportId, ended }: Manifest): Origin {
  const asOf = legacyInstant(ended.replaceAll(/[-T:]/g, '').slice(0, 14), 'utc');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an ISO instant, as the manifest was checked for
  return { exportId, asOf: asOf?.at ?? (ended as Instant) };
}

const NOTHING = { facts: [], classes: [], stays: [], releases: [], quarantined: [] } as const;

function withoutPrescription(
  group: Group,
  { manifest, holds = [] }: Pick<Dump, 'manifest' | 'holds'>,
  origin: Origin,
): Moved {
  const id = prescriptionKey(`${group.place}0`);
  const tombstone = group.rows.TOMBSTONE[0]?.row;
  if (id !== null && tombstone !== undefined) {
    const at = legacyInstant(tombstone.PURGED_TS, 'utc')?.at ?? origin.asOf;
    const gone: PrescriptionEvent = { kind: 'GoneBefore', finalStatus: tombstone.FINAL_STATUS, at };
    const messageId = derivedUuid('migration', origin.exportId, id, 'gone');
    return {
      ...NOTHING,
      id,
      fate: 'tombstone',
      state: evolveAll(id, null, [gone]),
      facts: [{ event: gone, messageId, at }],
    };
  }
  const { CANCELLATION: cancelled, ISSUE: issues } = group.rows;
  if (id === null || cancelled.length === 0 || issues.length > 0) {
    return { ...apart(group, id, 'D22'), fate: 'orphan' };
  }
  const unknown = unknownIn({ CANCELLATION: cancelled });
  if (unknown !== null) return unknownApart(group, id, { unknown, manifest, holds });
  const record = new LegacyRecord(group, NO_PRESCRIPTION, manifest);
  const facts = cancelled.map(({ row }): Fact => {
    const cancellation = cancellationOf(record, row);
    return {
      event: { kind: 'CancellationHeld', cancellation },
      messageId: idOf(row.MSG_ID),
      at: cancellation.at,
    };
  });
  const state = evolveAll(
    id,
    null,
    facts.map(({ event }) => event),
  );
  return { ...NOTHING, id, fate: 'placeholder', state, facts, classes: [...record.found] };
}

/** Of a cancellation whose prescription never came nothing else is known. */
const NO_PRESCRIPTION: Row<'PRESCRIPTION'> = {
  PRESC_ID: '',
  RELEASE_VER: '',
  TREATMENT: '',
  PRESC_TYPE: '',
  NHS_NO: null,
  BIRTH_DT: null,
  AGE_LOW: null,
  AGE_HIGH: null,
  PRESCRIBER_ORG: '',
  PRESC_TS: '',
  SIGNED_TS: null,
  DAYS_SUPPLY: null,
  MAX_REPEATS: null,
  CURRENT_ISSUE: '',
  NOM_FLAG: '',
  NOM_ORG: null,
  NOM_TYPE: null,
  PARENT_MSG_ID: '',
  SCN: '',
  LAST_UPD_TS: '',
};

/** Kept apart where the plan has it so; throws `UnknownRow` else. */
function unknownApart(
  group: Group,
  id: PrescriptionId | null,
  {
    unknown: { table, at, what },
    manifest,
    holds,
  }: { readonly unknown: Unknown } & Required<Pick<Dump, 'manifest' | 'holds'>>,
): Moved {
  if (holds.includes(UNKNOWN_CLASS)) return apart(group, id, UNKNOWN_CLASS);
  const file = manifest.files.find(
    (one) => one.part === group.part && (one.table === table || one.table === DOCUMENT),
  );
  throw unknownRow(`${file?.name ?? table}, row ${at}`, what);
}

/** None of it comes into the store; every row is kept. */
function apart(group: Group, id: PrescriptionId | null, because: string): Moved {
  const quarantined = OF_PRESCRIPTIONS.flatMap((table) =>
    group.rows[table].map(({ row, at }) => ({ table, at, because, row })),
  );
  return { ...NOTHING, id, fate: 'quarantined', state: null, classes: [because], quarantined };
}

/** Rows that belong to nothing, and claims for what nobody dispensed, are kept apart from the rest [MIGRATION 4, D19, D22]. */
function separated(rows: Group['rows']): { rows: Group['rows']; quarantined: Quarantined[] } {
  const issues = new Set(rows.ISSUE.map(({ row }) => row.ISSUE_NO));
  const dispenses = new Set(rows.DISPENSE.map(({ row }) => row.DN_ID));
  const dispensed = new Set(
    rows.DISPENSE.flatMap(({ row }) => (row.WITHDRAWN === 'Y' ? [] : [row.ISSUE_NO])),
  );
  const quarantined: Quarantined[] = [];
  const keep = <Name extends PrescriptionTable>(
    table: Name,
    because: string,
    isKept: (row: Row<Name>, index: number) => boolean,
  ): Placed<Name>[] =>
    rows[table].filter(({ row, at }, index) => {
      const isGood = isKept(row, index);
      if (!isGood) quarantined.push({ table, at, because, row });
      return isGood;
    });
  const firstWith = (id: string): number => rows.CLAIM.findIndex(({ row }) => row.CLAIM_ID === id);
  const separate = {
    ITEM: keep('ITEM', 'D22', (row) => issues.has(row.ISSUE_NO)),
    RELEASE: keep('RELEASE', 'D22', (row) => issues.has(row.ISSUE_NO)),
    DISPENSE_ITEM: keep('DISPENSE_ITEM', 'D22', (row) => dispenses.has(row.DN_ID)),
    CLAIM: keep(
      'CLAIM',
      'D19',
      (row, at) => dispensed.has(row.ISSUE_NO) && firstWith(row.CLAIM_ID) === at,
    ),
  };
  return { rows: { ...rows, ...separate }, quarantined };
}
