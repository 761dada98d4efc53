import type { Operator } from '../../identity/index.ts';
import { type Download, type PageRequest, problemOf, type View } from '../../pages/index.ts';
import type { AuditRow } from '../../platform/audit/entry.ts';
import { hasUnsealed, lastSeal } from '../../platform/audit/repository.ts';
import { verifyStore } from '../../platform/audit/walk.ts';
import type { Database } from '../../platform/database.ts';
import { numbersOf } from '../../prescriptions/index.ts';
import { csvLines } from '../csv.ts';
import { instantIn } from '../london-fields.ts';
import { trustOf } from './handle.ts';
import { search, type Told, whoLooked } from './look/handle.ts';
import { numberOf } from './look/number.ts';
import { keptSince, RETENTION } from './options.ts';
import { recordAct, recordedAt, type Wanted } from './repository.ts';
import { addressOf, isNothing, problemsOf, type Typed, typedIn } from './typed.ts';

export type AuditPagesParts = {
  readonly database: Database;
  /** Public keys and copies of the seals, outside the database; null: the trail is not sealed. */
  readonly auditFolder: string | null;
};

const LINES_MAX = 200;
const EXPORT_MAX = 10_000;
const EXPORT_WITHIN_MS = 15_000;
const WITHIN_MS = 3_000; // whoever waits for longer reloads; `spine audit search` goes through all of it
const SEALS_CHECKED = 50; // a second or two; `spine audit verify` goes through all of them
const SEALED_WITHIN_MS = 300_000; // a seal is made every minute, where there is something to seal [RELIABILITY 7.5]

/** Who did or saw what of whom; whoever looks leaves a line of their own [EXPERIENCE 5, RELIABILITY 7.5]. */
export async function auditPage(
  parts: AuditPagesParts,
  { query }: PageRequest,
  by: Operator,
): Promise<View> {
  const typed = typedIn(query);
  const errors = problemsOf(typed);
  const common = { view: 'operations/audit.njk', title: 'Audit' };
  const seals = await sealsModel(parts);
  if (errors.length > 0) return { ...common, errors, model: { typed, seals } };
  if (isNothing(typed)) return { ...common, model: { typed, seals } };
  const { database } = parts;
  const how = { most: LINES_MAX, before: beforeIn(query), withinMs: WITHIN_MS };
  const { rows, lookedTo } = await search(database, await wantedOf(typed, database), how, by);
  const found = {
    rows: rows.map(lineModel),
    isCut: rows.length === LINES_MAX,
    isRest: how.before !== null,
    lookedTo: lookedTo === null ? null : await recordedAt(database, lookedTo),
    rest: lookedTo === null ? null : addressOf('/ops/audit', typed, lookedTo),
    csv: addressOf('/ops/audit/rows', typed, how.before),
  };
  return { ...common, model: { typed, seals, found } };
}

/** The lines of the same search for a spreadsheet; there are none for words that the page refuses. */
export async function auditRows(
  { database }: AuditPagesParts,
  { query, requestId }: PageRequest,
  by: Operator,
): Promise<Download | View> {
  const typed = typedIn(query);
  if (isNothing(typed) || problemsOf(typed).length > 0) {
    return problemOf({ kind: 'NotFound' }, requestId);
  }
  const how = { most: EXPORT_MAX, before: beforeIn(query), withinMs: EXPORT_WITHIN_MS };
  const { rows, lookedTo } = await search(database, await wantedOf(typed, database), how, by);
  const lines = rows.map((row) => COLUMNS.map((column) => String(row[column] ?? '')));
  const download = csvLines([COLUMNS, ...lines]);
  const name = lookedTo === null ? 'audit.csv' : `audit-back-to-line-${lookedTo}.csv`;
  return { download, mediaType: 'text/csv; charset=utf-8', name };
}

const COLUMNS: readonly (keyof AuditRow)[] = [
  'id',
  'recordedAt',
  'at',
  'interaction',
  'userId',
  'roleProfile',
  'organisation',
  'asid',
  'session',
  'sourceAddress',
  'nhsNumber',
  'prescriptionId',
  'requestId',
  'messageId',
  'outcome',
];

