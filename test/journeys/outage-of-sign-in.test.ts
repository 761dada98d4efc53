// Shows: Sign-in | an outage drill: with all of sign-in gone for ten minutes, 200 live sessions send and download until their own tokens end, and nobody signs in again afterwards
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type Person, PERSONAS } from '../../src/local/personas.ts';
import { applicationOf } from '../../src/local/sign-in/applications.ts';
import { REDIRECT_URI } from '../../src/local/sign-in/material.ts';
import { sql } from '../../src/platform/sql.ts';
import { testPair } from '../nothing-lost/datacentres.ts';
import { aPrescription, create, poll, type Sent } from '../nothing-lost/messages.ts';
import * as broker from '../support/broker.ts';
import { aCard } from '../support/cards.ts';

const pair = testPair();

const SESSIONS = 200;
const CARD_SESSIONS = 4;
const BATCHES = 10; // a minute apart, so that tokens are of every age when the outage begins
const OUTAGE_MINUTES = 10;
const GRACE_S = 60; // [RELIABILITY 7.4]
const { prescriber, dispenser } = PERSONAS;

type Session = {
  readonly person: Person;
  accessToken: string;
  refreshToken: string;
  /** Until when every message must go through, in seconds since 1970. */
  goodUntil: number;
};

/** Logical time: minutes after the first sign-in. */
const begun = Date.now();
const at = (minutes: number): Date => new Date(begun + minutes * 60_000);

async function setClock(setting: object): Promise<void> {
  const [a] = pair().addresses;
  const answer = await fetch(`${a}/_local/clock`, { method: 'PUT', body: JSON.stringify(setting) });
  assert.equal(answer.status, 200, await answer.text());
}

const moveTo = (minutes: number): Promise<void> =>
  setClock({ instant: at(minutes).toISOString(), frozen: true, security: true });

const addressOf = (n: number): string => pair().addresses[n % 2 === 0 ? 0 : 1];

type Tokens = { readonly access_token: string; readonly refresh_token: string };

function hold(session: Session, tokens: Tokens): Session {
  const [, payload = ''] = tokens.access_token.split('.');
  const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString()) as { exp: number };
  session.accessToken = tokens.access_token;
  session.refreshToken = tokens.refresh_token;
  session.goodUntil = exp + GRACE_S;
  return session;
}

/** By the platform's addresses, as an application does it. */
async function signIn(person: Person, n: number): Promise<Session> {
  const answer = await fetch(`${addressOf(n)}/_local/token`, {
    method: 'POST',
    body: JSON.stringify({ persona: person.name }),
  });
  assert.equal(answer.status, 200);
  const empty = { person, accessToken: '', refreshToken: '', goodUntil: 0 };
  return hold(empty, (await answer.json()) as Tokens);
}

async function credentialsOf(person: Person): Promise<Record<string, string>> {
  const answer = await fetch(`${addressOf(0)}/_local/applications`);
  const { applications } = (await answer.json()) as {
    applications: { name: string; key: string; secret: string }[];
  };
  const found = applications.find(({ name }) => name === applicationOf(person).name);
  assert.ok(found !== undefined);
  return { client_id: found.key, client_secret: found.secret };
}

/** A prescriber sends a prescription, a dispenser downloads what there is. */
async function work({ person, accessToken }: Session, n: number): Promise<number> {
  const nominated = dispenser.organisation.ods;
  const sent: Sent = person === prescriber ? create(aPrescription({ nominated })) : poll();
  const answer = await fetch(`${addressOf(n)}${sent.path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${accessToken}`,
      'x-request-id': sent.requestId,
      'content-type': 'application/fhir+json',
    },
    body: Buffer.from(sent.body),
  });
  await answer.arrayBuffer();
  return answer.status;
}

/** Half of all sessions work, at whichever datacentre; how many were good, and how many were over. */
async function workedBy(all: readonly Session[], minutes: number) {
  const counts = { good: 0, over: 0 };
  const now = at(minutes).getTime() / 1000;
  const theirs = all.filter((_, n) => (n >> 1) % 2 === minutes % 2);
  for (let from = 0; from < theirs.length; from += 10) {
    const some = theirs.slice(from, from + 10);
    const statuses = await Promise.all(some.map((session, n) => work(session, from + n)));
    for (const [index, session] of some.entries()) {
      const isGood = now <= session.goodUntil;
      assert.equal(
        statuses[index],
        isGood ? 200 : 401,
        `minute ${minutes}: ${session.person.name}`,
      );
      counts[isGood ? 'good' : 'over'] += 1;
    }
  }
  return counts;
}

