// Shows: Operations | after an incident each site is told what was not taken, returned, doubled or is safe to send again; received = stored + rejected is proven from the record, and a row that is gone is found
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { ran, ranOn } from '../../src/cli/testing.ts';
import { operationsCommands } from '../../src/operations/cli.ts';
import type { Concern, Reconciliation } from '../../src/operations/reconcile/reconciliation.ts';
import { changeIncident, openIncident } from '../../src/operations/record.ts';
import { anOpening } from '../../src/operations/testing.ts';
import { aJourney, type Journey } from '../support/journey.ts';
import { testSpine } from '../support/server.ts';
import { testStatus } from './status.ts';

const spine = testSpine();
const status = testStatus();
const folder = mkdtempSync(join(tmpdir(), 'openspine-reconcile-'));
const since = new Date().toISOString().replace(/\.\d+/, '');
after(() => rmSync(folder, { recursive: true, force: true }));

const reconcile = (...argv: readonly string[]) =>
  ranOn(spine().databaseUrl, operationsCommands, ['reconcile', '--since', since, ...argv]);
const found = async (...argv: readonly string[]): Promise<Reconciliation> => {
  const { stdout, stderr } = await reconcile('-o', 'json', ...argv);
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout);
};
const about = async (journey: Journey): Promise<Concern[]> =>
  (await found()).rows.flatMap(({ prescription, concern }) =>
    prescription === journey.id ? [concern] : [],
  );
const execute = (text: string) => spine().database.all<{ id: string }>({ text, values: [] });
const sent = async (): Promise<Journey> => {
  const journey = aJourney(spine());
  assert.equal((await journey.send()).status, 200);
  return journey;
};
const taken = async (): Promise<Journey> => {
  const journey = await sent();
  assert.equal((await journey.release()).status, 200);
  return journey;
};

describe('spine reconcile', () => {
  test('follows a prescription from the queue to the claim, and then has nothing to say', async () => {
    const journey = await sent();
    assert.deepEqual(await about(journey), ['not-taken']);
    await journey.release();
    assert.deepEqual(await about(journey), ['nothing-since']);
    await journey.dispense(['FullyDispensed']);
    assert.deepEqual(await about(journey), []);
    assert.equal((await journey.claim()).status, 200);
    assert.deepEqual(await about(journey), []);
  });

  test('names what was returned until somebody has it again', async () => {
    const journey = await taken();
    await journey.giveBack();
    assert.deepEqual(await about(journey), ['returned']);
    await journey.release();
    assert.deepEqual(await about(journey), ['nothing-since']);
  });

  test('names what came twice, and counts it once', async () => {
    const before = (await found()).balance;
    const journey = aJourney(spine());
    const order = journey.order();
    for (const _ of ['once', 'again']) await journey.send(order);
    await journey.send(); // the same prescription under another message id
    const { balance } = await found();
    const more = (['received', 'stored', 'rejected', 'again'] as const).map(
      (count) => balance[count] - before[count],
    );
    assert.deepEqual(more, [2, 1, 1, 1]);
    assert.deepEqual(await about(journey), ['doubled', 'doubled', 'not-taken']);
  });

  test('says what is safe to send again once the cause is gone, until it was', async () => {
    const early = await taken();
    assert.notEqual((await early.claim()).status, 200);
    assert.deepEqual(await about(early), ['claim-without-dispense', 'nothing-since']);
    await early.dispense(['FullyDispensed']);
    assert.deepEqual(await about(early), ['safe-to-resend']);
    assert.equal((await early.claim()).status, 200);
    assert.deepEqual(await about(early), []);
    const unknown = aJourney(spine());
    assert.notEqual((await unknown.release()).status, 200);
    assert.deepEqual(await about(unknown), []);
    await unknown.send();
    assert.deepEqual(await about(unknown), ['not-taken', 'safe-to-resend']);
    await unknown.release();
    assert.deepEqual(await about(unknown), ['nothing-since']);
  });

  test('lists cancellations with what became of them', async () => {
    const journey = await taken();
    await journey.cancel();
    const { rows } = await found();
    const [row] = rows.filter(({ concern }) => concern === 'cancellation');
    assert.equal(row?.prescription, journey.id);
    assert.equal(row.detail, 'answered: R-0002');
    assert.equal(row.site, 'A83008');
  });

  test('names a release whose answer nobody acknowledged', async () => {
    const journey = await taken();
    await execute(`
      insert into gateways.delivery (message_id, party, interaction, conversation_id, ref_to_message_id, queued_at,
        next_at, ended_at, end_state, held_until)
      select gen_random_uuid(), 'A-PARTY', 'PORX_IN070101UK31', 'c', upper(request_id::text), now(), now(), now(),
        'given-up', now()
      from platform.audit where prescription_id = '${journey.id.slice(0, -1)}' and outcome = 'released'`);
    const { rows, totals } = await found('--site', 'FA565');
    assert.equal(totals['not-acknowledged'], 1);
    assert.equal(rows.find(({ concern }) => concern === 'not-acknowledged')?.detail, 'given-up');
  });

  test('looks for each id that a site says it sent', async () => {
    const journey = aJourney(spine());
    const [known, lost] = [randomUUID(), randomUUID()];
    await journey.send(journey.order(known));
    const file = join(folder, 'ids.txt');
    writeFileSync(file, `${known}\n${lost.toUpperCase()}\n`);
    const { rows, totals } = await found('--sent', file);
    assert.equal(totals['never-received'], 1);
    assert.equal(rows.find(({ concern }) => concern === 'never-received')?.messageId, lost);
  });

  test('is for one site or one system, as words, rows of a sheet or data; wrong words are told', async () => {
    const { stdout } = await reconcile('--site', 'VNE51', '-o', 'csv');
    assert.equal(stdout.trim(), 'concern,site,asid,prescription,messageId,at,detail,todo');
    const all = (await reconcile('-o', 'csv')).stdout.trim().split('\r\n');
    assert.ok(all.length > 5);
    assert.match(all[1] ?? '', /^[a-z-]+,[A-Z0-9]+,/);
    const { totals } = await found('--asid', '999000000201');
    assert.ok((totals['nothing-since'] ?? 0) > 0);
    assert.equal(totals.cancellation, undefined);
    const words = (await reconcile('--limit', '1')).stdout;
    assert.match(words, /received (\d+) = stored \d+ \+ rejected \d+\n/);
    assert.match(words, /proof balance-1: .* the same SHA-256, [0-9a-f]{64}\n/);
    assert.match(words, /and \d+ more/);
    for (const argv of [
      ['--until', 'yesterday'],
      ['--limit', '0'],
      ['--sent', join(folder, 'none')],
      ['--until', '2020-01-01T00:00:00Z'],
      ['--incident', 'INC-1'],
    ]) {
      const answer = await reconcile(...argv);
      assert.equal(answer.code, 2, argv.join(' '));
      assert.match(answer.stderr, /^spine reconcile: /);
    }
  });
});

