// Shows: Migration | at the switch: what was in flight has one effect, a crowd that opens at once loses nothing, an old store opened by mistake has no effect here, and what was taken goes back
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';

import { present } from '../../src/kernel/bug.ts';
import { type Instant, instantOf } from '../../src/kernel/instant.ts';
import { parseUuid, type Uuid } from '../../src/kernel/uuid.ts';
import { catchUp } from '../../src/migration/catch-up/catch-up.ts';
import { fallBack } from '../../src/migration/cut-over/fall-back.ts';
import { writeSegment } from '../../src/migration/generate/feed-file.ts';
import { feedFolder } from '../../src/migration/generate/generate.ts';
import { stepsUpTo, stopped } from '../../src/migration/scenario/switch.ts';
import { aFolder, AS_OF_MS, EXPORTER } from '../../src/migration/testing.ts';
import { perform } from '../../src/prescriptions/perform.ts';
import type { PrescriptionId } from '../../src/prescriptions/prescription-id.ts';
import { aSpine } from '../../src/prescriptions/testing.ts';
import { times } from './counted.ts';
import { anEnvelope, downloads } from './polling.ts';
import { aStore, dropStore, loadInto, open, type Store, withBulk } from './store.ts';
import { aSwitch, at, should, type Switch, take, waited } from './switching.ts';
import { aRelease, aReturn, onTheShelf, type Sent, untilAnswered } from './traffic.ts';

const SWITCHES = times(1, 50);
const MESSAGES = 10_000; // in all of them, when all are done
const CROWD = 10; // as many times everybody as usually asks at once
const DRILLS = times(1, 30);
const IN_FLIGHT = 20; // one of so many is under way when it is closed

let switches = 0;
async function switched(): Promise<Switch> {
  switches += 1;
  const made = await aSwitch(100 + switches);
  await stopped(made.switching);
  await stepsUpTo(made.rig, 'open-writes');
  return made;
}

const eventsIn = async ({ rows }: Store): Promise<number> => {
  const [row] = await rows.all<{ count: string }>('select count(*) from prescriptions.event');
  return Number(row?.count);
};

/** The first of them: what is shown of it comes one after the other. */
let made: Switch;

describe('an old store that is opened by mistake after the switch', () => {
  test('has no effect here, stops the ramp, and what was taken here stands', async () => {
    made = await switched();
    const { exportId } = made.rig.plan;
    const folder = feedFolder(made.switching.folder);
    const [line = ''] = readFileSync(join(folder, 'CHANGE.000001.csv'), 'latin1')
      .split(/(?<=\n)(?=\d+,T)|(?<=BEFORE\n)/)
      .slice(1);
    const [header = ''] = readFileSync(join(folder, 'CHANGE.000001.csv'), 'latin1').split(
      /(?<=\n)/,
    );
    const [row] = await made.store.rows.all<{ last: string }>(
      'select change_seq::text as last from migration.export',
    );
    const late = line.replace(/^\d+,T\d+,./, `${Number(row?.last) + 1},T99999,Y`);
    await writeSegment(folder, { exportId, number: 2, text: header + late }, EXPORTER.privateKey);
    const before = await eventsIn(made.store);
    const feed = { folder, publicKeyPem: EXPORTER.publicKey };
    await assert.rejects(
      catchUp(made.rig.bulk, made.switching.dump, feed),
      /stands at SWITCHED_RW: what the old store still writes is not applied/,
    );
    await assert.rejects(take(made, 'open-10'), /the old store still writes/);
    assert.equal(await at(made), 'SWITCHED_RW');
    assert.equal(await eventsIn(made.store), before);
    assert.deepEqual(await downloads(made.store.database, [...waited(made).keys()][0] ?? ''), []);
    for (const ending of ['csv', 'json', 'json.sig'])
      rmSync(join(folder, `CHANGE.000002.${ending}`));
  });
});

describe('everybody who asks at once when this Spine opens', () => {
  test(`${CROWD} times over gets what is theirs, once, and nobody anything else`, async () => {
    await stepsUpTo(made.rig, 'open-all');
    const pharmacies = [...waited(made).keys()];
    const got = await Promise.all(
      pharmacies.flatMap((pharmacy) =>
        Array.from({ length: CROWD }, async () => {
          const ids = await polled(made.store, pharmacy);
          return ids.map((id) => `${id} ${pharmacy}`);
        }),
      ),
    );
    assert.deepEqual(got.flat().toSorted(), should(made, pharmacies));
  });
});

describe(`messages that were in flight to the old store at ${SWITCHES} switches`, () => {
  test('and come here later have one effect, there or here, and one answer', async () => {
    let retried = 0;
    for (let n = 0; n < SWITCHES; n += 1) {
      if (n > 0) made = await switched();
      const { database } = made.store;
      const before = await eventsIn(made.store);
      retried += await takenThere(made.store);
      assert.equal(await eventsIn(made.store), before);
      // The old store refused these, or never saw them.
      const ids = await onTheShelf(made.store);
      const sent = ids.map((id, place) => aRelease(id, `FZ${String(place % 50).padStart(3, '0')}`));
      const first = await Promise.all(
        sent.flatMap((one) => [untilAnswered(one, database), untilAnswered(one, database)]),
      );
      assert.deepEqual([...new Set(first)], ['Released']);
      assert.equal(await eventsIn(made.store), before + sent.length);
      retried += sent.length;
      await eachByOneSide(made.store, sent);
      await made.rig.bulk.close();
      await dropStore(made.store);
    }
    assert.ok(retried >= (MESSAGES / 50) * SWITCHES, `${retried} messages`);
  });
});

