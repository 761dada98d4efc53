import { type Page, problemOf } from '../../../pages/index.ts';
import { displayName, findUsers } from '../../people/index.ts';
import { fileOf, findRequest } from '../../registration/index.ts';
import { jobTitle, type PageParts } from '../signed-in.ts';
import { registrar } from './registrar.ts';

/** What a file would bring, for whoever decides about it: all of it [EXPERIENCE 4.6]. */
export function filePages(parts: PageParts): readonly Page[] {
  const { database } = parts;
  return [
    {
      method: 'GET',
      path: '/ra/requests/:request/file',
      handle: registrar(parts, 'agent', async (request, who) => {
        const asked = await findRequest(database, request.parts['request'] ?? '');
        if (asked?.kind !== 'import') return problemOf({ kind: 'NotFound' }, request.requestId);
        const { organisations, people } = await fileOf(database, asked.requestId);
        const known = await findUsers(
          database,
          people.map(({ userId }) => userId),
        );
        const names = new Map(known.map((user) => [user.userId, displayName(user)]));
        return {
          view: 'registration/file.njk',
          title: 'A file that waits for a decision',
          visitor: who.visitor,
          model: {
            organisations,
            people: people.map((person) => ({
              ...person,
              name: displayName(person),
              known: names.get(person.userId) ?? null,
              roleProfiles: person.roleProfiles.map((role) => ({ ...role, title: jobTitle(role) })),
            })),
          },
        };
      }),
    },
  ];
}
