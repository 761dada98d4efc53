import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, test } from 'node:test';

import { testDatabase } from '../../test/support/database.ts';
import {
  authoritiesOf,
  cardsOf,
  type CardState,
  certificatesOf,
  openCard,
  stateOf,
} from '../identity/cards/index.ts';
import { sponsorOf } from '../identity/registration/index.ts';
import { present } from '../kernel/bug.ts';
import { pkiUrlOf } from '../platform/config.ts';
import type { Database } from '../platform/database.ts';
import { sql } from '../platform/sql.ts';
import { seedCards, seedTestSystem } from './cards.ts';
import { ALL_PATIENTS } from './patients.ts';
import { ALL_PERSONAS, findPersona, type Persona, TEST_PASSCODE } from './personas.ts';

const database = testDatabase();

describe('the cards of a test system', () => {
  test('are there for everybody once, in the state that the persona is about, and stay', async () => {
    const { database: store } = database();
    const cards = { database: store, pkiUrl: pkiUrlOf({}) };
    await asOnFirstStart(store);
    await Promise.all([seedCards(cards), seedCards(cards)]);
    const first = await statesOf(store);
    for (const persona of ALL_PERSONAS) {
      if (persona.kind === 'application') continue;
      assert.deepEqual(first.get(persona.name), wanted(persona), persona.name);
    }
    await seedCards(cards);
    assert.deepEqual(await statesOf(store), first);
  });

  test('open with the passcode that the sign-in page tells', async () => {
    const { database: store } = database();
    const [card] = await cardsOf(store, idOf('nurse'));
    const cards = { database: store, pkiUrl: '' };
    const by = { userId: null, at: new Date() };
    const opened = await openCard(cards, card?.cardNumber ?? '', TEST_PASSCODE, by);
    assert.ok(opened.ok);
    await opened.value.close();
  });

  test('sign orders of the years that tests move the time to', async () => {
    const { database: store } = database();
    const [card] = await cardsOf(store, idOf('prescriber'));
    const certificates = await certificatesOf(store, card?.cardNumber ?? '');
    const signing = present(
      certificates.find(({ purpose }) => purpose === 'signing'),
      'certificate',
    );
    const authorities = await authoritiesOf({ database: store, pkiUrl: pkiUrlOf({}) });
    const { root, 'signing-rsa': authority } = authorities;
    const path = [signing.der, authority.certificate, root.certificate].map(
      (der) => new X509Certificate(der),
    );
    for (const [place, certificate] of path.entries()) {
      const issuer = present(path[Math.min(place + 1, 2)], 'issuer');
      assert.ok(certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey));
      assert.equal(certificate.validFromDate.getUTCFullYear(), 2015);
      assert.equal(certificate.validToDate.getUTCFullYear(), place === 0 ? 2044 : 2045);
    }
  });

  test('come with a sponsor who may ask for access', async () => {
    await seedTestSystem(database().url);
    assert.deepEqual(await sponsorOf(database().database, idOf('sponsor')), ['A83008']);
  });

  test('come with the patients, each in the PDS', async () => {
    await seedTestSystem(database().url);
    const rows = await database().database.all<{ number: string }>(sql`
      select nhs_number as number from demographics.patient order by nhs_number`);
    assert.deepEqual(
      rows.map(({ number }) => number),
      ALL_PATIENTS.map(({ nhsNumber }) => nhsNumber).toSorted(),
    );
  });
});

/** Cards are dear to make: the databases of tests are born with them. */
async function asOnFirstStart(store: Database): Promise<void> {
  await store.all(
    sql`truncate identity.card, identity.card_event, identity.certificate, identity.authority,
      identity.form_entry`,
  );
}

function idOf(name: string): string {
  const persona = findPersona(name);
  assert.ok(persona !== null && persona.kind !== 'application');
  return persona.userId;
}

function wanted(persona: Persona): CardState[] {
  if (persona.kind !== 'person') return ['Active'];
  if (persona.isInactive === true) return [];
  const states = { expired: 'Expired', locked: 'Locked', revoked: 'Revoked' } as const;
  return [persona.card === undefined ? 'Active' : states[persona.card]];
}

async function statesOf(
  store: ReturnType<typeof database>['database'],
): Promise<Map<string, CardState[]>> {
  const found = new Map<string, CardState[]>();
  for (const persona of ALL_PERSONAS) {
    if (persona.kind === 'application') continue;
    const cards = await cardsOf(store, persona.userId);
    found.set(
      persona.name,
      cards.map((card) => stateOf(card, new Date())),
    );
  }
  return found;
}
