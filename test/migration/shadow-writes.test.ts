// Shows: Migration | what others sent the old store is played into a copy that is thrown away, and every answer that differs is counted or explained
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { ranOn } from '../../src/cli/testing.ts';
import { readyCommand } from '../../src/migration/cut-over/cli.ts';
import { feedFolder, MESSAGES, READS } from '../../src/migration/generate/generate.ts';
import { PLAN_KEY, planJson } from '../../src/migration/plan/plan.ts';
import { planFor } from '../../src/migration/scenario/switch.ts';
import { shadowCommand } from '../../src/migration/shadow/cli.ts';
import { readSigned, writeSigned } from '../../src/migration/signed-file.ts';
import { signingKeyIn } from '../../src/migration/signing-key.ts';
import { withCopy } from '../../src/migration/shadow/copy.ts';
import type { Shadowed } from '../../src/migration/shadow/counts.ts';
import { recordedMessages, type Sent } from '../../src/migration/shadow/read-messages.ts';
import { recordedReads } from '../../src/migration/shadow/read-recorded.ts';
import { shadowWrites } from '../../src/migration/shadow/writes.ts';
import {
  AS_OF_MS,
  aDump,
  aFolder,
  EXPORTER,
  SIGNERS,
  type Generated,
} from '../../src/migration/testing.ts';
import type { Database } from '../../src/platform/database.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { SCHEMAS } from '../../src/schemas.ts';
import { downloadOf, sentTo } from './sent-messages.ts';
import { aStore, loadInto, open, type Store } from './store.ts';

/** Of what the old store went on with after its export, as systems send it. */
let made: Generated;
let sent: readonly Sent[];
before(async () => {
  made = await aDump({ prescriptions: 400, perPart: 400, dirt: 2, changing: 0.8, seed: 52 });
  const templates = await aStore();
  sent = await sentTo(made, templates.database);
});

async function fileOf(messages: readonly Sent[]): Promise<string> {
  const file = join(await aFolder(), 'messages.ndjson');
  writeFileSync(file, messages.map((one) => `${JSON.stringify(one)}\n`).join(''));
  return file;
}

const PATIENCE_MS = 60_000; // a busy machine

async function playedIn(
  database: Database,
  messages: readonly Sent[],
  withinMs: number | undefined = PATIENCE_MS,
): Promise<Shadowed> {
  return shadowWrites(database, recordedMessages(await fileOf(messages)), withinMs);
}

const REFUSED = { acknowledgement: 'AE', codes: ['9999'], released: [] };
const AFTER = 1500; // of the changes of the feed
const PARTS = { prepare: (url: string) => migrate(url, SCHEMAS) };

function keyIn(folder: string): Promise<string> {
  return readFile(join(folder, `${PLAN_KEY}.pem`), 'utf8');
}

/** A store as a copy is: loaded, and open. */
async function aCopy({ dump }: Generated): Promise<Store> {
  const store = await aStore();
  await loadInto(store, dump);
  await open(store);
  return store;
}

