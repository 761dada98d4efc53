// Shows: Operations | commands open, update and close incidents, publish their report, and plan and cancel maintenance; two people at once, one is refused
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { ran } from '../../src/cli/testing.ts';
import { operationsCommands } from '../../src/operations/cli.ts';
import { TO_BE_WRITTEN } from '../../src/operations/incidents/report/report.ts';
import { testStatus } from './status.ts';

const status = testStatus();

const bodyOf = async (path: string): Promise<string> =>
  (await fetch(`${status().url}${path}`, { redirect: 'manual' })).text();

describe('commands', () => {
  const spine = (...argv: readonly string[]) => ran(operationsCommands, argv);
  before(() => {
    process.env['OPENSPINE_STATUS_FOLDER'] = status().folder;
  });
  after(() => {
    delete process.env['OPENSPINE_STATUS_FOLDER'];
  });

  const opened = async (): Promise<string> => {
    const answer = await spine(
      'incident',
      'open',
      '--component',
      'claim',
      '--symptom',
      'Claims are refused',
      '-o',
      'json',
    );
    assert.equal(answer.code, 0, answer.stderr);
    return JSON.parse(answer.stdout).number;
  };

  test('open, update and resolve an incident, and the site follows', async () => {
    const number = await opened();
    const updated = await spine(
      'incident',
      'update',
      number,
      '--text',
      'We know why.',
      '--stage',
      'identified',
      '--do-not',
      'Do not send again what was accepted.',
    );
    assert.equal(updated.code, 0, updated.stderr);
    await status().refresh();
    const page = await bodyOf(`/incidents/${number}/`);
    assert.match(page, /Do not send again what was accepted/);
    assert.match(page, new RegExp(`>Ask your local IT support\\. Quote ${number}\\.<`));
    assert.match(page, /Claim<\/th><td>affected<\/td>/i);
    assert.equal((await spine('incident', 'resolve', number, '--text', 'It works.')).code, 0);
    await status().refresh();
    assert.match(await bodyOf(`/incidents/${number}/`), /resolved/);
    assert.match(await bodyOf('/history/component/claim/'), new RegExp(number));
    const report = join(status().folder, 'report.md');
    assert.equal((await spine('incident', 'report', number, '--out', report)).code, 0);
    const reviewed = (...more: readonly string[]) =>
      spine('incident', 'review', number, '--text', 'A certificate had run out.', ...more);
    assert.match((await reviewed('--report', report)).stderr, /line \d+ is still to be written/);
    assert.match((await reviewed('--report', `${report}.no`)).stderr, /no such file/);
    const words = readFileSync(report, 'utf8').replaceAll(TO_BE_WRITTEN, 'We watch it now.');
    writeFileSync(report, words);
    assert.equal((await reviewed('--report', report)).code, 0);
    await status().refresh();
    const link = new RegExp(`href="/incidents/${number}/report/"`);
    assert.match(await bodyOf('/history/'), link);
    assert.match(await bodyOf(`/incidents/${number}/report/`), /We watch it now\./);
    const again = await spine('incident', 'resolve', number, '--text', 'It works.');
    assert.equal(again.code, 1);
    assert.match(again.stderr, /Closed: It is closed\. Open another one: spine incident open/);
  });

  test('of two people who saw the same version, do what the first says', async () => {
    const number = await opened();
    const shown = await spine('incident', 'show', number, '-o', 'json');
    const version = String(JSON.parse(shown.stdout).version);
    const say = (words: string) =>
      spine('incident', 'update', number, '--version', version, '--text', words);
    assert.equal((await say('One.')).code, 0);
    const second = await say('Two.');
    assert.equal(second.code, 1);
    assert.match(second.stderr, /Moved: Somebody else has changed it since/);
  });

  test('refuse what was typed wrong, and say what is right', async () => {
    for (const [argv, words] of [
      [
        ['incident', 'open', '--component', 'claims', '--symptom', 'x'],
        /"claims" is not known: sign-in/,
      ],
      [['incident', 'open', '--symptom', 'x'], /PlaceMissing: Name at least one component/],
      [
        ['incident', 'open', '--component', 'claim', '--impact', '6', '--symptom', 'x'],
        /numbers from 1 to 5/,
      ],
      [['incident', 'update', 'INC-1', '--text', 'x'], /not a number such as INC-20141016-01/],
      [['incident', 'update', 'INC-20141016-99', '--text', 'x'], /NotFound/],
      [
        [
          'incident',
          'open',
          '--component',
          'claim',
          '--began',
          '2026-12-01 08:15',
          '--symptom',
          'x',
        ],
        /an instant such as/,
      ],
    ] as const) {
      const answer = await spine(...argv);
      assert.ok(answer.code === 1 || answer.code === 2, argv.join(' '));
      assert.match(answer.stderr, words);
    }
  });

  test('plan, start, end and cancel maintenance; a cancelled one stays on the page', async () => {
    const plan = async () => {
      const from = new Date(Date.now() + 3_600_000).toISOString().replace(/\.\d+/, '');
      const until = new Date(Date.now() + 7_200_000).toISOString().replace(/\.\d+/, '');
      const answer = await spine(
        'maintenance',
        'plan',
        '--component',
        'tracker',
        '--from',
        from,
        '--until',
        until,
        '--title',
        'New tracker',
        '--effect',
        'No tracker',
        '-o',
        'json',
      );
      assert.equal(answer.code, 0, answer.stderr);
      return String(JSON.parse(answer.stdout).number);
    };
    const [one, other] = [await plan(), await plan()];
    assert.equal((await spine('maintenance', 'start', one)).code, 0);
    assert.equal((await spine('maintenance', 'end', one)).code, 0);
    assert.equal(
      (await spine('maintenance', 'cancel', other, '--reason', 'An incident is open.')).code,
      0,
    );
    assert.equal((await spine('maintenance', 'start', other)).code, 1);
    await status().refresh();
    const page = await bodyOf('/maintenance/');
    assert.match(page, /An incident is open\./);
    assert.match(await bodyOf('/status/v1/feed.atom'), /maintenance cancelled: New tracker/);
  });
});