/** Who saw or changed the records of one patient, in the words in which the patient is told. */
export async function patientAuditPage(
  { database }: AuditPagesParts,
  { query }: PageRequest,
  by: Operator,
): Promise<View> {
  const typed = query('number').trim();
  const common = { view: 'operations/audit-patient.njk', title: 'Who looked at a patient' };
  if (typed === '') return { ...common, model: { typed } };
  const nhsNumber = numberOf(typed);
  if (nhsNumber === null) {
    const errors = [{ field: 'number', text: 'Enter an NHS number, such as 999 000 0018' }];
    return { ...common, errors, model: { typed } };
  }
  const asked = { nhsNumber, from: null, to: null, most: LINES_MAX };
  const told = await whoLooked(database, asked, by);
  const rows = told.map(toldModel);
  const found = { number: spaced(nhsNumber), rows, isCut: rows.length === LINES_MAX };
  return { ...common, model: { typed, found } };
}

/** Whether the newest lines are as they were sealed. */
export async function auditCheckPage(
  { database, auditFolder }: AuditPagesParts,
  by: Operator,
): Promise<View> {
  const common = { view: 'operations/audit-check.njk', title: 'Check of the audit trail' };
  const last = (await lastSeal(database))?.seal.number ?? 0;
  const kept = keptSince(RETENTION.default, new Date());
  if (auditFolder === null || last === 0 || !kept.ok)
    return { ...common, model: { checked: null } };
  const range = { first: Math.max(1, last - SEALS_CHECKED + 1), last };
  const outcome = `seals ${range.first} to ${last}`;
  await recordAct(database, { interaction: 'audit-verify', by, nhsNumber: null, outcome });
  const checked = await verifyStore(database, await trustOf(auditFolder, kept.value), range);
  return { ...common, model: { checked, range } };
}

/** Where an earlier look ended. */
function beforeIn(query: (name: string) => string): number | null {
  const before = query('before');
  return /^\d{1,15}$/.test(before) ? Number(before) : null;
}

async function wantedOf(typed: Typed, database: Database): Promise<Wanted> {
  const patient = numberOf(typed.patient);
  return {
    from: instantIn(typed.since)?.toISOString() ?? null,
    to: instantIn(typed.until)?.toISOString() ?? null,
    user: typed.user || null,
    organisation: typed.organisation.toUpperCase() || null,
    interaction: typed.interaction || null,
    prescription: typed.prescription.toUpperCase() || null,
    request: typed.request || null,
    patient: patient === null ? null : await numbersOf(database, patient),
  };
}

async function sealsModel({ database, auditFolder }: AuditPagesParts): Promise<object> {
  const last = (await lastSeal(database))?.seal ?? null;
  const isWaiting = await hasUnsealed(database);
  const sealedAt = last === null ? null : new Date(last.sealedAt);
  const isLate =
    isWaiting && (sealedAt === null || Date.now() - sealedAt.getTime() > SEALED_WITHIN_MS);
  const isSealing = auditFolder !== null;
  return {
    tag: isLate ? (isSealing ? 'Late' : 'Not sealed') : 'Sealed',
    colour: isLate ? 'red' : 'green',
    number: last?.number ?? null,
    sealedAt,
    lines: last === null ? 0 : last.before + last.rows,
    isSealing,
  };
}

function lineModel(row: AuditRow): object {
  const { nhsNumber, organisation, prescriptionId, interaction, outcome, requestId } = row;
  const { sourceAddress: source } = row;
  return {
    at: new Date(row.recordedAt),
    who: row.userId ?? row.asid ?? row.session ?? '',
    organisation: organisation ?? '',
    source: source ?? '',
    interaction,
    outcome,
    prescription: prescriptionId ?? '',
    patient: nhsNumber === null ? '' : spaced(nhsNumber),
    requestId,
  };
}

function toldModel(told: Told): object {
  const { at, user, roleProfile, organisation, organisationName, interaction, outcome } = told;
  return {
    at: new Date(at),
    user: user ?? 'nobody',
    roleProfile: roleProfile ?? '',
    organisation: organisationName ?? organisation ?? '',
    interaction,
    outcome,
    prescription: told.prescription ?? '',
  };
}

/** As it is written on paper; it does not break. */
function spaced(nhsNumber: string): string {
  return nhsNumber.replace(/^(\d{3})(\d{3})/, '$1\u{a0}$2\u{a0}');
}
