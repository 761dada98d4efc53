import { setTimeout as pause } from 'node:timers/promises';

import { holdersAmong } from '../identity/cards/repository.ts';
import {
  authoritiesOf,
  type CardCommand,
  type Cards,
  changeCard,
  issueCard,
} from '../identity/index.ts';
import { jobRoleName } from '../identity/rbac/job-roles.ts';
import { addPosition, listPositions, nameSponsor } from '../identity/registration/index.ts';
import { Bug, present } from '../kernel/bug.ts';
import type { Result } from '../kernel/result.ts';
import type { Validity } from '../platform/certificates.ts';
import { pkiUrlOf } from '../platform/config.ts';
import { type Database, openDatabase, PATIENCE_MS } from '../platform/database.ts';
import { withLease } from '../platform/jobs.ts';
import { ORGANISATIONS } from './organisations.ts';
import { keepTestPatients } from './patient-records.ts';
import { seedPeople } from './people-file.ts';
import { RECEPTIONIST } from './persona-rights.ts';
import {
  ALL_PERSONAS,
  findPersona,
  isPrescriber,
  type Person,
  type PersonWithoutRole,
  TEST_PASSCODE,
} from './personas.ts';

/** What the test system has of people from the start, patients among them. */
export async function seedTestSystem(databaseUrl: string): Promise<void> {
  const database = openDatabase({ url: databaseUrl, connections: 2, connectWithinMs: PATIENCE_MS });
  try {
    await seedCards({ database, pkiUrl: pkiUrlOf(process.env) });
    await seedRegistration(database);
    await keepTestPatients(database);
  } finally {
    await database.close();
  }
}

const ASK_AGAIN_MS = 100;

/**
 * The people of the test system, and a card for each of them in the state that the persona is about. Whoever has one
 * keeps it. Of processes that start at once, one gives the cards, and the others wait for it.
 */
export async function seedCards(cards: Cards): Promise<void> {
  const { database } = cards;
  await seedPeople(database);
  for (;;) {
    if ((await withoutCard(database)).length === 0) return;
    const given = await withLease(database, 'local: cards', () => giveCards(cards));
    if (given === null) await pause(ASK_AGAIN_MS);
  }
}

/** Answers how many. */
async function giveCards(cards: Cards): Promise<number> {
  await authoritiesOf(cards, AUTHORITIES_VALID);
  const people = await withoutCard(cards.database);
  await Promise.all(people.map((persona) => giveCard(cards, persona)));
  return people.length;
}

type Holder = Person | PersonWithoutRole;

/** Whoever is no longer active gets no card. */
async function withoutCard(database: Database): Promise<Holder[]> {
  const holders = await holdersAmong(
    database,
    HOLDERS.map(({ userId }) => userId),
  );
  return HOLDERS.filter(({ userId }) => !holders.includes(userId));
}

const HOLDERS: readonly Holder[] = ALL_PERSONAS.filter(
  (persona) => persona.kind !== 'application',
).filter((persona) => persona.kind !== 'person' || persona.isInactive !== true);

// A signature is judged at the time of its order, and tests move that: to the years of old messages and to later ones.
const FROM = new Date('2015-01-01T00:00:00Z');
const AUTHORITIES_VALID: Validity = { from: FROM, until: new Date('2045-01-01T00:00:00Z') };
/** Ends before its authority's, so that a card can expire alone. */
const PRESCRIBERS_VALID: Validity = { from: FROM, until: new Date('2044-01-01T00:00:00Z') };

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

async function giveCard(cards: Cards, persona: Holder): Promise<void> {
  const { userId } = persona;
  const by = { userId: null, at: new Date() };
  // Prescriptions are signed with RSA [EPS-SIGNATURE 4]; the other kind of key is made in no time.
  const isSigner = isPrescriber(persona);
  const types = { login: 'p256', signing: isSigner ? 'rsa' : 'p256' } as const;
  const wanted = { userId, keys: { pin: TEST_PASSCODE, types } };
  const validity = isSigner ? { validity: PRESCRIBERS_VALID } : {};
  const { cardNumber } = done(await issueCard(cards, { ...wanted, ...validity }, by));
  done(await changeCard(cards, cardNumber, { kind: 'Activate' }, { by }));
  const state = persona.kind === 'person' ? persona.card : undefined;
  if (state !== undefined) done(await changeCard(cards, cardNumber, STATES[state], { by }));
}

function done<Value>(result: Result<Value, { readonly kind: string }>): Value {
  if (!result.ok) throw new Bug(`a card of the test system: ${result.error.kind}`);
  return result.value;
}
