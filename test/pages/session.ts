import { startSession } from '../../src/identity/sessions/index.ts';
import { storeIn } from '../../src/identity/sessions/testing.ts';
import { sealsWith } from '../../src/pages/seals.ts';
import type { Database } from '../../src/platform/database.ts';
import { sharedSecret } from '../../src/platform/secrets.ts';

/** A session of the pages as a card gives it, and the cookie that names it to the datacentre at an address. */
export async function pagesSession(
  database: Database,
  { userId, url }: { readonly userId: string; readonly url: string },
): Promise<{
  readonly id: string;
  readonly cookie: { readonly name: string; readonly value: string };
}> {
  const facts = { acr: null, amr: ['sc'], assuranceLevel: '3', idAssuranceLevel: '3' };
  const session = await startSession(
    storeIn(database),
    {
      kind: 'pages',
      userId,
      provider: 'test',
      providerSession: null,
      applicationId: null,
      card: null,
      authentication: {
        ...facts,
        proofingLevel: null,
        vectorOfTrust: null,
        nhsNumber: null,
        delegate: null,
      },
    },
    new Date(),
  );
  const seals = sealsWith(await sharedSecret(database, 'pages'));
  const sealed = seals.sessionCookie(session.id, { headers: { host: new URL(url).host } });
  const [pair = ''] = sealed.split(';');
  const end = pair.indexOf('=');
  return { id: session.id, cookie: { name: pair.slice(0, end), value: pair.slice(end + 1) } };
}
