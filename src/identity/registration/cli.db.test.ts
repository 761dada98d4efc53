import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ranOn, type Ran } from '../../cli/testing.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { registrationCommands } from './cli.ts';

const database = testDatabase();
const MANAGER = ['--by', '555900150101'];
const AGENT = ['--by', '555900160101'];
const SPONSOR = ['--by', '555900170101'];

function spine(...argv: readonly string[]): Promise<Ran> {
  return ranOn(database().url, registrationCommands, ['ra', ...argv]);
}

async function said(...argv: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await spine(...argv);
  assert.equal(code, 0, stderr);
  return stdout.trim();
}

const NAME = ['--given', 'Joan', '--family', 'Synthetic-Starter', '--synthetic'];
const PROOF = ['--documents', 'passport,utility-bill,bank-statement'];
const NURSE = ['--org', 'A83008', '--job-role', 'S8000:G8000:R8001', '--activities', 'B0420'];

describe('spine ra', () => {
  test('takes a person from the first document to the work', async () => {
    const userId = await said('create', ...NAME, '--documents', 'passport', ...AGENT);
    assert.match(await said('evidence', userId, ...PROOF, ...AGENT), /level 3$/);
    await said('sponsor', '555900170101', '--org', 'A83008', ...MANAGER);
    const position = await said('position', 'Practice nurse', ...NURSE, ...AGENT);
    assert.match(await said('positions', 'a83008'), /Practice nurse {2}S8000:G8000:R8001 B0420/);
    const request = await said('request', userId, '--position', position, ...SPONSOR);
    assert.ok((await said('requests')).startsWith(`${request}  grant  ${userId}`));
    const own = await spine('approve', request, ...SPONSOR);
    assert.equal(own.code, 1);
    assert.match(own.stderr, /Only an agent/);
    assert.equal(await said('approve', request, ...AGENT), `${request} approved`);
    assert.equal(await said('requests'), '');
    assert.equal((await spine('refuse', request, ...AGENT)).code, 1);
    assert.equal(JSON.parse(await said('expiring', '30', '-o', 'json')).length, 0);
    assert.equal(await said('unused'), '');
  });

  test('opens and closes an organisation, and names sponsors and takes it away', async () => {
    await said('sponsor', '555900170101', '--org', 'VNE51', ...MANAGER);
    const words = await said('sponsor', '555900170101', '--org', 'VNE51', '--end', ...MANAGER);
    assert.equal(words, '555900170101 is no longer a sponsor of VNE51');
    const again = await spine('sponsor', '555900170101', '--org', 'VNE51', '--end', ...MANAGER);
    assert.match(again.stderr, /no sponsor of that organisation/);
    const closed = await said('organisation', 'vne51', '--until', '2026-01-31', ...MANAGER);
    assert.equal(closed, 'VNE51 ..2026-01-31');
    const nurse = await spine(
      'position',
      'Late nurse',
      '--org',
      'VNE51',
      ...NURSE.slice(2),
      ...AGENT,
    );
    assert.match(nurse.stderr, /This organisation is closed/);
    assert.equal(await said('organisation', 'VNE51', ...MANAGER), 'VNE51 ..');
  });

  test('merges two records when another person approves', async () => {
    const stays = await said('create', ...NAME, ...PROOF, ...AGENT);
    const goes = await said('create', ...NAME, ...PROOF, ...AGENT);
    const id = await said('merge', stays, '--other', goes, ...AGENT);
    assert.match(await said('requests'), new RegExp(`merge {2}${goes} into ${stays}`));
    assert.equal(await said('approve', id, ...MANAGER), `${id} approved`);
    const again = await spine('merge', stays, '--other', goes, ...AGENT);
    assert.match(again.stderr, /merged into another one before/);
  });

  test('says what is wrong', async () => {
    for (const [argv, code, words] of [
      [['create', ...NAME, ...PROOF], 2, /--by must say who/],
      [['create', ...NAME, '--documents', 'library-card', ...AGENT], 2, /must be some of passport/],
      [['create', '--given', '1', '--family', 'x', ...PROOF, ...AGENT], 2, /must be names/],
      [['create', ...NAME, '--email', 'x', ...PROOF, ...AGENT], 2, /--email is an address/],
      [['create', ...NAME, ...PROOF, ...SPONSOR], 1, /Only an agent/],
      [['sponsor', '1', '--org', 'A83008', ...MANAGER], 1, /Nobody knows this user/],
      [['sponsor', '555900170101', '--org', 'A83008', ...AGENT], 1, /Only a manager/],
      [['organisation', 'A83008', '--until', 'soon', ...MANAGER], 2, /are days/],
      [['organisation', 'A83008', ...AGENT], 1, /Only a manager/],
      [['position', 'X', '--org', 'A83008', '--job-role', 'R1', ...AGENT], 2, /has no name/],
      [['request', '555900010101', ...SPONSOR], 2, /one of them/],
      [['request', '555900010101', '--position', 'x', ...SPONSOR], 1, /no such position/],
      [['approve', 'x', ...AGENT], 1, /no such request/],
    ] as const) {
      const answer = await spine(...argv);
      assert.equal(answer.code, code, argv.join(' '));
      assert.match(answer.stderr, words);
    }
  });
});
