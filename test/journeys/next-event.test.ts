// Shows: Time | `spine clock advance --to next-event` goes to what falls due next, does it and prints it
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ran } from '../../src/cli/testing.ts';
import { localCommands } from '../../src/local/cli.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { order } from '../../src/local/sample-messages/index.ts';
import { newShortFormId } from '../../src/local/sample-messages/prescription-id.ts';
import { anOrder } from '../../src/local/testing.ts';
import { testSpine } from '../support/server.ts';

const spine = testSpine();

async function advance(...argv: readonly string[]) {
  const { code, stdout, stderr } = await ran(localCommands(), [
    'clock',
    'advance',
    ...argv,
    '--at',
    spine().url,
  ]);
  return { code, lines: stdout.trimEnd().split('\n'), stderr };
}

test('from one event to the next, each on its day, in order', async () => {
  await spine().setClock('2035-03-20T12:00:00Z');
  const shortFormId = newShortFormId(PERSONAS.prescriber.organisation.ods, Math.random);
  const sent = anOrder({ shortFormId, authoredAt: new Date('2035-03-25T12:00:00Z') });
  const answer = await spine().call('/fhir-prescribing/FHIR/R4/$process-message', {
    body: order(sent),
  });
  assert.equal(answer.status, 200, answer.text);
  const told: string[] = [];
  // The journey that the installation sent through itself at its start falls due among them.
  for (let event = 0; event < 8; event += 1) {
    const { code, lines, stderr } = await advance('--to', 'next-event');
    if (code !== 0) {
      assert.match(stderr, /Time brings nothing to any prescription here/);
      break;
    }
    const [now, ...done] = lines;
    assert.ok(done.length > 0, String(now));
    told.push(...done.filter((line) => line.includes(shortFormId.slice(0, -1))).map(shortened));
  }
  // Summer time began on 25 March, and the days are those of London.
  assert.deepEqual(told, ['2035-03-25 became ready', '2035-09-25 expired', '2035-12-24 deleted']);
});

function shortened(line: string): string {
  return line.replace(/ {2}[0-9A-F-]+ {2}issue 1 {2}/, ' ');
}

test('asks for a duration or for the next event, not both and not neither', async () => {
  for (const argv of [[], ['3d', '--to', 'next-event'], ['--to', 'tomorrow'], ['soon']]) {
    assert.equal((await advance(...argv)).code, 2, argv.join(' '));
  }
});
