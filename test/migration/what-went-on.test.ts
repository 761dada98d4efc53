// Shows: Migration | whatever goes on in an old store after its export (new orders, refusals, rows that are gone) is followed to what is true, record by record
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';

import { catchUp } from '../../src/migration/catch-up/catch-up.ts';
import { changesIn } from '../../src/migration/catch-up/read-feed.ts';
import { standingOf } from '../../src/migration/fold/standing.ts';
import { feedFolder, TRUTH_AFTER } from '../../src/migration/generate/generate.ts';
import type { Truth } from '../../src/migration/generate/truth.ts';
import { reconcile } from '../../src/migration/reconcile/reconcile.ts';
import { aDump, EXPORTER, type Generated, truthsOf } from '../../src/migration/testing.ts';
import type { Known } from '../../src/prescriptions/rules.ts';
import { aStore, loadInto, type Store, withBulk } from './store.ts';

const WANTED = { prescriptions: 900, perPart: 450, dirt: 3, changing: 0.7, seed: 29 };

let made: Generated;
let store: Store;
let truths: readonly Truth[];
/** Each change as `TABLE op`, the interactions of messages and of steps, and what messages were answered. */
const told = new Set<string>();
let ofNobody = 0;

before(async () => {
  made = await aDump(WANTED);
  truths = truthsOf(made.folder, TRUTH_AFTER);
  await read(made);
  store = await aStore();
  await loadInto(store, made.dump);
  const at = { folder: feedFolder(made.folder), publicKeyPem: EXPORTER.publicKey };
  // In two goes: what comes later is applied to what came before it.
  await withBulk(store, (bulk) => catchUp(bulk, made.dump, { ...at, upTo: 700 }));
  await withBulk(store, (bulk) => catchUp(bulk, made.dump, at));
});

async function read({ dump, folder }: Generated): Promise<void> {
  const owner = { exportId: dump.manifest.exportId, publicKeyPem: EXPORTER.publicKey };
  for await (const { change } of changesIn(feedFolder(folder), 'CHANGE.000001.json', owner)) {
    const { table, op, after } = change;
    told.add(`${table} ${op}`);
    if (op !== 'I') continue;
    if (table === 'MESSAGE' && after?.['PRESC_ID'] === null) ofNobody += 1;
    for (const name of ['INTERACTION', 'OUTCOME']) told.add(String(after?.[name]));
  }
}

describe('what goes on after an export', () => {
  test('is of every kind: rows that are new, changed and gone, under the names of the facade and of suppliers', () => {
    const tables =
      'PRESCRIPTION ISSUE ITEM STATUS_HIST MESSAGE NOM_RELEASE RELEASE DISPENSE DISPENSE_ITEM CLAIM CANCELLATION TOMBSTONE';
    for (const table of tables.split(' ')) assert.ok(told.has(`${table} I`), `${table} I`);
    const changed = 'PRESCRIPTION ISSUE ITEM NOM_RELEASE RELEASE DISPENSE CANCELLATION';
    for (const table of changed.split(' ')) assert.ok(told.has(`${table} U`), `${table} U`);
    const gone = 'PRESCRIPTION ISSUE ITEM STATUS_HIST NOM_RELEASE RELEASE DISPENSE DISPENSE_ITEM';
    for (const table of [...gone.split(' '), 'CLAIM'])
      assert.ok(told.has(`${table} D`), `${table} D`);
    const own = 'ready next-issue expire no-claim nomination'.split(' ');
    for (const name of own) assert.ok(told.has(`spine-${name}`), name);
    for (const [facade, supplier] of NAMES) {
      assert.ok(told.has(`PORX_IN${facade}`) && told.has(`PORX_IN${supplier}`), facade);
    }
    for (const code of ['0001', '0004', '0005', '5888'])
      assert.ok(told.has(`rejected ${code}`), code);
  });

  test('leaves each record as it is true', async () => {
    const rows = await store.rows.all<{ id: string; state: Known }>(
      'select prescription_id as id, state from prescriptions.prescription',
    );
    const found = new Map(rows.map(({ id, state }) => [id, state]));
    const wrong = truths.flatMap((truth) => {
      const [is, ought] = [isOf(found.get(truth.id.slice(0, -1))), oughtOf(truth)];
      // A cancellation that the old store had not done is done, and waits no more.
      if (truth.classes.includes('D6')) return [];
      return is === ought ? [] : [`${truth.id} ${truth.classes.join()}: ${is} for ${ought}`];
    });
    assert.deepEqual(wrong.slice(0, 5), []);
    const fates = new Set(truths.map(({ fate }) => fate));
    assert.deepEqual([...fates].toSorted(), [
      'live',
      'orphan',
      'placeholder',
      'quarantined',
      'tombstone',
    ]);
  });

  test('differs in nothing from the old store that no class explains', async () => {
    assert.deepEqual((await reconcile(store.database, made.dump)).differences.slice(0, 5), []);
  });

  test('has each message that was refused with its refusal, and no effect of it', async () => {
    const refused = truths.flatMap(({ fate, refused: some }) =>
      fate === 'orphan' || fate === 'quarantined' ? [] : some,
    );
    const rows = await store.rows.all<{ id: string; kind: string; effects: number }>(`
      select upper(message_id::text) as id, outcome->>'kind' as kind,
        (select count(*)::int from prescriptions.event e where e.message_id = m.message_id) as effects
      from prescriptions.message m where message_id = any('{${refused.join()}}'::uuid[])`);
    assert.ok(refused.length > 20);
    assert.deepEqual(
      rows.map(({ id, kind, effects }) => `${id} ${kind} ${effects}`).toSorted(),
      refused.map((id) => `${id} Refused 0`).toSorted(),
    );
  });

  test('is kept apart where it is about no prescription, row by row', async () => {
    const [row] = await store.rows.all<{ count: number; ids: number }>(`
      select count(*)::int as count, count(distinct row->>'MSG_ID')::int as ids
      from migration.quarantine where place = '' and table_name = 'MESSAGE' and part = 0`);
    assert.ok(ofNobody > 50);
    assert.deepEqual(row, { count: ofNobody, ids: ofNobody });
  });
});

/** Of the facade, and of suppliers' own systems [EPS-HL7V3 5]. */
const NAMES = [
  ['020101SM31', '020102UK04'],
  ['030101SM32', '030101UK32'],
  ['060102SM30', '060102UK30'],
  ['132004SM30', '132004UK30'],
  ['080101SM31', '080101UK31'],
  ['090101SM31', '090101UK31'],
  ['100101SM31', '100101UK31'],
  ['510101SM31', '510101UK31'],
] as const;

/** What became of an id: its fate, how many cancellations wait, and each issue with its items, holder and claim. */
function isOf(state: Known | undefined): string {
  if (state === undefined) return 'apart';
  if (state.kind === 'tombstone') return 'tombstone';
  const issues = state.kind === 'prescription' ? Object.values(standingOf(state)) : [];
  const fate = state.kind === 'prescription' ? 'live' : state.kind;
  return [fate, state.pending.length, ...issues].join('|');
}

function oughtOf(truth: Truth): string {
  const { fate, pending, issues } = truth;
  if (fate === 'orphan' || fate === 'quarantined') return 'apart';
  if (fate === 'tombstone') return fate;
  const lines = issues.map(({ status, items, holder, claim }) =>
    [status, ...items, holder ?? '', status === '0008' ? (claim ?? '').toLowerCase() : ''].join(
      ' ',
    ),
  );
  return [fate, pending, ...lines].join('|');
}