/** Whatever sign-in stands on is gone at once: people, cards, applications, sessions, keys. */
const takeAway = (): Promise<unknown> =>
  pair().database.write(sql`alter schema identity rename to identity_away`);
const bringBack = (): Promise<unknown> =>
  pair().database.write(sql`alter schema identity_away rename to identity`);

async function assertAway(ticket: string): Promise<void> {
  const credentials = await credentialsOf(prescriber);
  for (const n of [0, 1]) {
    const form = { ...credentials, grant_type: 'refresh_token', refresh_token: 'any' };
    const body = new URLSearchParams(form);
    const token = await fetch(`${addressOf(n)}/oauth2/token`, { method: 'POST', body });
    assert.ok(token.status >= 500, `the token endpoint answers ${token.status}`);
    const { client_id: key = '' } = credentials;
    const asked = { client_id: key, redirect_uri: REDIRECT_URI, response_type: 'code', state: 's' };
    const query = new URLSearchParams(asked).toString();
    const page = await fetch(`${addressOf(n)}/oauth2/authorize?${query}`, { redirect: 'manual' });
    assert.ok(page.status >= 500, `sign-in answers ${page.status}`);
    const assertion = await broker.assertion(addressOf(n), ticket);
    assert.equal(assertion.status, 503);
    assert.equal(broker.codeOf(assertion), 'overloaded', 'no fault of card, user or session');
  }
}

test('ten minutes without sign-in stop nobody who was signed in, and nobody signs in again', async () => {
  const sessions: Session[] = [];
  const card = await aCard(pair().database, dispenser.userId, { type: 'p256' });
  const tickets: string[] = [];
  try {
    for (let minute = 0; minute < BATCHES; minute += 1) {
      await moveTo(minute);
      for (let n = 0; n < SESSIONS / BATCHES; n += 1) {
        sessions.push(await signIn(n % 2 === 0 ? prescriber : dispenser, n));
      }
      if (minute >= CARD_SESSIONS) continue;
      const reply = await broker.logIn([addressOf(minute), addressOf(minute + 1)], card);
      tickets.push(broker.textIn(reply, 'sso_ticket'));
    }
    await workedBy(sessions, BATCHES - 1);
    await takeAway();
    const counts = { good: 0, over: 0 };
    for (let minute = BATCHES; minute < BATCHES + OUTAGE_MINUTES; minute += 1) {
      await moveTo(minute);
      const { good, over } = await workedBy(sessions, minute);
      counts.good += good;
      counts.over += over;
    }
    await assertAway(tickets[0] ?? '');
    assert.ok(counts.good > SESSIONS && counts.over > 0, JSON.stringify(counts));
    await bringBack();
    await goOn(sessions, tickets);
  } finally {
    await setClock({ real: true });
  }
});

/** Refresh tokens and tickets are as good as before; everybody works again. */
async function goOn(sessions: readonly Session[], tickets: readonly string[]): Promise<void> {
  const minute = BATCHES + OUTAGE_MINUTES;
  await moveTo(minute);
  for (const person of [prescriber, dispenser]) {
    const credentials = await credentialsOf(person);
    for (const [n, session] of sessions.entries()) {
      if (session.person !== person) continue;
      const { refreshToken } = session;
      const form = { ...credentials, grant_type: 'refresh_token', refresh_token: refreshToken };
      const body = new URLSearchParams(form);
      const answer = await fetch(`${addressOf(n)}/oauth2/token`, { method: 'POST', body });
      const text = await answer.text();
      assert.equal(answer.status, 200, text);
      hold(session, JSON.parse(text) as Tokens);
    }
  }
  const half = await workedBy(sessions, minute);
  await moveTo(minute + 1);
  const otherHalf = await workedBy(sessions, minute + 1);
  assert.deepEqual([half.good + otherHalf.good, half.over + otherHalf.over], [SESSIONS, 0]);
  for (const [n, ticket] of tickets.entries()) {
    assert.match((await broker.assertion(addressOf(n), ticket)).text, /samlp:Success/);
  }
}
