import type { Page } from '../../pages/index.ts';
import { cardStatePages } from './card-states.ts';
import { ownCardPages } from './own-card.ts';
import { registrationPages } from './registration/index.ts';
import { type RequestDoor, requestPages } from './requests.ts';
import { rolePages } from './roles.ts';
import { securityKeyPages } from './security-keys.ts';
import { sessionPages } from './sessions.ts';
import { signaturePages } from './signatures.ts';
import { signInPages } from './sign-in.ts';
import { type PageParts, signedIn } from './signed-in.ts';

export { type ForOperators, forOperators, type Operator } from './operator.ts';
export type { RequestDoor } from './requests.ts';

/** Web pages about who somebody is and what they may do [EXPERIENCE 4.1]. */
export function identityPages(
  basis: Omit<PageParts, 'hasOtherWays'>,
  door: RequestDoor | null,
): readonly Page[] {
  const parts: PageParts = { ...basis, hasOtherWays: door !== null };
  return [
    homePage(parts),
    ...signInPages(parts),
    ...(parts.testCards === null ? [] : cardStatePages(parts)),
    ...ownCardPages(parts),
    ...rolePages(parts),
    ...sessionPages(parts),
    ...signaturePages(parts),
    ...registrationPages(parts),
    ...(door === null
      ? []
      : [...requestPages({ ...parts, ...door }), ...securityKeyPages({ ...parts, ...door })]),
  ];
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
