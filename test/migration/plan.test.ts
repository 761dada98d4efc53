import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { keepBeside, shownBeside } from '../../src/migration/cut-over/evidence.ts';
import { gatesOf } from '../../src/migration/cut-over/gates.ts';
import { heldRecords } from '../../src/migration/hold/repository.ts';
import { readChoices } from '../../src/migration/plan/choices.ts';
import { byPlan, faultsOf, type Plan, planJson, readPlan } from '../../src/migration/plan/plan.ts';
import { planFor } from '../../src/migration/scenario/switch.ts';
import { writeSigned } from '../../src/migration/signed-file.ts';
import { reconcile } from '../../src/migration/reconcile/reconcile.ts';
import { aDump, aFolder, EXPORTER, type Generated, truthsOf } from '../../src/migration/testing.ts';
import { aStore, loadInto } from './store.ts';

// Shows: Migration | a signed plan counts every dirty class with its policy, and gates say what is missing before the switch

describe('a plan', () => {
  let plan: Plan;
  let folder: string;
  let made: Generated;
  before(async () => {
    made = await aDump({ prescriptions: 60, perPart: 60, dirt: 6, seed: 23 });
    ({ folder } = made);
    plan = await planFor({ ...made, keys: EXPORTER });
  });

  test('counts each dirty class as it is true, with its policy, and is read as it was signed', async () => {
    const file = join(folder, 'plan.json');
    await writeSigned(file, planJson(plan), EXPORTER.privateKey);
    assert.deepEqual(await readPlan(file, EXPORTER.publicKey), plan);
    const own = truthsOf(folder).flatMap(({ classes }) => classes);
    for (const { class: name, count } of plan.classes) {
      if (['D7', 'D18', 'D22', 'D30'].includes(name)) continue; // more than what was put in may be of these
      assert.equal(count, own.filter((one) => one === name).length, name);
    }
    writeFileSync(file, readFileSync(file, 'utf8').replace('"one"', '"two"'));
    await assert.rejects(readPlan(file, EXPORTER.publicKey), /is not what was signed/);
  });

  test('is not signed by one person, for no instant, with a class that has no policy, or too many held', () => {
    const limits = { ...plan.limits, heldPermille: 0 };
    const classes = [{ class: 'D31', count: 1, digest: '' }];
    const wrong = { ...plan, people: ['one', 'one'], switchAt: 'soon', classes, limits, held: 1 };
    const faults = faultsOf(wrong).join('; ');
    for (const says of [
      /two persons/,
      /soon is no instant/,
      /D31 has no policy/,
      /would be held/,
    ]) {
      assert.match(faults, says);
    }
    assert.deepEqual(faultsOf(plan), []);
  });

  test('may hold each record of a class, by whoever answers for it: the load does so, and no other plan is loaded then', async () => {
    const chosen = readChoices({ D29: { choice: 'hold', owner: 'A Pharmacist' } }, 'one');
    assert.ok(chosen.ok);
    const mine = { ...plan, choices: chosen.value };
    const dump = byPlan(made.dump, mine);
    const own = truthsOf(folder).filter(({ classes }) => classes.includes('D29'));
    assert.ok(own.some(({ queuedFor }) => queuedFor !== null));
    const store = await aStore();
    await loadInto(store, dump);
    const held = await heldRecords(store.database);
    const byChoice = held.filter(({ because }) => because.includes('D29'));
    assert.deepEqual(
      byChoice.map(({ id }) => id).toSorted(),
      own.map(({ id }) => id.slice(0, -1)).toSorted(),
    );
    const waiting = await store.rows.all<{ id: string }>(
      'select prescription_id as id from prescriptions.download_queue where left_at is null',
    );
    const isWaiting = new Set(waiting.map(({ id }) => id));
    assert.deepEqual(
      byChoice.filter(({ id }) => isWaiting.has(id)),
      [],
    );
    const { differences } = await reconcile(store.database, made.dump);
    assert.deepEqual(differences, []);
    await assert.rejects(loadInto(store, made.dump), /begun with other policies: held are D29/);
    assert.throws(() => byPlan(made.dump, { ...mine, manifest: 'x' }), /of another export/);
  });

  test('says what is wrong with what was chosen, all at once; and is not signed where more are of a class than may be', () => {
    const wrong = readChoices({ D5: { choice: 'drop' }, D28: { choice: 'hold' }, D31: {} }, 'one');
    assert.ok(!wrong.ok);
    assert.deepEqual(wrong.error, [
      '.D5.choice must be one of default, hold',
      'D28 cannot be held: it never comes into the store',
      'D31 is not known',
    ]);
    const few = readChoices({ D29: { most: 0 } }, 'one');
    assert.ok(few.ok);
    assert.match(
      faultsOf({ ...plan, choices: few.value }).join('; '),
      /are of class D29, more than 0/,
    );
  });

  test('is ready when all its gates are green, by what lies beside it signed', async () => {
    const file = join(await aFolder(), 'plan.json');
    const store = await aStore();
    const red = async (now = new Date()): Promise<string[]> => {
      const gates = await gatesOf(store.database, plan, await shownBeside(file, plan, now));
      return gates.filter(({ isGreen }) => !isGreen).map(({ name }) => name);
    };
    const at = new Date().toISOString();
    const rehearsed = { isClean: true, isFallBackClean: true, at };
    // One in which nothing went back is no drill, however the way forward went.
    await keepBeside(file, plan, {
      name: 'rehearsal-0001',
      facts: { ...rehearsed, isClean: false, isFallBackClean: false },
    });
    assert.ok((await red()).includes('fall-back drill'));
    await keepBeside(file, plan, { name: 'rehearsal-0002', facts: rehearsed });
    const people = ['one', 'other'];
    const shown = { gate: 'backup', people, file: 'drill.json', at };
    await keepBeside(file, plan, { name: 'attested-backup', facts: shown });
    const notLoaded = ['export', 'classes', 'signatures', 'report', 'shadow'];
    assert.deepEqual(await red(), [...notLoaded, 'rehearsals', 'capacity', 'notice']);
    await keepBeside(file, plan, { name: 'rehearsal-0003', facts: rehearsed });
    const other = { ...plan, planId: 'another' };
    await keepBeside(file, other, {
      name: 'attested-capacity',
      facts: { ...shown, gate: 'capacity' },
    });
    assert.deepEqual(await red(), [...notLoaded, 'capacity', 'notice']);
    // Reads of others alone are not enough, nor are messages of which one was answered otherwise.
    const played = { at, compared: 1_000_000, differing: 0 };
    const writes = async (number: number, facts: typeof played): Promise<void> => {
      await keepBeside(file, plan, { name: `shadow-writes-000${number}`, facts });
    };
    await keepBeside(file, plan, { name: 'shadow-0001', facts: played });
    assert.ok((await red()).includes('shadow'));
    await writes(1, { ...played, compared: plan.limits.shadowWrites - 1 });
    assert.ok((await red()).includes('shadow'));
    await writes(2, { ...played, differing: 1 });
    assert.ok((await red()).includes('shadow'));
    await writes(3, { ...played, compared: plan.limits.shadowWrites });
    const stillRed = notLoaded.filter((name) => name !== 'shadow');
    assert.deepEqual(await red(), [...stillRed, 'capacity', 'notice']);
    const later = new Date(Date.now() + 8 * 86_400_000);
    assert.deepEqual(await red(later), [
      ...stillRed,
      'fall-back drill',
      'capacity',
      'backup',
      'notice',
    ]);
  });
});
