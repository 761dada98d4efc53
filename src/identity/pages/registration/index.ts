import type { Page } from '../../../pages/index.ts';
import { pendingRequests } from '../../registration/index.ts';
import type { PageParts } from '../signed-in.ts';
import { cardPages } from './cards.ts';
import { filePages } from './files.ts';
import { importPages } from './import.ts';
import { mergePages } from './merges.ts';
import { organisationPages } from './organisations.ts';
import { photoPages } from './photos.ts';
import { positionPages } from './positions.ts';
import { registrar } from './registrar.ts';
import { reportPages } from './reports.ts';
import { requestPages } from './requests.ts';
import { userPages } from './users.ts';

/** Where the registration authority works [EXPERIENCE 4.6]. */
export function registrationPages(parts: PageParts): readonly Page[] {
  return [
    {
      method: 'GET',
      path: '/ra',
      handle: registrar(parts, 'any', async (_request, who) => ({
        view: 'registration/home.njk',
        title: 'Registration Authority',
        visitor: who.visitor,
        model: {
          isAgent: who.isAgent,
          isManager: who.isManager,
          sponsorOf: who.sponsorOf.join(', '),
          waiting: (await pendingRequests(parts.database)).length,
        },
      })),
    },
    ...userPages(parts),
    ...photoPages(parts),
    ...mergePages(parts),
    ...cardPages(parts),
    ...requestPages(parts),
    ...filePages(parts),
    ...organisationPages(parts),
    ...positionPages(parts),
    ...reportPages(parts),
    ...importPages(parts),
  ];
}
