import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { type Command, EXIT, type Invocation, textOption } from '../../cli/command.ts';
import { Trouble } from '../../platform/trouble.ts';
import type { Packing } from '../lx1/write-part.ts';
import { feedEnd } from '../catch-up/feed-end.ts';
import { readManifest } from '../lx1/manifest.ts';
import { signingKeyIn } from '../signing-key.ts';
import { AUTHORITIES, dumpFolder, feedFolder, generateDump, TRUTH } from './generate.ts';
import { stopOldStore } from './stop.ts';

const PRESCRIPTIONS_MAX = 16_000_000; // as many as six hexadecimal digits of an id tell apart
const KEY = 'export-key.pem';

/** `spine migrate generate`: an old store that never was, and the truth about it [MIGRATION 11]. */
export const generateCommand: Command = {
  name: 'migrate generate',
  summary:
    'write the export of an invented old store, signed, and beside it what is true of each id',
  usage: '<folder>',
  options: [
    {
      flag: 'n',
      value: 'number',
      help: `prescriptions, up to ${PRESCRIPTIONS_MAX}`,
      default: '1000',
    },
    { flag: 'seed', value: 'number', help: 'the same one gives the same export', default: '1' },
    { flag: 'per-part', value: 'number', help: 'prescriptions in one part', default: '20000' },
    {
      flag: 'dirt',
      value: 'times',
      help: 'share of wrong rows: 1 as it was found in life, 0 none',
      default: '1',
    },
    {
      flag: 'changing',
      value: 'share',
      help: 'of the prescriptions without faults, how many go on after the export; a quarter of as many come anew',
      default: '0',
    },
    {
      flag: 'people',
      value: 'number',
      help: 'patients with nominations, and users with roles and cards',
      default: '10',
    },
    { flag: 'as-of', value: 'instant', help: 'when it is made', default: '2014-08-24T02:00:00Z' },
    {
      flag: 'packing',
      value: 'how',
      help: 'how tables are packed',
      default: 'none',
      choices: ['none', 'gzip', 'zstd'],
    },
    {
      flag: 'format',
      value: 'format',
      help: 'LX-1: tables; LX-2: a document for each prescription',
      default: 'LX-1',
      choices: ['LX-1', 'LX-2'],
    },
  ],
  examples: [
    {
      line: 'spine migrate generate ./old-store',
      explanation:
        'a thousand prescriptions in ./old-store/export, the truth in ./old-store/truth.ndjson',
    },
    {
      line: 'spine migrate generate ./old-store --n 100000 --as-of 2014-10-30T02:00:00Z',
      explanation: 'with acts in the hour that the clocks showed twice',
    },
    {
      line: 'spine migrate inspect ./old-store/export --key ./old-store/export-key.pem',
      explanation: 'what is in it',
    },
  ],
  run: generate,
};

async function generate(invocation: Invocation): Promise<number> {
  const { words, output } = invocation;
  const wanted = wantedOf(invocation);
  if (typeof wanted === 'string') {
    output.progress(`spine migrate generate: ${wanted}`);
    return EXIT.wrongUse;
  }
  const folder = words[0] ?? '';
  const privateKeyPem = await keyIn(folder);
  const { newSigners } = await import('./signers.ts');
  const made = { ...wanted, folder, privateKeyPem, signers: await newSigners() };
  const manifest = await generateDump(made, (done) =>
    output.progress(`${done} of ${wanted.prescriptions} prescriptions written`),
  );
  const beside = (name: string): string => join(folder, name);
  const facts = {
    folder: dumpFolder(folder),
    key: beside(KEY),
    truth: beside(TRUTH),
    authorities: beside(AUTHORITIES),
  };
  output.result(
    `${wanted.prescriptions} prescriptions are in ${facts.folder}, signed by ${facts.key}; the truth about them is in ${facts.truth}, and the authorities of those who signed them in ${facts.authorities}`,
    { ...facts, exportId: manifest.exportId, prescriptions: wanted.prescriptions },
  );
  return EXIT.ok;
}

/** `spine migrate stop`: the invented old store stops, as a real one must at the switch. */
export const stopCommand: Command = {
  name: 'migrate stop',
  summary: 'have an invented old store say, signed, that nothing is in flight and it is read only',
  usage: '<folder>',
  options: [],
  examples: [
    {
      line: 'spine migrate stop ./old-store',
      explanation: 'DRAINED.json and FROZEN.json beside its feed, for two steps of the switch',
    },
    {
      line: 'spine migrate cut-over plan.json --step drain',
      explanation: 'the step that reads the first of them',
    },
    {
      line: 'spine migrate cut-over plan.json --step freeze',
      explanation: 'the step that reads the other',
    },
  ],
  run: stop,
};

async function stop({ words, output }: Invocation): Promise<number> {
  const [folder] = words;
  if (folder === undefined) {
    output.progress('spine migrate stop: name the folder of the old store');
    return EXIT.wrongUse;
  }
  const feed = feedFolder(folder);
  const publicKeyPem = await readFile(join(folder, KEY), 'utf8');
  const { exportId } = await readManifest(dumpFolder(folder), publicKeyPem);
  const { last: lastChange } = await feedEnd(feed, { exportId, publicKeyPem }, 0);
  await stopOldStore(feed, { exportId, lastChange }, await signingKeyIn(folder, 'export-key'));
  output.result(`the old store has stopped at change ${lastChange}`, { exportId, lastChange });
  return EXIT.ok;
}

/** What is to be made; or what is wrong with what was typed. */
function wantedOf(invocation: Invocation) {
  const number = (flag: string): number => Number(textOption(invocation, flag));
  const [prescriptions, seed, perPart] = [number('n'), number('seed'), number('per-part')];
  const counts = [prescriptions, seed, perPart];
  if (invocation.words.length !== 1) return 'name one folder';
  if (!counts.every((one) => Number.isInteger(one) && one >= 1 && one <= PRESCRIPTIONS_MAX)) {
    return `--n, --seed and --per-part are whole numbers from 1 to ${PRESCRIPTIONS_MAX}`;
  }
  const dirt = number('dirt');
  if (!(dirt >= 0 && dirt <= 20)) return '--dirt is a number from 0 to 20';
  const changing = number('changing');
  if (!(changing >= 0 && changing <= 1)) return '--changing is a number from 0 to 1';
  const people = number('people');
  if (!(Number.isInteger(people) && people >= 0 && people <= prescriptions)) {
    return '--people is a whole number from 0 to that of the prescriptions';
  }
  const asOfMs = Date.parse(textOption(invocation, 'as-of') ?? '');
  if (Number.isNaN(asOfMs)) return '--as-of is an instant, as 2014-08-24T02:00:00Z';
  const packing: Packing =
    PACKINGS.find((one) => one === textOption(invocation, 'packing')) ?? 'none';
  return {
    prescriptions,
    seed,
    perPart,
    dirt,
    changing,
    people,
    asOfMs,
    packing,
    format: textOption(invocation, 'format') === 'LX-2' ? ('LX-2' as const) : ('LX-1' as const),
    pharmacies: 9000,
    surgeries: 7000,
  };
}

const PACKINGS = ['none', 'gzip', 'zstd'] as const;

/** The folder of the export must be new; the key that signs is made with the first export of a folder. */
async function keyIn(folder: string): Promise<string> {
  if (existsSync(dumpFolder(folder))) {
    throw new Trouble(
      `${dumpFolder(folder)} is there already`,
      'name another folder, or remove it',
    );
  }
  await mkdir(folder, { recursive: true });
  return signingKeyIn(folder, 'export-key');
}
