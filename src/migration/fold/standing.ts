import {
  type Issue,
  ISSUE_STATUSES,
  ITEM_STATUSES,
  type Prescription,
  toCome,
} from '../../prescriptions/rules.ts';
import { idOf, type LegacyRecord } from './record.ts';

/** How each issue stands, in the codes of the specification: what is compared of two views of one prescription. */
export type Standing = Readonly<Record<number, string>>;

/** By our own state. */
export function standingOf(state: Prescription): Standing {
  const all = [...state.issues, ...toCome(state)];
  return Object.fromEntries(all.map((issue) => [issue.number, lineOf(issue)]));
}

function lineOf(issue: Issue): string {
  const holder = 'holding' in issue ? issue.holding.holder.organisation.ods : '';
  const claim = issue.status === 'Claimed' ? issue.claim.id : '';
  const items = issue.items.map(({ status }) => ITEM_STATUSES[status].code);
  return [ISSUE_STATUSES[issue.status].code, ...items, holder, claim].join(' ');
}

/** By the rows of the old store. */
export function standingInRows({ rows }: LegacyRecord): Standing {
  return Object.fromEntries(
    rows.ISSUE.map(({ row }) => {
      const items = rows.ITEM.filter((one) => one.row.ISSUE_NO === row.ISSUE_NO)
        .toSorted((one, other) => Number(one.row.ITEM_ORDER) - Number(other.row.ITEM_ORDER))
        .map((one) => one.row.STATUS);
      const claim = row.STATUS === '0008' && row.CLAIM_ID !== null ? idOf(row.CLAIM_ID) : '';
      const line = [row.STATUS, ...items, row.DISPENSER_ORG ?? '', claim].join(' ');
      return [Number(row.ISSUE_NO), line];
    }),
  );
}

export function isSame(one: Standing, other: Standing): boolean {
  const numbers = Object.keys(one);
  return (
    numbers.length === Object.keys(other).length &&
    numbers.every((number) => one[Number(number)] === other[Number(number)])
  );
}
