import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { keepBeside, shownBeside } from '../../src/migration/cut-over/evidence.ts';
import { gatesOf } from '../../src/migration/cut-over/gates.ts';
import { faultsOf, type Plan, planJson, readPlan } from '../../src/migration/plan/plan.ts';
import { planFor } from '../../src/migration/scenario/switch.ts';
import { writeSigned } from '../../src/migration/signed-file.ts';
import { aDump, aFolder, EXPORTER, truthsOf } from '../../src/migration/testing.ts';
import { aStore } from './store.ts';

// Shows: Migration | a signed plan counts every dirty class with its policy, and gates say what is missing before the switch

describe('a plan', () => {
  let plan: Plan;
  let folder: string;
  before(async () => {
    const made = await aDump({ prescriptions: 60, perPart: 60, dirt: 6, seed: 23 });
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

  test('is ready when all its gates are green, by what lies beside it signed', async () => {
    const file = join(await aFolder(), 'plan.json');
    const store = await aStore();
    const red = async (now = new Date()): Promise<string[]> => {
      const gates = await gatesOf(store.database, plan, await shownBeside(file, plan, now));
      return gates.filter(({ isGreen }) => !isGreen).map(({ name }) => name);
    };
    const at = new Date().toISOString();
    const rehearsed = { isClean: true, isFallBackClean: true, at };
    await keepBeside(file, plan, {
      name: 'rehearsal-0001',
      facts: { ...rehearsed, isClean: false },
    });
    await keepBeside(file, plan, { name: 'rehearsal-0002', facts: rehearsed });
    const people = ['one', 'other'];
    const shown = { gate: 'backup', people, file: 'drill.json', at };
    await keepBeside(file, plan, { name: 'attested-backup', facts: shown });
    const notLoaded = ['export', 'classes', 'report', 'shadow'];
    assert.deepEqual(await red(), [...notLoaded, 'rehearsals', 'capacity', 'notice']);
    await keepBeside(file, plan, { name: 'rehearsal-0003', facts: rehearsed });
    const other = { ...plan, planId: 'another' };
    await keepBeside(file, other, {
      name: 'attested-capacity',
      facts: { ...shown, gate: 'capacity' },
    });
    assert.deepEqual(await red(), [...notLoaded, 'capacity', 'notice']);
    const later = new Date(Date.now() + 8 * 86_400_000);
    assert.deepEqual(await red(later), [
      ...notLoaded,
      'fall-back drill',
      'capacity',
      'backup',
      'notice',
    ]);
  });
});
