import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { type Command, EXIT, isSet, textOption } from './command.ts';
import { aCommand, ran } from './testing.ts';
import { Trouble } from '../platform/trouble.ts';

const list = aCommand('track', {
  usage: '<prescription-id>',
  options: [
    { flag: 'status', value: 'code', help: 'only these', default: 'all', choices: ['all', 'none'] },
    { flag: 'long', help: 'more of it' },
  ],
  formats: ['env'],
  run: async (invocation) => {
    const { words, globals, output } = invocation;
    output.progress(output.paint('green', 'working'));
    const status = textOption(invocation, 'status');
    output.result(`${words.join('+')} is ${status}`, [
      { words, status, long: isSet(invocation, 'long') },
      globals,
    ]);
    return EXIT.ok;
  },
});

const commands: readonly Command[] = [
  list,
  aCommand('clock'),
  aCommand('clock advance', { run: async () => EXIT.refused }),
  aCommand('up'),
];

function failing(error: Error): readonly Command[] {
  const run = async (): Promise<number> => {
    throw error;
  };
  return [aCommand('up', { run })];
}

describe('a command line', () => {
  test('gives the command its words, its own options and the global ones', async () => {
    const argv = ['track', 'ABC', '--long', '-o', 'json', '--dc', 'b', '--as', 'gp'];
    const { code, stdout } = await ran(commands, argv);
    assert.equal(code, 0);
    assert.deepEqual(JSON.parse(stdout), [
      { words: ['ABC'], status: 'all', long: true },
      { at: null, datacentre: 'b', persona: 'gp', curl: false, debug: false },
    ]);
  });

  test('puts the result on stdout and progress on stderr', async () => {
    const answer = await ran(commands, ['track', 'ABC']);
    assert.deepEqual(answer, { code: 0, stdout: 'ABC is all\n', stderr: 'working\n' });
  });

  test('prints one line for each thing with -o ndjson', async () => {
    const { stdout } = await ran(commands, ['track', 'ABC', '-o', 'ndjson']);
    assert.equal(stdout.trim().split('\n').length, 2);
  });

  test('prefers the longer name of a command', async () => {
    assert.equal((await ran(commands, ['clock', 'advance'])).code, 1);
    assert.equal((await ran(commands, ['clock'])).code, 0);
  });
});

describe('colour', () => {
  test('is used on a terminal only, and not when NO_COLOR is set', async () => {
    const argv = ['track', 'ABC'];
    const [onTerminal, asked, piped] = [
      await ran(commands, argv, { isTTY: true }),
      await ran(commands, argv, { isTTY: true, env: { NO_COLOR: '1' } }),
      await ran(commands, argv),
    ];
    assert.equal(onTerminal.stderr, '\u001B[32mworking\u001B[39m\n');
    assert.equal(asked.stderr, 'working\n');
    assert.equal(piped.stderr, 'working\n');
  });
});

describe('wrong use', () => {
  const cases: readonly (readonly [argv: readonly string[], says: RegExp])[] = [
    [['trakc'], /did you mean: spine track/],
    [['clock', 'advanse'], /Unexpected argument 'advanse'/],
    [['zzz'], /there is no command "zzz"/],
    [['--dc', 'a', 'up'], /the command comes first/],
    [['up', '--bogus'], /Unknown option '--bogus'/],
    [['up', 'word'], /Unexpected argument 'word'/],
    [['track', 'ABC', '--status'], /'--status <value>' argument missing/],
    [['track', 'ABC', '--status', 'some'], /--status is one of all, none, not "some"/],
    [['up', '-o', 'xml'], /--output is one of text, json, ndjson, not "xml"/],
    [['up', '-o', 'env'], /--output is one of text, json, ndjson, not "env"/],
    [['up', '--dc', 'c'], /--dc is one of a, b/],
    [['help', 'zzz'], /there is no command "zzz"/],
  ];
  for (const [argv, says] of cases) {
    test(`spine ${argv.join(' ')} is explained and ends with 2`, async () => {
      const { code, stdout, stderr } = await ran(commands, argv);
      assert.equal(code, EXIT.wrongUse);
      assert.equal(stdout, '');
      assert.match(stderr, says);
    });
  }

  test('of a verb that exists only with a second word lists those', async () => {
    const { code, stderr } = await ran([aCommand('dc fail'), aCommand('dc heal')], ['dc']);
    assert.equal(code, EXIT.wrongUse);
    assert.match(stderr, /there are: dc fail, dc heal/);
  });
});

describe('help', () => {
  test('of everything lists each command', async () => {
    for (const argv of [[], ['--help'], ['-h'], ['help']]) {
      const { code, stdout } = await ran(commands, argv);
      assert.equal(code, 0);
      for (const { name, summary } of commands)
        assert.match(stdout, new RegExp(`${name} .*${summary}`));
    }
  });

  test('of a command shows its options, their defaults and three examples', async () => {
    const { code, stdout } = await ran(commands, ['track', '--help']);
    assert.equal(code, 0);
    assert.match(stdout, /Usage: spine track <prescription-id> \[options\]/);
    assert.match(stdout, /--status <code> {2}only these \(default all\)/);
    assert.equal(stdout.split('an example').length, 4);
    assert.equal((await ran(commands, ['help', 'track'])).stdout, stdout);
    assert.match((await ran(commands, ['clock', 'advance', '-h'])).stdout, /spine clock advance -/);
  });
});

describe('an error', () => {
  test('that a person can mend is said with its remedy and no stack trace', async () => {
    const { code, stderr } = await ran(failing(new Trouble('no room', 'buy a disk')), ['up']);
    assert.equal(code, EXIT.refused);
    assert.equal(stderr, 'spine up: no room\nwhat to do: buy a disk\n');
  });

  test('of a connection that is refused ends with 4', async () => {
    const cause = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
    for (const error of [cause, new TypeError('fetch failed', { cause })]) {
      assert.equal((await ran(failing(error), ['up'])).code, EXIT.notReachable);
    }
  });

  test('that nobody expected is one line, and a stack trace with --debug', async () => {
    const short = await ran(failing(new Error('oh\nno')), ['up']);
    assert.equal(short.code, EXIT.bug);
    assert.match(short.stderr, /^spine up: unexpected: oh\nthe same command with --debug/);
    assert.match((await ran(failing(new Error('oh')), ['up', '--debug'])).stderr, /run\.test\.ts/);
  });
});
