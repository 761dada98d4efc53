import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { present } from '../../src/kernel/bug.ts';
import type { Rig } from '../../src/migration/cut-over/cut-over.ts';
import { fallBack } from '../../src/migration/cut-over/fall-back.ts';
import { stepsOf } from '../../src/migration/cut-over/repository.ts';
import { checklist } from '../../src/migration/cut-over/status.ts';
import { feedFolder } from '../../src/migration/generate/generate.ts';
import { stopOldStore } from '../../src/migration/generate/stop.ts';
import { stopped } from '../../src/migration/scenario/switch.ts';
import { aFolder, EXPORTER } from '../../src/migration/testing.ts';
import { Trouble } from '../../src/platform/trouble.ts';
import { dueJob } from '../../src/prescriptions/jobs.ts';
import { endHold } from '../../src/prescriptions/messages/end-hold/handle.ts';
import { releaseById } from '../../src/prescriptions/messages/release/handle.ts';
import { partOf } from '../../src/prescriptions/opening/opening.ts';
import { NotTakenYet } from '../../src/prescriptions/opening/repository.ts';
import type { PrescriptionId } from '../../src/prescriptions/prescription-id.ts';
import { aParty, aSpine, newId, ods } from '../../src/prescriptions/testing.ts';
import { anEnvelope, AT } from './polling.ts';
import { askAll, aSwitch, at, should, type Switch, take, waited } from './switching.ts';
import { aBulk, untilAlone } from './store.ts';

// Shows: Migration | the switch is a checklist of steps that look before and after, opens bit by bit, and is taken up after a kill

