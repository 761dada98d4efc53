import {
  authoritiesOf,
  type CardCommand,
  type Cards,
  cardsOf,
  changeCard,
  issueCard,
} from '../identity/index.ts';
import { jobRoleName } from '../identity/rbac/job-roles.ts';
import { addPosition, listPositions, nameSponsor } from '../identity/registration/index.ts';
import { Bug, present } from '../kernel/bug.ts';
import type { Result } from '../kernel/result.ts';
import { pkiUrlOf } from '../platform/config.ts';
import { type Database, openDatabase } from '../platform/database.ts';
import { ORGANISATIONS } from './organisations.ts';
import { seedPeople } from './people-file.ts';
import { RECEPTIONIST } from './persona-rights.ts';
import {
  ALL_PERSONAS,
  findPersona,
  isPrescriber,
  type Persona,
  TEST_PASSCODE,
} from './personas.ts';

/** A card for everybody of the test system, in the state that the persona is about. Who has one keeps it. */
export async function seedCards(databaseUrl: string): Promise<void> {
  const database = openDatabase({ url: databaseUrl, connections: 2 });
  try {
    await seedPeople(database);
    const cards: Cards = { database, pkiUrl: pkiUrlOf(process.env) };
    await authoritiesOf(cards);
    await Promise.all(ALL_PERSONAS.map((persona) => giveCard(cards, persona)));
    await seedRegistration(database);
  } finally {
    await database.close();
  }
}

/** A sponsor and a position, so that access can be asked for from the start. */
async function seedRegistration(database: Database): Promise<void> {
  const by = { userId: idOf('ra-manager'), at: new Date() };
  const { ods } = ORGANISATIONS.surgery;
  done(await nameSponsor(database, idOf('sponsor'), ods, by));
  if ((await listPositions(database, ods)).length > 0) return;
  const jobRole = RECEPTIONIST.code;
  const position = {
    ods,
    name: 'Reception desk',
    jobRole,
    jobRoleName: present(jobRoleName(jobRole), jobRole),
  };
  const rights = { areasOfWork: [], activities: ['B0820'], workgroups: [] };
  done(await addPosition(database, { ...position, ...rights }, by));
}

function idOf(name: string): string {
  const persona = findPersona(name);
  if (persona === null || persona.kind === 'application') throw new Bug(`no person ${name}`);
  return persona.userId;
}

const STATES: Readonly<Record<'expired' | 'locked' | 'revoked', CardCommand>> = {
  expired: { kind: 'EndNow' },
  locked: { kind: 'Lock' },
  revoked: { kind: 'Revoke', reason: 'lost' },
};

/** Whoever is no longer active gets no card. */
async function giveCard(cards: Cards, persona: Persona): Promise<void> {
  if (persona.kind === 'application') return;
  if (persona.kind === 'person' && persona.isInactive === true) return;
  const { userId } = persona;
  if ((await cardsOf(cards.database, userId)).length > 0) return;
  const by = { userId: null, at: new Date() };
  // Prescriptions are signed with RSA; the other kind of key is made in no time.
  const types = { login: 'p256', signing: isPrescriber(persona) ? 'rsa' : 'p256' } as const;
  const { cardNumber } = done(
    await issueCard(cards, { userId, keys: { pin: TEST_PASSCODE, types } }, by),
  );
  done(await changeCard(cards, cardNumber, { kind: 'Activate' }, { by }));
  const state = persona.kind === 'person' ? persona.card : undefined;
  if (state !== undefined) done(await changeCard(cards, cardNumber, STATES[state], { by }));
}

function done<Value>(result: Result<Value, { readonly kind: string }>): Value {
  if (!result.ok) throw new Bug(`a card of the test system: ${result.error.kind}`);
  return result.value;
}
