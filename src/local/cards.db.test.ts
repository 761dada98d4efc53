import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { testDatabase } from '../../test/support/database.ts';
import { cardsOf, type CardState, openCard, stateOf } from '../identity/cards/index.ts';
import { sponsorOf } from '../identity/registration/index.ts';
import { seedCards } from './cards.ts';
import { ALL_PERSONAS, findPersona, type Persona, TEST_PASSCODE } from './personas.ts';

const database = testDatabase();

describe('the cards of a test system', () => {
  test('are there for everybody, in the state that the persona is about, and stay', async () => {
    const { url, database: store } = database();
    await seedCards(url);
    const first = await statesOf(store);
    for (const persona of ALL_PERSONAS) {
      if (persona.kind === 'application') continue;
      assert.deepEqual(first.get(persona.name), wanted(persona), persona.name);
    }
    await seedCards(url);
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

  test('come with a sponsor who may ask for access', async () => {
    assert.deepEqual(await sponsorOf(database().database, idOf('sponsor')), ['A83008']);
  });
});

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