describe('messages that an old store has answered', () => {
  test('get the same answers in a copy, which is gone afterwards, or a dirty class says why not', async () => {
    const plan = {
      feed: feedFolder(made.folder),
      exportKey: EXPORTER.publicKey,
      authorities: SIGNERS.authorities,
    };
    const { compared, same, explained, differing, dropped, examples } = await withCopy(
      plan,
      made.dump,
      { ...PARTS, upTo: 0 },
      (database) => playedIn(database, sent),
    );
    assert.deepEqual(examples, []);
    assert.equal(differing, 0);
    assert.equal(compared + dropped, sent.length);
    const why = Object.values(explained).reduce((sum, count) => sum + count, 0);
    assert.equal(same + why, compared);
    assert.ok(sent.length > 60 && dropped < compared);
    const kinds = new Set(sent.map(({ message }) => /<(PORX_IN\d{6})/.exec(message)?.[1]));
    assert.ok(kinds.size >= 6, [...kinds].join());
    assert.ok(sent.some(({ answer }) => answer.codes.length > 0));
  });

  test('are played by the command from a change on; it signs what it found, and one that differs makes a gate red', async () => {
    const plan = await planFor({ ...made, keys: EXPORTER });
    const folder = await aFolder();
    const file = join(folder, 'plan.json');
    await writeSigned(file, planJson(plan), await signingKeyIn(folder, PLAN_KEY));
    const store = await aStore();
    await loadInto(store, made.dump);
    const templates = await aStore();
    const late = await sentTo(made, templates.database, AFTER);
    assert.ok(late.length > 20 && late.length < sent.length - 20);
    const run = async (command: string, ...words: readonly string[]) =>
      ranOn(store.url, [shadowCommand(PARTS), readyCommand], ['migrate', command, file, ...words]);
    const after = ['--writes', '--after', String(AFTER)];
    const good = await run('shadow', await fileOf(late), ...after, '-o', 'json');
    assert.equal(good.code, 0, good.stderr);
    const facts = JSON.parse(good.stdout);
    assert.deepEqual([facts.compared + facts.dropped, facts.differing], [late.length, 0]);
    assert.ok(facts.compared > 0);
    const report = JSON.stringify(
      await readSigned(join(folder, 'shadow-writes-0001.json'), await keyIn(folder)),
    );
    assert.match(report, new RegExp(`"compared":${facts.compared},`));
    const others = late.map((one) => ({ ...one, answer: REFUSED }));
    const wrong = await run('shadow', await fileOf(others), ...after);
    assert.equal(wrong.code, 8);
    assert.match(wrong.stdout, / [1-9]\d* differ;/);
    const ready = await run('ready');
    assert.match(ready.stdout, /shadow.*none: spine migrate shadow; [1-9]\d* of \d+ messages were/);
    assert.equal((await run('shadow', file, '--writes', '--after', 'now')).code, 2);
    const rows = await store.rows.all(
      "select from prescriptions.message where outcome->>'isRebuilt' is null",
    );
    assert.equal(rows.length, 0, 'nothing was written into the store itself');
  });

  test('are written for an invented old store, as systems send them, and get the same answers', async () => {
    const file = join(made.folder, MESSAGES);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const store = await aCopy(made);
    const played = await shadowWrites(store.database, recordedMessages(file), PATIENCE_MS);
    assert.deepEqual(played.examples, []);
    assert.equal(played.compared + played.dropped, lines.length);
    assert.ok(played.compared > 60);
    for (const kind of ['132004', '100101', '080101', '090101', '030101']) {
      assert.ok(
        lines.some((line) => line.includes(`<PORX_IN${kind}`) && /"AA"/.test(line)),
        kind,
      );
    }
    assert.ok(lines.some((line) => line.includes('"AE"')));
  });

  test('that differ are counted, each with what it was and whose', async () => {
    const store = await aCopy(made);
    const one = sent.findIndex(({ answer }) => answer.released.length === 1);
    const [id = ''] = sent[one]?.answer.released ?? [];
    const others = sent.map((message, place) =>
      place === one ? { ...message, answer: REFUSED } : message,
    );
    const { differing, examples } = await playedIn(store.database, others);
    assert.equal(differing, 1);
    assert.match(
      examples[0] ?? '',
      new RegExp(`^PORX_IN132004\\w+ .*${id.replaceAll('+', '\\+')}`),
    );
  });

  test('find what a loader has lost', async () => {
    const store = await aCopy(made);
    const one = sent.find(({ answer }) => answer.released.length === 1);
    const [id = ''] = one?.answer.released ?? [];
    await store.rows.all(
      `delete from prescriptions.prescription where prescription_id = '${id.slice(0, -1)}'`,
    );
    const { differing, examples } = await playedIn(store.database, sent);
    assert.ok(differing >= 1);
    assert.ok(examples.every((what) => what.includes(id)));
  });

  test('are not counted when the answer is late, and those behind them find what they did', async () => {
    const store = await aCopy(made);
    const some = sent.slice(0, 12);
    let isSlow = true;
    const slow: Database = {
      ...store.database,
      write: async (statement) => {
        // Longer than anybody waits.
        if (isSlow) await new Promise((resolve) => setTimeout(resolve, 250));
        isSlow = false;
        return store.database.write(statement);
      },
    };
    const { compared, dropped, differing } = await playedIn(slow, some, 200);
    assert.ok(dropped >= 1);
    assert.deepEqual([compared + dropped, differing], [some.length, 0]);
  });

  test('are refused with their line when they are none', async () => {
    const store = await aStore();
    const file = join(await aFolder(), 'messages.ndjson');
    const good = JSON.stringify(sent[0]);
    for (const [text, says] of [
      [
        `${good}\n{"at":"yesterday"}`,
        /messages.ndjson, row 2: at must be an instant in UTC; organisation/,
      ],
      [
        good.replace('"AA"', '"OK"').replace('"AE"', '"OK"'),
        /row 1: \.answer\.acknowledgement must be AA, AE or AR/,
      ],
    ] as const) {
      writeFileSync(file, text);
      await assert.rejects(shadowWrites(store.database, recordedMessages(file)), says);
    }
  });
});

describe('automatic downloads of an old store', () => {
  test('hand out the same prescriptions in a copy, but for those that a dirty class explains', async () => {
    const old = await aDump({ prescriptions: 500, perPart: 500, dirt: 8, seed: 53 });
    const lapsed = new Set(
      old.truths.filter(({ classes }) => classes.includes('D30')).map(({ id }) => id),
    );
    const asked: Sent[] = [];
    const templates = await aStore();
    for await (const read of recordedReads(join(old.folder, READS))) {
      if (read.ask !== 'waiting' || read.answer.length > 25) continue;
      if (read.answer.some((id) => lapsed.has(id))) continue;
      const message = await downloadOf(read.organisation, templates.database);
      const answer = { acknowledgement: 'AA', codes: [], released: read.answer.toSorted() };
      asked.push({ at: new Date(AS_OF_MS), organisation: read.organisation, message, answer });
    }
    const store = await aCopy(old);
    const { same, explained, examples, dropped } = await playedIn(store.database, asked);
    assert.deepEqual(examples, []);
    assert.ok(
      same > 5 && Object.keys(explained).length > 0 && dropped < same,
      JSON.stringify(explained),
    );
  });
});
