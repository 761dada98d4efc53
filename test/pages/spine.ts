import { after, before } from 'node:test';

import type { Page } from 'playwright-core';

import { type Datacentre, startDatacentre } from '../../src/datacentre.ts';
import type { Config } from '../../src/platform/config.ts';
import type { Database } from '../../src/platform/database.ts';
import { testConfig } from '../support/config.ts';
import { createDatabase } from '../support/database.ts';
import type { testBrowser } from './browser.ts';
import { userIdOf } from './people.ts';
import { pagesSession } from './session.ts';

/** Both datacentres over one database; a flow may go on at either after every step. */
export type PagesSpine = {
  readonly database: Database;
  readonly a: string;
  readonly b: string;
  /** Gives the browser a session as a card gives it, and answers its id. */
  readonly signIn: (page: Page, userId: string) => Promise<string>;
  /** Takes the database away. */
  readonly drop: () => Promise<void>;
  /** Moves time, that of sessions too; null: real again. */
  readonly setClock: (at: Date | null) => Promise<void>;
};

/** `prepare` puts into the database what the tests of a file begin with; `settings` are other than those of tests. */
export function pagesSpine(
  prepare: (database: Database) => Promise<void> = async () => undefined,
  settings: () => Promise<Partial<Config>> = async () => ({}),
): () => PagesSpine {
  let spine: PagesSpine | null = null;
  const closers: (() => Promise<void>)[] = [];
  before(async () => {
    const made = await createDatabase();
    closers.push(() => made.drop());
    const more = await settings();
    const start = async (datacentre: 'a' | 'b'): Promise<Datacentre> => {
      const config = testConfig(made.url, { ...more, datacentre });
      const one = await startDatacentre(config, ({ outcome }) =>
        process.stderr.write(`${outcome ?? ''}\n`),
      );
      closers.push(() => one.close());
      return one;
    };
    const { url: a } = await start('a');
    const { url: b } = await start('b');
    await prepare(made.database);
    spine = {
      database: made.database,
      a,
      b,
      drop: () => made.drop(),
      signIn: (page, userId) => giveSession(made.database, page, { userId, url: a }),
      setClock: async (at) => {
        const body = at === null ? { real: true } : { instant: at.toISOString(), security: true };
        await fetch(`${a}/_local/clock`, {
          method: 'PUT',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
      },
    };
  });
  after(async () => {
    for (const close of closers.toReversed()) await close();
  });
  return () => {
    if (spine === null) throw new Error('the servers are there only while tests run');
    return spine;
  };
}

/** The window of a test person, who stays signed in. */
export function windowsOf(
  spine: () => PagesSpine,
  browser: ReturnType<typeof testBrowser>,
): (name: string) => Promise<Page> {
  const opened = new Map<string, Page>();
  return async (name) => {
    const known = opened.get(name);
    if (known !== undefined) return known;
    const page = await browser.open();
    await spine().signIn(page, userIdOf(name));
    opened.set(name, page);
    return page;
  };
}

/** Gives the browser a session as a card gives it, and answers its id. */
export async function giveSession(
  database: Database,
  page: Page,
  whose: { readonly userId: string; readonly url: string },
): Promise<string> {
  const { id, cookie } = await pagesSession(database, whose);
  await page.context().addCookies([{ ...cookie, url: whose.url }]);
  return id;
}