describe('the report of an incident', () => {
  let number = '';
  const report = (...argv: readonly string[]) =>
    ranOn(spine().databaseUrl, operationsCommands, ['incident', 'report', number, ...argv]);
  before(() => {
    process.env['OPENSPINE_STATUS_FOLDER'] = status().folder;
    const { store } = status().site;
    const beganAt = new Date(since);
    const opened = openIncident(store, anOpening({ at: new Date(), beganAt }));
    assert.ok(opened.ok);
    number = opened.value.number;
    const common = { at: new Date(), by: 'technical', version: null } as const;
    const resolve = { ...common, kind: 'Resolve', text: 'It works.', check: null } as const;
    assert.ok(changeIncident(store, number, resolve).ok);
  });
  after(() => {
    delete process.env['OPENSPINE_STATUS_FOLDER'];
  });

  test('has its timeline from the events, and the proof from the record', async () => {
    const { code, stdout } = await report();
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^# ${number}: Smartcards are refused`));
    assert.match(stdout, /## Timeline\n[^]*Detected[^]*Resolved/);
    assert.match(
      stdout,
      /- Nothing that was received was lost\\?\.\n- received \d+ = stored \d+ \+ rejected/,
    );
    assert.match(stdout, /- Returned, and not offered again: \d+|- Offered, but not taken: \d+/);
    assert.match(stdout, /## Root cause\n\n\(to be written by people\)/);
    const file = join(folder, 'report.md');
    assert.equal((await report('--out', file)).code, 0);
    assert.match(readFileSync(file, 'utf8'), /## Scope/);
    assert.equal((await report('--out', file)).code, 2); // nobody's words are written over
    const window = await ranOn(spine().databaseUrl, operationsCommands, [
      'reconcile',
      '--incident',
      number,
    ]);
    assert.match(window.stdout, new RegExp(`^${since.slice(0, 19)}`));
  });

  test('is written without the database too, and says what it lacks; then it is reviewed', async () => {
    const { code, stdout } = await ran(operationsCommands, ['incident', 'report', number]);
    assert.equal(code, 0);
    assert.match(stdout, /Not reconciled: the database did not answer/);
    const review = ['incident', 'review', number, '--text', 'A certificate had run out.'];
    assert.equal((await ran(operationsCommands, review)).code, 0);
    assert.match((await report()).stdout, /A certificate had run out/);
  });
});

describe('what is not as it must be', () => {
  test('is found: a prescription in no queue', async () => {
    const journey = await sent();
    await execute(
      `delete from prescriptions.download_queue where prescription_id = '${journey.id.slice(0, -1)}'`,
    );
    assert.deepEqual(await about(journey), ['never-offered']);
  });

  test('is found: a message without its events, and one that is gone', async () => {
    assert.equal((await reconcile()).code, 0);
    const [one, other] = [await sent(), await sent()];
    const place = (journey: Journey): string => `'${journey.id.slice(0, -1)}'`;
    await execute(`delete from prescriptions.event where prescription_id = ${place(one)}`);
    await execute(`delete from prescriptions.message where prescription_ids[1] = ${place(other)}`);
    const { code, stdout } = await reconcile('-o', 'json');
    assert.equal(code, 5);
    const { balance, rows } = JSON.parse(stdout) as Reconciliation;
    assert.equal(balance.received, balance.stored + balance.rejected + 2);
    assert.notEqual(balance.proof.received, balance.proof.kept);
    const lost = rows.filter(({ concern }) => concern === 'unbalanced');
    assert.deepEqual(
      new Set(lost.map(({ prescription }) => prescription)),
      new Set([one.id, other.id]),
    );
    assert.match((await reconcile()).stdout, /received \d+ ≠ stored/);
  });
});
