// Shows: HL7 V3 | strict: a user whom a message names does what the activities of their role allow; nobody prescribes without a name

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Hl7Author } from '../../src/gateways/hl7v3/interaction.ts';
import { PERSONAS, type Person } from '../../src/local/personas.ts';
import { findRole } from '../../src/identity/index.ts';
import { FULLY, testDoors } from './answering.ts';
import { reasonsOf } from './doors.ts';
import type { Hl7Journey } from './hl7-journey.ts';

const spine = testDoors();

type Role = { readonly jobRole: string; readonly activities: readonly string[] };

const R = (code: string, ...activities: string[]): Role => ({
  jobRole: `S8000:G8000:${code}`,
  activities,
});
const PRESCRIBER = R('R8000');
const PHARMACIST = R('R8003');
const DISPENSES = R('R1290', 'B0570');
const RECEPTIONIST = R('R8009');

/** Does it in a role; whether it was done, else the reason. */
async function done(
  of: Hl7Journey,
  role: Role | null,
  work: () => Promise<unknown>,
): Promise<string> {
  of.system = { organisation: null, ...(role === null ? {} : { user: { role } }) };
  await work();
  const answer = of.answer();
  return answer.acknowledgement === 'AA' ? 'done' : (reasonsOf(answer)[0] ?? 'refused');
}

const refused = (...codes: string[]): string =>
  `16.34 5000 Unable to process message. Information missing or invalid - The role profile has none of the activities ${codes.join(', ')}.`;
const PRESCRIBES = refused('B0420', 'B0440', 'B0058');
const PHARMACY = refused('B0570', 'B0572');

describe('a message of HL7 V3 that names a user, strict', () => {
  test('is refused to a role without the activity and taken from one with it, act by act', async () => {
    const journey = spine.withSettings({ roleCheck: 'strict' });
    const said = async (
      work: () => Promise<unknown>,
      able: Role,
      unable: Role,
    ): Promise<string> => {
      const reason = await done(journey, unable, work);
      assert.equal(await done(journey, able, work), 'done');
      return reason;
    };
    assert.equal(await said(() => journey.send(), PRESCRIBER, PHARMACIST), PRESCRIBES);
    assert.equal(await said(() => journey.release(), PHARMACIST, PRESCRIBER), PHARMACY);
    assert.equal(await said(() => journey.giveBack(), DISPENSES, PRESCRIBER), PHARMACY);
    assert.equal(await said(() => journey.release(), DISPENSES, RECEPTIONIST), PHARMACY);
    assert.equal(await said(() => journey.dispense(FULLY), DISPENSES, PRESCRIBER), PHARMACY);
    assert.equal(await said(() => journey.withdraw(), DISPENSES, RECEPTIONIST), PHARMACY);
    assert.equal(await said(() => journey.dispense(FULLY), PHARMACIST, RECEPTIONIST), PHARMACY);
    assert.equal(await said(() => journey.claim(), DISPENSES, PRESCRIBER), PHARMACY);
    const amend = (): Promise<unknown> => journey.claim({ amends: journey.lastClaim });
    assert.equal(await said(amend, PHARMACIST, DISPENSES), refused('B0572'));
  });

  test('cancels as a prescriber, or for one with the activity that was given for that', async () => {
    const journey = spine.withSettings({ roleCheck: 'strict' });
    await done(journey, PRESCRIBER, () => journey.send());
    const both = refused('B0420', 'B0440', 'B0058', 'B0468');
    assert.equal(await done(journey, R('R8001'), () => journey.cancel()), both);
    assert.equal(await done(journey, R('R8001', 'B0468'), () => journey.cancel()), 'done');
  });

  test('downloads what waits for the pharmacy', async () => {
    const journey = spine.withSettings({ roleCheck: 'strict' });
    assert.equal(await done(journey, PRESCRIBER, () => journey.download()), PHARMACY);
    await done(journey, PHARMACIST, () => journey.download());
    assert.equal(journey.answer().interaction, 'PORX_IN110101UK30');
  });

  test('is refused where the directory has no such role of that user', async () => {
    const journey = spine.withSettings({ roleCheck: 'strict' });
    journey.system = { organisation: null, user: { role: null } };
    await journey.send();
    assert.deepEqual(reasonsOf(journey.answer()), [PRESCRIBES]);
    assert.equal(await spine.status(journey), 'none');
  });
});

describe('a message of HL7 V3 that names nobody, strict', () => {
  test('is a system by itself: it downloads and tells, but prescribes and cancels nothing', async () => {
    const journey = spine.withSettings({ roleCheck: 'strict' });
    const nobody =
      '16.34 5000 Unable to process message. Information missing or invalid - the message names no user';
    assert.equal(await done(journey, null, () => journey.send()), nobody);
    await done(journey, PRESCRIBER, () => journey.send());
    assert.equal(await done(journey, null, () => journey.cancel()), nobody);
    assert.equal(await done(journey, null, () => journey.release()), 'done');
    assert.equal(await done(journey, null, () => journey.dispense(FULLY)), 'done');
    assert.equal(await done(journey, null, () => journey.claim()), 'done');
  });

  test('prescribes where the real Spine does not ask (compatible)', async () => {
    const journey = spine.journey();
    assert.equal(await done(journey, null, () => journey.send()), 'done');
    assert.equal(await done(journey, RECEPTIONIST, () => journey.release()), 'done');
  });
});

describe('the role of a user whom a message names', () => {
  const roleOf = (author: Pick<Hl7Author, 'userId' | 'roleProfile'>, at = new Date()) =>
    findRole(spine.database(), author, at);
  const authorOf = ({ userId, roleProfileId }: Person) => ({ userId, roleProfile: roleProfileId });

  test('is the one that the directory has for both, on that day', async () => {
    const { prescriber, dispenser } = PERSONAS;
    const known = await roleOf(authorOf(prescriber));
    assert.equal(known?.jobRole, 'S8000:G8000:R8000');
    const borrowed = { userId: prescriber.userId, roleProfile: dispenser.roleProfileId };
    assert.equal(await roleOf(borrowed), null);
    assert.equal(await roleOf({ userId: '999999999999', roleProfile: '1' }), null);
  });
});
