// Shows: Migration | an order under any id that is gone is refused, of all of them (100,000 with the faults), and without an effect
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';

import { present } from '../../src/kernel/bug.ts';
import { MANIFEST, manifestJson } from '../../src/migration/lx1/manifest.ts';
import { type Dump, openDump } from '../../src/migration/lx1/open-dump.ts';
import { PartFile } from '../../src/migration/lx1/write-part.ts';
import { reconcile } from '../../src/migration/reconcile/reconcile.ts';
import { writeSigned } from '../../src/migration/signed-file.ts';
import { aDump, EXPORTER } from '../../src/migration/testing.ts';
import { type Create, decide } from '../../src/prescriptions/messages/create/decide.ts';
import { create } from '../../src/prescriptions/messages/create/handle.ts';
import {
  type PrescriptionId,
  prescriptionKey,
  shortForm,
} from '../../src/prescriptions/prescription-id.ts';
import { heads } from '../../src/prescriptions/repository.ts';
import { aSpine, newId, PATIENT, SURGERY } from '../../src/prescriptions/testing.ts';
import { times } from './counted.ts';
import { anEnvelope, AT } from './polling.ts';
import { aStore, loadInto, open, type Store } from './store.ts';

const GONE = times(3_000, 100_000);
const SENT = times(60, 1_000); // of them by the handler itself, with its database
const AT_ONCE = 1_000;

let store: Store;
let dump: Dump;
before(async () => {
  dump = await anExport();
  store = await aStore();
  await loadInto(store, dump);
  await open(store);
});

function idOf(n: number): PrescriptionId {
  const number = n.toString(16).toUpperCase().padStart(5, '0');
  return present(prescriptionKey(`F00000-A83008-${number}0`), 'id');
}

const ids = (): PrescriptionId[] => Array.from({ length: GONE }, (_, n) => idOf(n));

/** A small old store, and so many ids that are gone. */
async function anExport(): Promise<Dump> {
  const { dump: small } = await aDump({ prescriptions: 30, perPart: 30, dirt: 0, seed: 83 });
  const { folder, manifest } = small;
  const part = new PartFile(folder, 'TOMBSTONE', 2, 'none');
  for (const id of ids()) await part.line([shortForm(id), '0008', '20140301020000', 'old']);
  const files = [...manifest.files, await part.close()];
  const before = manifest.tables['TOMBSTONE']?.rows ?? 0;
  const tables = { ...manifest.tables, TOMBSTONE: { rows: before + GONE } };
  const signed = manifestJson({ ...manifest, files, tables });
  await writeSigned(join(folder, MANIFEST), signed, EXPORTER.privateKey);
  return openDump(folder, EXPORTER.publicKey);
}

function anOrder(): Create {
  const messageId = newId();
  return {
    messageId,
    longFormId: newId(),
    treatment: 'Acute',
    repeats: null,
    prescribedAt: AT,
    patient: PATIENT,
    prescriber: SURGERY,
    nominated: null,
    items: [newId()],
    signature: { findings: [], unlisted: [] },
    at: AT,
  };
}

describe(`${GONE} ids that are gone`, () => {
  test('are all refused by the rule that decides on orders, by what is stored of each', async () => {
    let refused = 0;
    const all = ids();
    for (let from = 0; from < all.length; from += AT_ONCE) {
      const some = all.slice(from, from + AT_ONCE);
      const found = await heads(store.database, some);
      for (const id of some) {
        const decided = decide(present(found.get(id), id).state, anOrder());
        assert.ok(!decided.ok && decided.error.kind === 'DuplicatePrescription', id);
        refused += 1;
      }
    }
    assert.equal(refused, GONE);
    assert.ok(decide(null, anOrder()).ok, 'an order under an id that nobody knows');
  });

  test('are refused when an order comes, and nothing else becomes of it', async () => {
    const spine = aSpine(store.database);
    const counted = (): Promise<object[]> =>
      store.rows.all(`select (select count(*) from prescriptions.event) as events,
        (select count(*) from prescriptions.prescription) as records,
        (select count(*) from prescriptions.download_queue) as queued`);
    const before = await counted();
    const envelope = () => anEnvelope('A83008', 'PORX_IN020101SM31');
    for (let n = 0; n < SENT; n += 1) {
      const id = idOf(Math.floor((n * GONE) / SENT));
      const { outcome } = await create(spine, envelope(), id, anOrder());
      assert.ok(outcome.kind === 'Refused', id);
      assert.equal(outcome.rejection.kind, 'DuplicatePrescription');
    }
    assert.deepEqual(await counted(), before);
    const taken = await create(spine, envelope(), idOf(GONE), anOrder());
    assert.equal(taken.outcome.kind, 'Accepted');
  });

  test('are each asked about by a comparison, which finds one that is not refused', async () => {
    await store.rows.all(`delete from prescriptions.event where prescription_id = '${idOf(GONE)}'`);
    await store.rows.all(
      `delete from prescriptions.prescription where prescription_id = '${idOf(GONE)}'`,
    );
    const clean = await reconcile(store.database, dump);
    assert.deepEqual(clean.differences, []);
    assert.ok(clean.meant.gone >= GONE);
    await store.rows.all(`update prescriptions.prescription
      set state = jsonb_set(state::jsonb, '{was}', '"placeholder"')::json where prescription_id = '${idOf(7)}'`);
    const { differences } = await reconcile(store.database, dump);
    const words = 'dry run of order: accepted where it was gone';
    assert.ok(
      differences.some(({ level, id, what }) => level === 'L3' && id === idOf(7) && what === words),
    );
  });
});
