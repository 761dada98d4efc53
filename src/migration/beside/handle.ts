import { isDispensingSite } from '../../kernel/dispensing-site.ts';
import type { MovedStay } from '../../demographics/index.ts';
import type { MovedRole } from '../../identity/index.ts';
import type { Database } from '../../platform/database.ts';
import { legacyDay, legacyInstant } from '../fold/legacy-time.ts';
import type { Manifest } from '../lx1/manifest.ts';
import type { BesideTable, Row } from '../lx1/tables.ts';
import * as repository from './repository.ts';

const AT_ONCE = 200;

/**
 * Does what rows of no prescription say, those that could not be done before too: nominations, roles, and cards that are
 * withdrawn; sessions end. What is not delivered waits until messages are taken here. Done again it changes nothing
 * [MIGRATION 3, 5 M15]. What knows people is loaded where there are such rows alone: it is most of the program.
 */
export async function settle(
  database: Database,
  manifest: Manifest,
  at: Date,
): Promise<repository.BesideCount[]> {
  const work = { database, manifest, at };
  await inTurn(work, 'NOMINATION', (some) => nominations(work, some));
  await inTurn(work, 'USER_ROLE', (some) => roles(work, some));
  await inTurn(work, 'CARD', (some) => cards(work, some));
  await repository.endSessions(database, manifest.exportId, at);
  return repository.besideCounts(database, manifest.exportId);
}

type Work = { readonly database: Database; readonly manifest: Manifest; readonly at: Date };
type Open<Name extends BesideTable> = { readonly key: string; readonly row: Row<Name> };

/** By the keys of rows, why what they say is not done. */
type Reasons = ReadonlyMap<string, string>;

async function inTurn<Name extends BesideTable>(
  { database, manifest: { exportId } }: Work,
  table: Name,
  settleSome: (some: readonly Open<Name>[]) => Promise<Reasons>,
): Promise<void> {
  for (let key = ''; ; ) {
    const some = await repository.open(database, { exportId, table, key }, AT_ONCE);
    const last = some.at(-1);
    if (last === undefined) return;
    const reasons = await settleSome(some);
    const marks = some.map((one) => ({ ...one, because: reasons.get(one.key) ?? null }));
    await repository.mark(database, { exportId, table }, marks);
    key = last.key;
  }
}

/** All that a patient nominated is taken over together. */
async function nominations(
  { database, manifest, at }: Work,
  some: readonly Open<'NOMINATION'>[],
): Promise<Reasons> {
  const numbers = [...new Set(some.map(({ row }) => row.NHS_NO))];
  const all = await repository.nominationsOf(database, manifest.exportId, numbers);
  const reasons = new Map<string, string>();
  const byPatient = new Map<string, MovedStay[]>(numbers.map((number) => [number, []]));
  for (const { patient, key, row } of all) {
    const stay = stayOf(row, manifest);
    if (stay === null) reasons.set(key, 'its kind or a time of it is none');
    else byPatient.get(patient)?.push(stay);
  }
  const moved = [...byPatient].map(([nhsNumber, stays]) => ({ nhsNumber, stays }));
  const { moveNominations } = await import('../../demographics/index.ts');
  const refused = await moveNominations(database, moved, at);
  for (const { key, row } of some) {
    const because = refused.get(row.NHS_NO);
    if (because !== undefined) reasons.set(key, because);
  }
  return reasons;
}

function stayOf(row: Row<'NOMINATION'>, { timeBasis }: Manifest): MovedStay | null {
  const { TYPE: site, ORG: ods } = row;
  const time = (column: 'FROM_TS' | 'TO_TS') =>
    legacyInstant(row[column], timeBasis[`NOMINATION.${column}`] ?? 'utc')?.at ?? null;
  const [from, to] = [time('FROM_TS'), time('TO_TS')];
  if (!isDispensingSite(site) || from === null || (row.TO_TS !== null && to === null)) return null;
  return { site, ods: ods.trim().toUpperCase(), from, to };
}

async function roles({ database, at }: Work, some: readonly Open<'USER_ROLE'>[]): Promise<Reasons> {
  const reasons = new Map<string, string>();
  const moved: MovedRole[] = [];
  for (const { key, row } of some) {
    const role = roleOf(row);
    if (role === null) reasons.set(key, 'a day of it is none');
    else moved.push(role);
  }
  const { moveRoles } = await import('../../identity/index.ts');
  for (const [key, because] of await moveRoles(database, moved, at)) reasons.set(key, because);
  return reasons;
}

function roleOf(row: Row<'USER_ROLE'>): MovedRole | null {
  const [startsOn, endsOn] = [legacyDay(row.VALID_FROM), legacyDay(row.VALID_TO)];
  const isWhole =
    (row.VALID_FROM === null || startsOn !== null) && (row.VALID_TO === null || endsOn !== null);
  if (!isWhole) return null;
  return {
    userId: row.USER_ID.trim(),
    roleProfileId: row.ROLE_PROFILE.trim(),
    ods: row.ORG.trim().toUpperCase(),
    jobRole: row.JOB_ROLE.trim(),
    activities: (row.ACTIVITIES ?? '').split(' ').filter((code) => code !== ''),
    startsOn,
    endsOn,
  };
}

/** Cards that are in use there get their keys here, one by one; only that others are not in use is taken over. */
const IN_USE: ReadonlySet<string> = new Set(['ISSUED', 'ACTIVE', 'LOCKED']);

async function cards({ database, at }: Work, some: readonly Open<'CARD'>[]): Promise<Reasons> {
  const withdrawn = some.filter(({ row }) => !IN_USE.has(row.STATE.trim().toUpperCase()));
  const { moveWithdrawnCards } = await import('../../identity/index.ts');
  return moveWithdrawnCards(
    database,
    withdrawn.map(({ row }) => ({
      cardNumber: row.CARD_SERIAL.trim(),
      userId: row.USER_ID.trim(),
    })),
    at,
  );
}
