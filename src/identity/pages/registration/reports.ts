import type { Page, PageAnswer, PageRequest } from '../../../pages/index.ts';
import { displayName, findUsers } from '../../people/index.ts';
import { expiringWithin, unusedFor } from '../../registration/index.ts';
import type { PageParts } from '../signed-in.ts';
import { type Registrar, registrar } from './registrar.ts';

const EXPIRING_DAYS = [90, 30, 7]; // [EXPERIENCE 4.6]
const UNUSED_DAYS = 90;

/** What runs out and what nobody uses. */
export function reportPages(parts: PageParts): readonly Page[] {
  return [
    { method: 'GET', path: '/ra/reports', handle: registrar(parts, 'agent', expiring(parts)) },
    { method: 'GET', path: '/ra/reports/unused', handle: registrar(parts, 'agent', unused(parts)) },
  ];
}

function expiring({ database }: PageParts) {
  return async ({ query }: PageRequest, { visitor, by }: Registrar): Promise<PageAnswer> => {
    const days = EXPIRING_DAYS.find((one) => String(one) === query('days')) ?? 30;
    const found = await expiringWithin(database, days, by.at);
    const names = await namesOf(database, found);
    return {
      view: 'registration/expiring.njk',
      title: `Expiring within ${days} days`,
      visitor,
      model: {
        days,
        tabs: tabs(days),
        rows: found.map((one) => ({ ...one, name: names.get(one.userId) ?? one.userId })),
      },
    };
  };
}

function unused({ database }: PageParts) {
  return async (_request: PageRequest, { visitor, by }: Registrar): Promise<PageAnswer> => {
    const found = await unusedFor(database, UNUSED_DAYS, by.at);
    const names = await namesOf(database, found);
    return {
      view: 'registration/unused.njk',
      title: `Cards that nobody has used for ${UNUSED_DAYS} days`,
      visitor,
      model: {
        tabs: tabs(null),
        rows: found.map((one) => ({ ...one, name: names.get(one.userId) ?? one.userId })),
      },
    };
  };
}

/** Reports with different content are links with titles of their own. */
function tabs(chosen: number | null) {
  return [
    ...EXPIRING_DAYS.map((days) => ({
      href: `/ra/reports?days=${days}`,
      text: `Expiring within ${days} days`,
      isCurrent: days === chosen,
    })),
    { href: '/ra/reports/unused', text: 'Unused cards', isCurrent: chosen === null },
  ];
}

async function namesOf(
  database: PageParts['database'],
  rows: readonly { readonly userId: string }[],
): Promise<ReadonlyMap<string, string>> {
  const users = await findUsers(
    database,
    rows.map(({ userId }) => userId),
  );
  return new Map(users.map((user) => [user.userId, displayName(user)]));
}
