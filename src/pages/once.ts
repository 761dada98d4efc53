import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import type { Database } from '../platform/database.ts';
import type { PageAnswer } from './page.ts';
import { answerOf, beginForm, endForm, forgetForm } from './repository.ts';

const WAIT_MS = 5_000;
const LOOK_EVERY_MS = 100;

/**
 * Does what a form asks for once, however often and wherever the form is sent: by a double click, a reload, a second
 * try at the other datacentre. What comes later gets the answer of the first. Null: the first one did not tell
 * what became of it.
 */
export async function doOnce(
  database: Database,
  form: { readonly browser: string; readonly key: string },
  run: () => Promise<PageAnswer> | PageAnswer,
): Promise<PageAnswer | null> {
  const key = createHash('sha256').update(`${form.browser} ${form.key}`).digest('base64url');
  for (let waitedMs = 0; !(await beginForm(database, key)); waitedMs += LOOK_EVERY_MS) {
    const answer = await answerOf(database, key);
    if (answer !== null) return answer;
    if (waitedMs >= WAIT_MS) return null;
    await pause(LOOK_EVERY_MS);
  }
  try {
    const answer = await run();
    if ('to' in answer) await endForm(database, key, answer);
    else await forgetForm(database, key);
    return answer;
  } catch (error) {
    await forgetForm(database, key);
    throw error;
  }
}