/** Every message has its answer, from one store alone: what the old one answered is kept as that, and the rest is ours. */
async function eachByOneSide({ rows }: Store, sent: readonly Sent[]): Promise<void> {
  const kept = await rows.all<{ id: Uuid; isTheirs: boolean; effects: number }>(`
    select m.message_id as id, m.outcome->>'isRebuilt' is not null as "isTheirs",
      (select count(*)::int from prescriptions.event e where e.message_id = m.message_id and e.kind = 'Released'
        and e.recorded_at > (select min(began_at) from migration.step where to_state = 'SWITCHED_RW')) as effects
    from prescriptions.message m`);
  const ours = new Set(sent.map(({ envelope }) => envelope.messageId));
  for (const { id, isTheirs, effects } of kept) {
    assert.equal(isTheirs, effects === 0, id);
    if (ours.delete(id)) assert.equal(effects, 1, id);
  }
  assert.deepEqual([...ours], [], 'answered by neither');
}

/** Every message that the old store took comes again, with its bytes; none is done. Answers how many there were. */
async function takenThere({ rows, database }: Store): Promise<number> {
  const taken = await rows.all<{
    id: Uuid;
    interaction: string;
    prescription: PrescriptionId;
    body: Buffer;
    kind: string;
  }>(`select message_id as id, interaction, prescription_ids[1] as prescription, body, outcome->>'kind' as kind
    from prescriptions.message where body <> '' and digest = sha256(body)`);
  for (const { id, interaction, prescription, body, kind } of taken) {
    const envelope = {
      ...anEnvelope('FA565', interaction),
      messageId: id,
      body,
      digest: hash('sha256', body, 'buffer'),
    };
    const { outcome } = await perform(aSpine(database), envelope, prescription, () =>
      assert.fail('it is done once more'),
    );
    assert.equal(outcome.kind, kind);
  }
  return taken.length;
}

/** A pharmacy that is told to come again, as this Spine is busy, does. */
async function polled({ database }: Store, pharmacy: string): Promise<string[]> {
  for (;;) {
    try {
      return await downloads(database, pharmacy);
    } catch (error) {
      if (!/wait|changed faster/.test(String(error))) throw error;
    }
  }
}

const AFTER_MS = [60_000, 3_600_000, 86_400_000];

describe(`${DRILLS} switches that are undone a minute, an hour and a day after they were made`, () => {
  test('give the old store every message that was answered here, and it then stands as this Spine did', async () => {
    for (let drill = 0; drill < DRILLS; drill += 1) await undoneAfter(drill);
  });
});

async function undoneAfter(drill: number): Promise<void> {
  const made = await switched();
  await stepsUpTo(made.rig, 'open-all');
  const { database } = made.store;
  const instant = later(present(AFTER_MS[drill % AFTER_MS.length], 'time'));
  const ids = await onTheShelf(made.store);
  const share = ids.slice(0, Math.ceil((ids.length * ((drill % AFTER_MS.length) + 1)) / 3));
  const releases = share.map((id, place) =>
    aRelease(id, `FZ${String(place).padStart(3, '0')}`, instant),
  );
  const returns = releases
    .filter((_, place) => place % 2 === 0)
    .map((one) => aReturn(one, instant));
  const early = [...releases, ...returns.filter((_, place) => place % IN_FLIGHT !== 0)];
  const answered = new Set<Sent>();
  for (const one of early) {
    await untilAnswered(one, database);
    answered.add(one);
  }
  // These are under way while it is closed: whether they are taken is chance, but each is or is not.
  const late = returns.filter((one) => !early.includes(one));
  const underWay = late.map(async (one) => {
    if (await isTaken(one, database)) answered.add(one);
  });
  const folder = join(await aFolder(), 'back');
  const [{ state }] = await Promise.all([fallBack(made.rig, folder), ...underWay]);
  assert.equal(state, 'FELL_BACK');
  const back = messagesIn(folder);
  const byId = new Map([...releases, ...returns].map((one) => [one.envelope.messageId, one]));
  assert.deepEqual(back.toSorted(), [...answered].map((one) => one.envelope.messageId).toSorted());
  // The old store, which takes messages through its own doors: one that has the same export.
  const old = await aStore();
  await loadInto(old, made.switching.dump);
  await catchUpTo(old, made);
  await open(old);
  for (const id of back) await untilAnswered(present(byId.get(id), id), old.database);
  assert.deepEqual(await standing(old), await standing(made.store));
  await made.rig.bulk.close();
  for (const store of [old, made.store]) await dropStore(store);
}

/** Whether it was taken before the closing; after it clients are told to come again. */
async function isTaken(sent: Sent, database: Parameters<Sent['send']>[0]): Promise<boolean> {
  try {
    await sent.send(database);
    return true;
  } catch {
    return false;
  }
}

function later(ms: number): Instant {
  return instantOf(new Date(AS_OF_MS + ms));
}

/** Ids of the messages that went back, in their order. */
function messagesIn(folder: string): Uuid[] {
  const [, ...rows] = readFileSync(join(folder, 'messages', 'MESSAGE.0001.csv'), 'latin1')
    .trimEnd()
    .split('\n');
  return rows.map((row) => present(parseUuid(row.split(',')[0] ?? ''), 'id of a message'));
}

async function catchUpTo(old: Store, { switching }: Switch): Promise<void> {
  const feed = { folder: feedFolder(switching.folder), publicKeyPem: EXPORTER.publicKey };
  await withBulk(old, (bulk) => catchUp(bulk, switching.dump, feed));
}

/** Every chain of events where it ends, and who waits for what. */
function standing({ rows }: Store): Promise<object[]> {
  return rows.all(`
    select p.prescription_id, encode(p.head_hash, 'hex') as head, array(select q.organisation
      from prescriptions.download_queue q
      where q.prescription_id = p.prescription_id and q.left_at is null order by 1) as waits
    from prescriptions.prescription p order by 1`);
}
