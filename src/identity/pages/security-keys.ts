import type { Page, PageAnswer, PageRequest, View } from '../../pages/index.ts';
import {
  authenticatorOf,
  type KeyParts,
  keysOf,
  loadSecurityKeys,
  revokeKey,
} from '../webauthn/index.ts';
import { type PageParts, type WithoutRole, withoutRole } from './signed-in.ts';

type KeyPageParts = PageParts & { readonly keys: KeyParts };

/** The security keys of whoever is signed in with a card [IDENTITY 3.1]. */
export function securityKeyPages(parts: KeyPageParts): readonly Page[] {
  const page = (
    method: Page['method'],
    path: string,
    handle: (request: PageRequest, who: WithoutRole) => Promise<PageAnswer>,
  ): Page => ({ method, path, handle: withoutRole(parts, handle) });
  return [
    page('GET', '/security-keys', (_request, who) => keysView(parts, who, null)),
    page('GET', '/security-keys/new', async (_request, { user }) => {
      const { askForNewKey } = await loadSecurityKeys();
      return { json: await askForNewKey(parts.keys, user.userId, parts.clock.securityNow()) };
    }),
    page('POST', '/security-keys', (request, who) => register(parts, request, who)),
    page('POST', '/security-keys/revoke', async ({ form }, { user }) => {
      const credentialId = form.text('key');
      const { database, clock } = parts;
      await revokeKey(database, { credentialId, userId: user.userId }, clock.securityNow());
      return { to: '/security-keys' };
    }),
  ];
}

const NAME = /^[\p{L}\d .'-]{1,40}$/u;

async function register(
  parts: KeyPageParts,
  { form }: PageRequest,
  who: WithoutRole,
): Promise<PageAnswer> {
  const name = form.text('name');
  if (!NAME.test(name)) return keysView(parts, who, 'Enter a name: up to 40 letters and digits');
  // What is weaker than the key must not make it.
  if (who.session.authentication.assuranceLevel !== '3') {
    return keysView(parts, who, 'Sign in with your smartcard to register a security key');
  }
  const { readNewKey, registerKey } = await loadSecurityKeys();
  const response = readNewKey(form.text('answer'));
  const { userId } = who.user;
  const at = parts.clock.securityNow();
  const done =
    response === null ? null : await registerKey(parts.keys, { userId, name, response }, at);
  if (done?.ok === true) return { to: '/security-keys' };
  return keysView(parts, who, 'The security key could not be registered. Try again');
}

async function keysView(
  { database }: KeyPageParts,
  { user, visitor }: WithoutRole,
  problem: string | null,
): Promise<View> {
  const keys = await keysOf(database, user.userId);
  return {
    view: 'identity/security-keys.njk',
    title: 'Your security keys',
    visitor,
    errors: problem === null ? [] : [{ field: 'name', text: problem }],
    model: {
      keys: keys
        .filter(({ revokedAt }) => revokedAt === null)
        .map((key) => ({
          id: key.credentialId,
          name: key.name,
          level: authenticatorOf(key) === 'FIDO2' ? '3' : '2',
          registeredAt: key.registeredAt,
          lastUsedAt: key.lastUsedAt,
        })),
    },
  };
}
