import type { Database } from '../../platform/database.ts';
import { isExplained } from '../reconcile/explain.ts';
import { newView } from '../reconcile/new-view.ts';
import { placeOf } from '../lx1/tables.ts';
import { Counts, type Shadowed, type Verdict } from './counts.ts';
import type { IssueAnswer, Read } from './read-recorded.ts';
import * as repository from './repository.ts';

const AT_ONCE = 4;

/** Asks the new store what others asked the old one, and compares the answers; nothing is written. */
export async function shadow(database: Database, reads: AsyncIterable<Read>): Promise<Shadowed> {
  const holds = await repository.holds(database);
  const counts = new Counts();
  const under: Promise<void>[] = [];
  for await (const read of reads) {
    const what = read.ask === 'status' ? read.id : read.organisation;
    under.push(counts.add(`${read.ask} ${what}`, compare(database, read, holds)));
    if (under.length >= AT_ONCE) await Promise.all(under.splice(0));
  }
  await Promise.all(under);
  return counts.result();
}

function compare(database: Database, read: Read, holds: readonly string[]): Promise<Verdict> {
  return read.ask === 'status'
    ? compareStatus(database, read)
    : compareWaiting(database, read, holds);
}

async function compareStatus(
  database: Database,
  { id, answer }: Extract<Read, { ask: 'status' }>,
): Promise<Verdict> {
  const place = placeOf(id);
  const row = await repository.stateOf(database, place);
  if (row === null) {
    return { isSame: false, because: await repository.apartBecause(database, place) };
  }
  const nothing = { waits: [], had: [], messages: [] };
  const { issues } = newView({ id: place, state: row.state, ...nothing });
  const ours = issues.map(([issue, status, items, holder]) =>
    lineOf({ issue, status, items: items.split(' '), holder }),
  );
  const theirs = answer.toSorted((one, other) => one.issue - other.issue).map(lineOf);
  const isSame = ours.join('; ') === theirs.join('; ');
  return { isSame, because: isSame ? null : isExplained('issues', row.classes, []) };
}

function lineOf({ issue, status, items, holder }: IssueAnswer): string {
  return `${issue} ${status} ${items.join(' ')} ${holder}`;
}

/** Of two lists, each id that is in one of them only must be of a class that says why. */
async function compareWaiting(
  database: Database,
  { organisation, answer }: Extract<Read, { ask: 'waiting' }>,
  holds: readonly string[],
): Promise<Verdict> {
  const ours = new Set(await repository.waitingFor(database, organisation));
  const theirs = new Set(answer.map(placeOf));
  const others = [...ours.symmetricDifference(theirs)];
  if (others.length === 0) return { isSame: true, because: null };
  const classes = await repository.classesOf(database, others);
  const why = others.map((id) => isExplained('waitsFor', classes.get(id) ?? [], holds));
  const [first = null] = why;
  return { isSame: false, because: why.includes(null) ? null : first };
}
