// Shows: Migration | when a moved store opens, everybody polls at the HL7 V3 door: within the bands at the rate of a morning, and with nothing lost or doubled at ten times that
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';

import { type Hl7Door, openHl7Door } from '../../src/hl7v3.ts';
import { present } from '../../src/kernel/bug.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { stepsUpTo, stopped } from '../../src/migration/scenario/switch.ts';
import { AS_OF_MS } from '../../src/migration/testing.ts';
import { REAL_CLOCK } from '../../src/platform/clock.ts';
import { prescriptionHl7Interactions } from '../../src/prescriptions/index.ts';
import { INTERACTIONS } from '../../src/prescriptions/interactions.ts';
import { aSpine } from '../../src/prescriptions/testing.ts';
import { testConfig } from '../support/config.ts';
import { ANY_HL7_PORT, type Hl7Client, openHl7Client, wrapped } from '../support/hl7v3.ts';
import { times } from './counted.ts';
import { unanswered } from './real-messages.ts';
import { aRealSwitch, should, type Switch, waited } from './switching.ts';

const FACADE = TEST_SYSTEMS.facade;
const PER_SECOND = 19; // all pharmacies poll within ten minutes [RELIABILITY F36]
const FULL = 11_400;
const POLLS = times(60, FULL);
const CROWDED = 10; // times as many [MIGRATION 9, MF16]
const CROWDED_POLLS = times(380, FULL);
/** What is quick, and what is quick enough; how many must be either [RELIABILITY 1]. */
const [QUICK_MS, QUICK_SHARE] = [100, 0.9];
const [ENOUGH_MS, ENOUGH_SHARE] = [1_000, 0.999];
const TRIES_MAX = 30;

let made: Switch;
let door: Hl7Door;
let client: Hl7Client;
/** A poll of one pharmacy, of which the ids and the pharmacy are changed. */
let template = '';
let pharmacies: readonly string[];
const got: string[] = [];

before(async () => {
  made = await aRealSwitch({ prescriptions: 120, seed: 211, asOfMs: AS_OF_MS });
  await stopped(made.switching);
  await stepsUpTo(made.rig, 'open-all');
  const { store } = made;
  const { database } = store;
  const interactions = prescriptionHl7Interactions(aSpine(database));
  const clock = { ...REAL_CLOCK, now: () => new Date(AS_OF_MS) };
  const config = testConfig(store.url, { hl7v3: ANY_HL7_PORT });
  const opened = await openHl7Door(config, () => undefined, { database, clock, interactions });
  door = present(opened, 'door');
  client = await openHl7Client(database, door.url, FACADE);
  const journey = unanswered(1, database);
  await journey.download();
  template = present(journey.sent.at(-1), 'poll');
  const none = Array.from({ length: 200 }, (_, n) => `Q${String(n).padStart(4, '0')}`);
  pharmacies = [...waited(made).keys(), ...none];
});
after(async () => {
  client.close();
  await door.close();
});

const GUID = /root="([0-9A-F]{8}-[0-9A-F-]{27})"/;
const PRESCRIPTION = /[0-9A-F]{6}-[0-9A-Z]{6}-[0-9A-F]{5}[0-9A-Z+]/g;

/** Until it is answered; one that is told to come again does so with the same message. Answers how often it was. */
async function poll(organisation: string): Promise<number> {
  const id = present(GUID.exec(template), 'id of the message')[1] ?? '';
  const payload = template
    .replaceAll(PERSONAS.dispenser.organisation.ods, organisation)
    .replaceAll(id, randomUUID().toUpperCase());
  const sent = wrapped({ system: FACADE, interaction: INTERACTIONS.releaseNominated, payload });
  for (let tries = 0; tries < TRIES_MAX; tries += 1) {
    const { status, headers, text } = await client.send('/Prescription', sent);
    if (status === 200) {
      assert.match(text, /PORX_IN070101UK31|PORX_IN110101UK30/, `${organisation}: ${text}`);
      const ids = new Set(text.match(PRESCRIPTION));
      got.push(...[...ids].map((one) => `${one} ${organisation}`));
      return tries;
    }
    assert.ok(status === 503 || status === 429, text);
    await delay(1_000 * Number(present(headers['retry-after'], 'when to come again')));
  }
  return assert.fail('a poll was never answered');
}

/** So many in a second, whether those before are answered or not: how long each took from its turn on, and how often it was turned away. */
async function opening(
  polls: number,
  perSecond: number,
): Promise<{ ms: number[]; turned: number }> {
  const from = performance.now();
  const each = Array.from({ length: polls }, async (_, n) => {
    const turn = from + (n * 1_000) / perSecond;
    await delay(Math.max(turn - performance.now(), 0));
    const tries = await poll(present(pharmacies[n % pharmacies.length], 'pharmacy'));
    return { ms: performance.now() - turn, tries };
  });
  const all = await Promise.all(each);
  return { ms: all.map(({ ms }) => ms), turned: all.filter(({ tries }) => tries > 0).length };
}

const share = (ms: readonly number[], most: number): number =>
  ms.filter((one) => one <= most).length / ms.length;

test(`${POLLS} polls at the rate of a morning are answered within the bands`, async () => {
  await opening(10, PER_SECOND); // the first ones wait for what is compiled
  const { ms, turned } = await opening(POLLS, PER_SECOND);
  assert.equal(turned, 0);
  assert.ok(share(ms, ENOUGH_MS) >= ENOUGH_SHARE, `the slowest: ${Math.max(...ms)} ms`);
  // Of few polls beside other tests nothing can be said of what is quick.
  if (POLLS < FULL) return;
  assert.ok(share(ms, QUICK_MS) >= QUICK_SHARE, `quick: ${share(ms, QUICK_MS)}`);
});

test(`${CROWDED_POLLS} polls ten times as fast are all answered, and everybody has what is theirs, once`, async () => {
  await opening(CROWDED_POLLS, PER_SECOND * CROWDED);
  assert.deepEqual(got.toSorted(), should(made, waited(made).keys()));
  assert.ok(got.length > 5);
});
