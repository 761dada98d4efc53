import type { Page } from '../../pages/index.ts';
import { rolePages } from './roles.ts';
import { sessionPages } from './sessions.ts';
import { type PageParts, signedIn } from './signed-in.ts';

/** Web pages about who somebody is and what they may do [EXPERIENCE 4.1]. */
export function identityPages(parts: PageParts): readonly Page[] {
  return [homePage(parts), ...rolePages(parts), ...sessionPages(parts)];
}

export const IDENTITY_VIEWS = new URL('./views/', import.meta.url);

function homePage(parts: PageParts): Page {
  return {
    method: 'GET',
    path: '/',
    handle: signedIn(parts, (_request, { visitor }) => ({
      view: 'identity/home.njk',
      title: 'You are signed in',
      visitor,
    })),
  };
}
