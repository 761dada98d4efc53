// Shows: Migration | the plan of the switch is a checklist that is printed and done, with times, owners and what to do if it is late; reading alone is a state of its own
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { ranOn } from '../../src/cli/testing.ts';
import { NO_APPLICATION } from '../../src/gateways/actor.ts';
import { present } from '../../src/kernel/bug.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { cutOverCommand } from '../../src/migration/cut-over/cli.ts';
import { type Rig, takeStep } from '../../src/migration/cut-over/cut-over.ts';
import { fallBack } from '../../src/migration/cut-over/fall-back.ts';
import { stepsOf } from '../../src/migration/cut-over/repository.ts';
import { checklist, checklistText } from '../../src/migration/cut-over/status.ts';
import { STEPS, stepCalled } from '../../src/migration/cut-over/steps.ts';
import { PLAN_KEY, planJson } from '../../src/migration/plan/plan.ts';
import { stepsUpTo, stopped } from '../../src/migration/scenario/switch.ts';
import { statusCommand } from '../../src/migration/status/cli.ts';
import { writeSigned } from '../../src/migration/signed-file.ts';
import { aFolder, EXPORTER } from '../../src/migration/testing.ts';
import { type Sql, sql } from '../../src/platform/sql.ts';
import { NotTakenYet, prescriptionInteractions } from '../../src/prescriptions/index.ts';
import { aSpine, newId } from '../../src/prescriptions/testing.ts';
import { AT } from './polling.ts';
import { aSwitch, at, type Switch, waited } from './switching.ts';
import { aRelease } from './traffic.ts';

let made: Switch;
let file: string;
before(async () => {
  made = await aSwitch(61);
  const folder = await aFolder();
  file = join(folder, 'plan.json');
  await writeSigned(file, planJson(made.rig.plan), EXPORTER.privateKey);
  writeFileSync(join(folder, `${PLAN_KEY}.pem`), EXPORTER.publicKey);
});

async function printed(...words: readonly string[]): Promise<string[]> {
  const { code, stdout, stderr } = await ranOn(
    made.store.url,
    [cutOverCommand],
    ['migrate', 'cut-over', file, ...words],
  );
  assert.equal(code, 0, stderr);
  return stdout.trimEnd().split('\n');
}

/** As the switch stands now. */
async function linesNow(): Promise<string[]> {
  const { database } = made.store;
  const rows = await stepsOf(database, made.rig.plan.exportId);
  return checklistText(await at(made), checklist(await at(made), rows))
    .split('\n')
    .slice(1);
}

/** A rig by whose clock each step ends an hour after it began. */
function hourLong(rig: Rig): Rig {
  const { bulk } = rig;
  let asked = 0;
  return {
    ...rig,
    bulk: {
      ...bulk,
      async all<Row extends object>(statement: Sql): Promise<Row[]> {
        if (!statement.text.includes('clock_timestamp() as now')) return bulk.all<Row>(statement);
        asked += 1;
        return bulk.all<Row>(
          sql`select clock_timestamp() + ${asked - 1} * interval '1 hour' as now`,
        );
      },
    },
  };
}

describe('the checklist of a switch', () => {
  test('has each step with when it begins, how long it may take, whose it is, what is looked at, and what to do otherwise', async () => {
    const [first, ...lines] = await printed();
    assert.equal(first, 'the migration stands at FOLLOWING');
    assert.equal(lines.length, STEPS.length);
    for (const [place, { name, owner, does, exit, otherwise }] of STEPS.entries()) {
      const line = lines[place] ?? '';
      assert.match(line, new RegExp(`^[> ] T[-+]\\d+ (min|d) +${name} +\\d+ (min|d) `));
      for (const said of [`${owner}: ${does}`, `exit: ${exit}`, `if not, or late: ${otherwise}`]) {
        assert.ok(line.includes(said), `${name}: ${said}`);
      }
    }
    assert.deepEqual(
      lines.filter((line) => line.startsWith('>')).map((line) => line.split(/ +/)[3]),
      ['ready'],
    );
    // From the word of the old store until messages are taken here: ten minutes at most, as the specification has it.
    const begins = (name: string): number =>
      Number(/T\+(\d+)/.exec(lines.find((line) => line.includes(` ${name} `)) ?? '')?.[1]);
    assert.deepEqual([begins('drain'), begins('freeze'), begins('open-writes')], [0, 2, 8]);
  });

  test('is only printed with --dry-run, whatever step is named', async () => {
    await printed('--auto', '--dry-run');
    await printed('--step', 'ready', '--dry-run');
    assert.equal(await at(made), 'FOLLOWING');
    assert.deepEqual(await stepsOf(made.store.database, made.rig.plan.exportId), []);
  });

  test('says of each step that was done how long it took and who did it, and that it was late where it was', async () => {
    const { isLate } = await takeStep(hourLong(made.rig), present(stepCalled('ready'), 'step'));
    assert.equal(isLate, true);
    await stopped(made.switching);
    await stepsUpTo(made.rig, 'verify');
    const lines = await linesNow();
    const done = lines.filter((line) => line.startsWith('x'));
    assert.equal(done.length, 5);
    for (const line of done) assert.match(line, /\[\d+\.\d s, [^,]+, \d{4}-\d\d-\d\dT[\d:.]+Z\]$/);
    assert.ok(lines.some((line) => /^> .*open-reads/.test(line)));
  });

  test('begins anew when an attempt was undone, and is done again as a whole', async () => {
    await fallBack(made.rig, await aFolder());
    assert.ok((await linesNow()).every((line) => !line.startsWith('x')));
    await assert.rejects(stepsUpTo(made.rig, 'open-reads'), /is that of an attempt before/);
    await stopped(made.switching);
    await stepsUpTo(made.rig, 'open-reads');
    assert.equal((await linesNow()).filter((line) => line.startsWith('x')).length, 6);
  });
});

describe('a store that is opened for reading', () => {
  test('says so by name, answers who asks, and takes nothing', async () => {
    const status = await ranOn(
      made.store.url,
      [statusCommand],
      ['migrate', 'status', '-o', 'json'],
    );
    assert.match(status.stdout, /"SWITCHED_RO"/);
    const [pharmacy, [id = '']] = present(
      [...waited(made)][0],
      'pharmacy for which something waits',
    );
    const track = present(
      prescriptionInteractions(aSpine(made.store.database)).find(
        ({ method, path }) => method === 'GET' && path === '/Task',
      ),
      'tracker',
    );
    const { status: answered, resource } = await track.handle({
      base: 'legacy',
      actor: {
        ...NO_APPLICATION,
        userId: null,
        roleProfile: null,
        organisation: null,
        asid: null,
        session: 'test',
        scopes: new Set(PERSONAS.dispenser.scopes),
      },
      requestId: newId(),
      query: { 'focus:identifier': [id] },
      body: Buffer.alloc(0),
      resource: {},
      at: new Date(AT),
    });
    assert.equal(answered, 200);
    assert.match(JSON.stringify(resource), /"code":"0001"/);
    const taken = aRelease(id.slice(0, -1) as Parameters<typeof aRelease>[0], pharmacy);
    await assert.rejects(taken.send(made.store.database), NotTakenYet);
  });
});
