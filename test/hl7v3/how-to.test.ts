// Shows: HL7 V3 | the how-to for existing systems: every command of the page is run as it stands there
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { ranOn } from '../../src/cli/testing.ts';
import { directoryCommands } from '../../src/directory/cli.ts';
import { handlersOfParty } from '../../src/directory/endpoints/index.ts';
import { familyOf } from '../../src/gateways/hl7v3/directory.ts';
import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { inspectCommand } from '../../src/prescriptions/inspect/cli.ts';
import { hl7Frame, send, SPINE_PARTY, wrapped } from '../support/hl7v3.ts';
import { RETURN_UK, testDoor } from './door.ts';

const PAGE = fileURLToPath(new URL('../../docs/how-to/existing-systems.md', import.meta.url));
const { door, url, database } = testDoor(TEST_SYSTEMS.pharmacy, {});
const SYSTEM = {
  name: 'surgery',
  ods: 'A83008',
  asid: '999000000777',
  partyKey: 'A83008-900777',
} as const;

let folder = '';
let page = '';
const home = process.cwd();
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openspine-how-to-'));
  page = await readFile(PAGE, 'utf8');
  process.chdir(folder);
});
after(async () => {
  process.chdir(home);
  await rm(folder, { recursive: true });
});

/** The blocks of a language, in their order. */
function blocks(language: string): string[] {
  const shape = new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm');
  return [...page.matchAll(shape)].map(([, text = '']) => text.trim());
}

/** What curl would do; not every machine has it. */
async function asCurl(words: readonly string[]): Promise<string> {
  const file = (flag: string): Promise<Buffer> => readFile(words[words.indexOf(flag) + 1] ?? '');
  const agent = new Agent({
    ca: await file('--cacert'),
    cert: await file('--cert'),
    key: await file('--key'),
  });
  const address = words.at(-1)?.replace('https://localhost:4402', door().url) ?? '';
  const { text } = await send(agent, address, {});
  agent.destroy();
  return text;
}

describe('the how-to for existing systems', () => {
  test('runs as it is written: directory, certificates, health, inspection', async () => {
    const [systems = ''] = blocks('json');
    await writeFile('systems.json', systems);
    const lines = blocks('sh').flatMap((block) => block.split('\n'));
    const said: string[] = [];
    for (const line of lines) {
      const [program, ...words] = line.split(' ');
      if (program === 'spine') {
        const { code, stdout, stderr } = await ranOn(
          url(),
          [...directoryCommands([]), inspectCommand],
          words,
        );
        assert.equal(code, words[0] === 'inspect' ? 1 : 0, `${line}\n${stderr}`); // it never came
        said.push(stdout + stderr);
      } else {
        said.push(await asCurl(words));
      }
    }
    assert.equal(lines.length, 6);
    assert.match(said[0] ?? '', /^1 systems and 3 message handlers imported/);
    assert.ok(said[3]?.includes('A83008-900777  999000000777'));
    assert.equal(said[4], 'OK');
  });

  test('leaves a system that is acknowledged at the address and contract that it names', async () => {
    const [, path = ''] = /`https:\/\/localhost:4402(\/reliablemessaging\/\w+)`/.exec(page) ?? [];
    const agent = new Agent({
      key: await readFile('certificates/A83008-900777.key'),
      cert: await readFile('certificates/A83008-900777.pem'),
      ca: await readFile('certificates/endpoint-ca.pem'),
    });
    const known = await handlersOfParty(database(), SPINE_PARTY);
    const contracts = known.map(
      ({ interaction, cpaId }) => `${familyOf(interaction).slice(-6)} ${cpaId}`,
    );
    const given = [...page.matchAll(/(\d{6}) `(S2\w+)`/g)].map(([, of, id]) => `${of} ${id}`);
    assert.deepEqual(
      given.toSorted((one, other) => one.localeCompare(other)),
      contracts.toSorted((one, other) => one.localeCompare(other)),
    );
    const cpaId =
      given
        .find((one) => one.startsWith('100101'))
        ?.split(' ')
        .at(-1) ?? '';
    const back = hl7Frame({ system: SYSTEM, interaction: RETURN_UK, subject: '<Act/>' });
    const taken = await send(
      agent,
      `${door().url}${path}`,
      wrapped({ system: SYSTEM, interaction: RETURN_UK, payload: back, cpaId }),
    );
    assert.equal(taken.status, 202, taken.text);
    agent.destroy();
  });
});
