import { after, before } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';

import { openShell, type Page, type View } from '../../src/pages/index.ts';
import { DatabaseUnavailable } from '../../src/platform/database.ts';
import { type HttpServer, startHttp } from '../../src/platform/http.ts';
import { createDatabase } from '../support/database.ts';

const visitor = {
  name: 'Dr Asha Synthetic-Moor',
  role: 'Clinical Practitioner Access Role',
  organisation: 'Moorside Surgery',
  ods: 'A83008',
  idleSeconds: 900,
  links: [
    { href: '/sample', text: 'Sample' },
    { href: '/other', text: 'Other' },
  ],
};

const sample = (more: Partial<View> = {}): View => ({
  view: 'sample.njk',
  title: 'Sample page',
  visitor,
  ...more,
});

/** The words that were sent and done. */
export const done: string[] = [];

const PAGES: readonly Page[] = [
  {
    method: 'GET',
    path: '/sample',
    handle: ({ query, session }) =>
      sample({ model: { said: `${query('said')} as ${session ?? 'nobody'}` } }),
  },
  {
    method: 'POST',
    path: '/sample',
    handle: async ({ form }) => {
      const word = form.text('word');
      if (word === '') return sample({ errors: [{ field: 'word', text: 'Enter a word' }] });
      done.push(word);
      await pause(200);
      if (word === 'stumble' && done.length === 1) throw new Error('the first time it stumbles');
      return { to: '/sample?said=done', session: { id: word } };
    },
  },
  {
    method: 'GET',
    path: '/away',
    handle: () => {
      throw new DatabaseUnavailable('away');
    },
  },
  {
    method: 'GET',
    path: '/broken',
    handle: () => {
      throw new Error('secret detail of the machine');
    },
  },
];

const SECRET = Buffer.alloc(32, 7);

/** Two processes that know the same secret and nothing of each other. */
export function testShells(): () => readonly [string, string] {
  const servers: HttpServer[] = [];
  let close = async (): Promise<void> => undefined;
  before(async () => {
    const made = await createDatabase();
    close = () => made.drop();
    for (const datacentre of ['a', 'b']) {
      const server = await startHttp('127.0.0.1', 0, () => ({ status: 503, body: '' }));
      const shell = openShell({
        database: made.database,
        pages: PAGES,
        views: [new URL('./views/', import.meta.url)],
        secret: SECRET,
        datacentre,
        version: '0',
        helpContact: 'Ask at the desk.',
        showsNhsLogo: false,
        environment: () => 'The clock is real.',
      });
      await server.serve({
        routes: shell.routes,
        mounts: [],
        headers: () => ({}),
        onFailure: (request, failure) =>
          shell.onFailure(request, failure, 'reference-1') ?? { status: 500, body: 'no page' },
      });
      servers.push(server);
    }
  });
  after(async () => {
    for (const server of servers) await server.close();
    await close();
  });
  return () => {
    const [a, b] = servers.map(({ port }) => `http://127.0.0.1:${port}`);
    return [a ?? '', b ?? ''];
  };
}
