// Shows: Command line | every verb has help with three examples, and prints the curl of what it did
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { domainCommands } from './index.ts';
import { fakeSpine } from './testing.ts';
import { ran } from '../../cli/testing.ts';
import { installationCommands } from '../../installation/commands.ts';
import { localCommands } from '../cli.ts';
import { parseJson, textAt } from '../client/json.ts';

const never = (): never => {
  throw new Error('help does nothing');
};
const parts = {
  version: '0',
  migrate: never,
  seed: never,
  probe: never,
  shown: never,
};
const COMMANDS = [...installationCommands(parts), ...localCommands(), ...domainCommands()];
const VERBS =
  'up down status who token doctor version demo prescribe release return dispense withdraw claim cancel track clock';

describe('--help', () => {
  for (const verb of VERBS.split(' ')) {
    test(`of spine ${verb} says what it does, its options, and three examples`, async () => {
      const { stdout } = await ran(COMMANDS, [verb, '--help']);
      assert.match(stdout, new RegExp(`^spine ${verb} - .`));
      assert.match(stdout, /-h, --help/);
      const [, examples = ''] = stdout.split('Examples\n');
      assert.ok((examples.match(/^ {2}\S.*$/gm) ?? []).length >= 3, examples);
    });
  }
});

describe('--curl', () => {
  const { spine } = fakeSpine();
  const steps: readonly (readonly [verb: string, words: readonly string[], path: RegExp])[] = [
    ['release', [], /\/fhir-dispensing\/FHIR\/R4\/Task\/\$release'/],
    ['dispense', [], /\/fhir-dispensing\/FHIR\/R4\/\$process-message'/],
    ['withdraw', ['--reason', 'QU'], /\/fhir-dispensing\/FHIR\/R4\/Task'/],
    ['dispense', [], /\/fhir-dispensing\/FHIR\/R4\/\$process-message'/],
    ['claim', [], /\/fhir-dispensing\/FHIR\/R4\/Claim'/],
    ['return', ['--reason', '0001'], /\/fhir-dispensing\/FHIR\/R4\/Task'/],
    ['cancel', [], /\/fhir-prescribing\/FHIR\/R4\/\$process-message'/],
    ['track', [], /\/electronic-prescriptions\/FHIR\/R4\/Task\?/],
  ];
  test('of each verb of the domain prints the request that it sent, without the token', async () => {
    const prescribed = await spine('prescribe', '--curl', '-o', 'json');
    assert.match(prescribed.stderr, /curl -X POST '.*\$process-message'/);
    const id = textAt(parseJson(prescribed.stdout), 'prescriptionId') ?? '';
    for (const [verb, words, path] of steps) {
      const { code, stderr } = await spine(verb, id, ...words, '--curl');
      assert.equal(code, 0, `${verb}: ${stderr}`);
      assert.match(stderr, new RegExp(`curl .*'http://127.0.0.1:\\d+${path.source}`), verb);
      assert.doesNotMatch(stderr, /aaa\.bbb\.ccc/);
    }
  });
});
