// Shows: Migration | of feeds that were doubled, mixed up, cut or spoilt none applies anything that is not whole and in its turn
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import fc from 'fast-check';

import { readFeed } from '../../src/migration/catch-up/read-feed.ts';
import { writeSegment } from '../../src/migration/generate/feed-file.ts';
import { feedFolder } from '../../src/migration/generate/generate.ts';
import { aDump, aFolder, EXPORTER } from '../../src/migration/testing.ts';
import { Trouble } from '../../src/platform/trouble.ts';
import { times } from './counted.ts';

const FEEDS = times(200, 1_000);
const SEED = 20140824;

let header = '';
let lines: readonly string[] = [];
let whole: readonly string[] = [];
let exportId = '';
let folder = '';

before(async () => {
  const made = await aDump({ prescriptions: 30, perPart: 30, dirt: 0, changing: 0.5, seed: 43 });
  ({ exportId } = made.dump.manifest);
  const text = readFileSync(join(feedFolder(made.folder), 'CHANGE.000001.csv'), 'latin1');
  const [first = '', ...rest] = text.split(/(?<=BEFORE\n)|(?<=\n)(?=\d+,T)/);
  [header, lines] = [first, rest];
  folder = await aFolder();
  whole = await transactionsOf([lines.join('')]);
});

/** What of a feed would be applied, transaction by transaction, and why no more is. */
async function applied(
  segments: readonly string[],
  after: number,
): Promise<{ transactions: string[]; stopped: unknown }> {
  for (const [number, text] of segments.entries()) {
    const segment = { exportId, number: number + 1, text: header + text };
    await writeSegment(folder, segment, EXPORTER.privateKey);
  }
  const transactions: string[] = [];
  const owner = { exportId, publicKeyPem: EXPORTER.publicKey, after };
  try {
    for await (const some of readFeed(folder, owner)) transactions.push(JSON.stringify(some));
    return { transactions, stopped: null };
  } catch (stopped) {
    return { transactions, stopped };
  }
}

async function transactionsOf(segments: readonly string[]): Promise<string[]> {
  const { transactions, stopped } = await applied(segments, 0);
  assert.equal(stopped, null);
  return transactions;
}

type Mutated = { readonly text: string; readonly isHarmless: boolean };

const changed = (at: number, put: (line: string) => string): string =>
  lines.map((line, n) => (n === at % lines.length ? put(line) : line)).join('');

/** What can become of a feed on its way [MIGRATION 9, MF5]. */
const MUTATIONS: Readonly<Record<string, (at: number, to: number) => Mutated>> = {
  'a change twice': (at) => ({ text: changed(at, (line) => line + line), isHarmless: true }),
  'a change once more at another place': (at, to) => {
    const again = lines[Math.min(at, to) % lines.length] ?? '';
    const behind = Math.max(at % lines.length, to % lines.length);
    return { text: changed(behind, (line) => line + again), isHarmless: true };
  },
  'from the start once more': (at) => ({
    text: [...lines.slice(0, at % lines.length), ...lines].join(''),
    isHarmless: true,
  }),
  'two changes in each other’s place': (at, to) => {
    const mixed = [...lines];
    const [one, other] = [at % lines.length, to % lines.length];
    [mixed[one], mixed[other]] = [lines[other] ?? '', lines[one] ?? ''];
    return { text: mixed.join(''), isHarmless: one === other };
  },
  'a change missing': (at) => ({ text: changed(at, () => ''), isHarmless: false }),
  'cut at its end': (at) => ({
    text: lines.slice(0, at % lines.length).join(''),
    isHarmless: false,
  }),
  'cut within a change': (at) => ({
    text: lines.join('').slice(0, at % lines.join('').length),
    isHarmless: false,
  }),
  'a row of rubbish': (at, to) => ({
    text: changed(at, (line) => line.slice(0, to % line.length).replaceAll('"', '\u00a7')),
    isHarmless: false,
  }),
  'a letter lost': (at, to) => ({
    text: changed(at, (line) => {
      const place = line.indexOf('{') + (to % 3);
      return line.slice(0, place) + line.slice(place + 1);
    }),
    isHarmless: false,
  }),
  'two transactions in one': (at) => ({
    text: changed(at, (line) => line.replace(/,Y,/, ',N,')),
    isHarmless: false,
  }),
};

describe(`${FEEDS} feeds that were spoilt on their way`, () => {
  const all = Object.entries(MUTATIONS);
  for (const [number, [name, mutate]] of all.entries()) {
    test(`apply nothing that is wrong: ${name}`, async () => {
      const each = fc.tuple(fc.nat(1_000_000), fc.nat(1_000_000), fc.boolean());
      const runs = { numRuns: FEEDS / all.length, seed: SEED + number };
      let stops = 0;
      for (const [at, to, isFromMiddle] of fc.sample(each, runs)) {
        const { text, isHarmless } = mutate(at, to);
        const after = isFromMiddle ? endOf(whole[at % whole.length]) : 0;
        const { transactions, stopped } = await applied([text], after);
        const right = whole.filter((one) => endOf(one) > after);
        assert.deepEqual(transactions, right.slice(0, transactions.length), `${at} ${to}`);
        assert.ok(stopped === null || stopped instanceof Trouble, String(stopped));
        if (stopped !== null) stops += 1;
        if (isHarmless) assert.equal(transactions.length, right.length, `${at} ${to}`);
      }
      if (/missing|rubbish|within/.test(name)) assert.ok(stops > runs.numRuns / 2, `${stops}`);
    });
  }
});

/** The number of the last change of a transaction. */
function endOf(transaction: string | undefined): number {
  const numbers = [...String(transaction).matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq));
  return Math.max(0, ...numbers);
}
