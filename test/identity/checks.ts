import assert from 'node:assert/strict';

import {
  type App,
  assertion,
  type AssertionChanges,
  ASSERTION_TYPE,
  REDIRECT,
  type Reply,
  type SignIn,
} from './sign-in.ts';

export type AskArguments = readonly [
  app: App,
  changes?: AssertionChanges,
  fields?: Readonly<Record<string, string | undefined>>,
];

/** Asks for a token with a client assertion, changed as a test wants. */
export async function askWithAssertion(
  sign: SignIn,
  ...[app, changes = {}, fields = {}]: AskArguments
): Promise<Reply> {
  return sign.post('/oauth2/token', {
    grant_type: 'client_credentials',
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: await assertion(app, sign.now(), changes),
    ...fields,
  });
}

export type Refusal = readonly [status: number, error: string, description: string];

export function assertRefused(
  { status, body, headers }: Reply,
  [wantedStatus, error, description]: Refusal,
): void {
  assert.equal(body?.error_description, description);
  assert.equal(body.error, error);
  assert.equal(status, wantedStatus);
  assert.match(body.message_id, /^rrt-\d{19}-c-geu2-\d{7}-\d{9}-\d$/);
  assert.equal(headers.get('content-type'), 'application/json');
}

/** Asks where to send a user, changed as a test wants. */
export async function askAuthorize(
  sign: SignIn,
  app: App,
  changes: Record<string, string | undefined> = {},
): Promise<Reply> {
  const all = {
    response_type: 'code',
    client_id: app.key,
    redirect_uri: REDIRECT,
    state: 'a state',
    ...changes,
  };
  const words = Object.entries(all).filter(
    (pair): pair is [string, string] => pair[1] !== undefined,
  );
  return sign.ask(`/oauth2/authorize?${new URLSearchParams(words).toString()}`);
}