describe('the switch from an old store', () => {
  let made: Switch;
  before(async () => {
    made = await aSwitch(17);
  });

  test('takes no message, lets nobody download and does nothing that is due while all is moved', async () => {
    const { store, rig } = made;
    const spine = aSpine(store.database);
    const [[pharmacy, [id]]] = [...waited(made)] as [[string, [string]]];
    const envelope = anEnvelope(pharmacy, 'PORX_IN132004SM30');
    const command = {
      by: 'id',
      dispenser: aParty(ods(pharmacy)),
      releaseId: newId(),
      at: AT,
    } as const;
    await assert.rejects(
      releaseById(spine, envelope, id.slice(0, -1) as PrescriptionId, command),
      NotTakenYet,
    );
    assert.deepEqual(await askAll(made, [pharmacy]), []);
    const clock = { now: () => new Date('2035-01-01'), securityNow: () => new Date('2035-01-01') };
    assert.equal(await dueJob(spine, clock).hasWork(), false);
    const [held] = made.truths.filter(({ isHeld }) => isHeld);
    const heldId = present(held, 'held').id.slice(0, -1) as PrescriptionId;
    await assert.rejects(endHold(store.database, heldId, ['one', 'other'], AT), NotTakenYet);
    const [kept] = await store.rows.all<{ count: string }>(
      `select count(*) from prescriptions.message where message_id = '${envelope.messageId}'`,
    );
    assert.equal(Number(kept?.count), 0);
    assert.equal(await at(made), 'FOLLOWING');
    assert.ok((await rig.gates()).every(({ isGreen }) => isGreen));
  });

  test('refuses a step out of its turn, and says which is next', async () => {
    await assert.rejects(take(made, 'open-writes'), /stands at FOLLOWING/);
    await take(made, 'ready');
    await assert.rejects(take(made, 'freeze'), (error) =>
      /next is drain/.test(String(Object(error).remedy)),
    );
  });

  test('waits for the signed word of the old store, that nothing is in flight', async () => {
    const feed = feedFolder(made.switching.folder);
    await assert.rejects(take(made, 'drain'), /DRAINED.json cannot be read/);
    const { exportId } = made.rig.plan;
    await stopOldStore(feed, { exportId, lastChange: 1, inFlight: 3 }, EXPORTER.privateKey);
    await assert.rejects(take(made, 'drain'), /3 messages are in flight/);
    await stopOldStore(feed, { exportId, lastChange: 1 }, EXPORTER.privateKey);
    await take(made, 'drain');
    await assert.rejects(take(made, 'freeze'), /says that 1 was its last change/);
    const other = crypto.randomUUID();
    await stopOldStore(feed, { exportId: other, lastChange: 1 }, EXPORTER.privateKey);
    await assert.rejects(take(made, 'freeze'), /is of export/);
    await stopped(made.switching);
    await take(made, 'freeze');
  });

  test('goes on after a tool that was killed in the middle of a step', async () => {
    await take(made, 'final');
    const { rig } = made;
    const dying = await aBulk(made.store);
    const killed: Rig = {
      ...rig,
      bulk: {
        ...dying,
        async together(work) {
          await dying.close();
          return dying.together(work);
        },
      },
    };
    await made.rig.bulk.close();
    await untilAlone(made.store);
    await assert.rejects(
      take({ ...made, rig: killed }, 'verify'),
      (error) => !(error instanceof Trouble),
    );
    assert.equal(await at(made), 'FINAL');
    await untilAlone(made.store);
    const bulk = await aBulk(made.store);
    made = { ...made, rig: { ...rig, bulk }, switching: { ...made.switching, bulk } };
    const done = await take(made, 'verify');
    assert.equal(done.state, 'VERIFIED');
    assert.equal((await take(made, 'verify')).isOld, true);
  });

  test('is done by one tool at a time', async () => {
    const rig = { ...made.rig, bulk: await aBulk(made.store) };
    await assert.rejects(take({ ...made, rig }, 'open-reads'), /another spine migrate/);
  });

  test('opens for reading first, then for messages, then for a part of the pharmacies after the other', async () => {
    await take(made, 'open-reads');
    const pharmacies = [...waited(made).keys()];
    assert.deepEqual(await askAll(made, pharmacies), []);
    const { evidence } = await take(made, 'open-writes');
    assert.equal(Object(evidence).isWithin, true);
    assert.deepEqual(await askAll(made, pharmacies), []);
    const got: string[] = [];
    for (const [step, most] of [
      ['open-10', 10],
      ['open-50', 50],
      ['open-all', 100],
    ] as const) {
      await take(made, step);
      const now = await askAll(made, pharmacies);
      const parts = now.map((line) => partOf(ods(String(line.split(' ')[1]))));
      assert.ok(
        parts.every((part) => part < most),
        step,
      );
      got.push(...now);
    }
    assert.deepEqual(got.toSorted(), should(made, pharmacies));
    assert.ok(got.length > 5);
  });

  test('keeps each step with when, who and what was seen, and each refusal', async () => {
    await take(made, 'due');
    const rows = await stepsOf(made.store.database, made.rig.plan.exportId);
    const lines = checklist('GUARD', rows);
    assert.deepEqual(
      lines.filter(({ done }) => done === null).map(({ step }) => step),
      ['close'],
    );
    assert.equal(rows.filter(({ isDone }) => !isDone).length, 2);
    const [audit] = await made.store.rows.all<{ count: string }>(
      `select count(*) from platform.audit where interaction = 'migration' and outcome like '%: % export %'`,
    );
    assert.ok(Number(audit?.count) >= rows.length);
  });

  test('ends when the watch is over and the tripwire was silent; after fourteen days nothing goes back', async () => {
    await assert.rejects(take(made, 'close'), /the watch is 0.0 days old/);
    await made.store.rows.all(
      "update migration.step set ended_at = ended_at - interval '46 days' where to_state = 'SWITCHED_RW'",
    );
    await assert.rejects(fallBack(made.rig, await aFolder()), /messages are taken here since 46/);
    await take(made, 'close');
    assert.equal(await at(made), 'CLOSED');
    await assert.rejects(fallBack(made.rig, await aFolder()), /there is nothing to undo/);
  });
});
