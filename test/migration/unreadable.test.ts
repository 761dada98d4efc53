// Shows: Migration | an order whose kept bytes cannot be read is held, and never keeps a pharmacy from the others: at both doors, by download and by its id
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { before, describe, test } from 'node:test';

import type { Bundle, OperationOutcome, Parameters } from 'fhir/r4';

import { present } from '../../src/kernel/bug.ts';
import { releaseNominated, releasePatient } from '../../src/local/sample-messages/index.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { catchUp } from '../../src/migration/catch-up/catch-up.ts';
import { feedFolder, TRUTH_AFTER } from '../../src/migration/generate/generate.ts';
import type { Truth } from '../../src/migration/generate/truth.ts';
import { reconcile } from '../../src/migration/reconcile/reconcile.ts';
import { totals } from '../../src/migration/reconcile/repository.ts';
import { AS_OF_MS, aDump, EXPORTER, truthsOf } from '../../src/migration/testing.ts';
import { COMPATIBLE } from '../../src/prescriptions/index.ts';
import { shortForm, type PrescriptionId } from '../../src/prescriptions/prescription-id.ts';
import { type Doors, openDoors } from '../hl7v3/doors.ts';
import { aStore, loadInto, open, type Store, withBulk } from './store.ts';

const AT = new Date(AS_OF_MS);

/** What a pharmacy gets of one request: ids, and whether it is told to be careful; or why nothing. */
type Got = {
  readonly ids: readonly string[];
  readonly isWarned: boolean;
  readonly refusal: string;
};

type Door = (doors: Doors, organisation: string, id: string | null) => Promise<Got>;

function requestOf(organisation: string, id: string | null): Parameters {
  const { dispenser } = PERSONAS;
  const of = {
    requestId: randomUUID(),
    dispenser: { ...dispenser, organisation: { ...dispenser.organisation, ods: organisation } },
  };
  return id === null ? releaseNominated(of) : releasePatient({ ...of, shortFormId: id });
}

const byFhir: Door = async (doors, organisation, id) => {
  const body = requestOf(organisation, id);
  const { status, resource } = await doors.fhir('/Task/$release', body, AT);
  const answer = resource as Parameters | OperationOutcome;
  if (answer.resourceType === 'OperationOutcome') {
    const said = answer.issue.map(
      ({ details, diagnostics }) => diagnostics ?? details?.coding?.[0]?.display,
    );
    return { ids: [], isWarned: false, refusal: `${status} ${said.join()}` };
  }
  const { parameter = [] } = answer;
  const passed = parameter.find(({ name }) => name === 'passedPrescriptions')?.resource as Bundle;
  const ids = (passed.entry ?? []).map(({ resource: prescription }) => {
    assert.ok(prescription?.resourceType === 'Bundle');
    const item = prescription.entry?.find(
      (one) => one.resource?.resourceType === 'MedicationRequest',
    );
    assert.ok(item?.resource?.resourceType === 'MedicationRequest');
    return item.resource.groupIdentifier?.value ?? '';
  });
  return { ids, isWarned: parameter.some(({ name }) => name === 'warnings'), refusal: '' };
};

const SHORT_FORM =
  /<id extension="([^"]+)" root="2\.16\.840\.1\.113883\.2\.1\.3\.2\.4\.18\.8"\/>|<id root="2\.16\.840\.1\.113883\.2\.1\.3\.2\.4\.18\.8" extension="([^"]+)"\/>/g;

const byHl7: Door = async (doors, organisation, id) =>
  sent(doors, await doors.convert(requestOf(organisation, id), AT));

async function sent(doors: Doors, xml: string): Promise<Got> {
  const { acknowledgement, subject, reasons, warnings = [] } = await doors.hl7(xml, AT);
  const text = subject ?? '';
  if (acknowledgement !== 'AA') {
    const [, said = ''] = /displayName="([^"]*)"/.exec(text) ?? [];
    return { ids: [], isWarned: false, refusal: `${acknowledgement} ${said}${reasons.length}` };
  }
  const ids = [...text.matchAll(SHORT_FORM)].map(([, one, other]) => one ?? other ?? '');
  return { ids, isWarned: warnings.length > 0, refusal: '' };
}

const DOORS = { FHIR: byFhir, 'HL7 V3': byHl7 };

async function untilNothing(ask: Door, doors: Doors, organisation: string): Promise<string[]> {
  const got: string[] = [];
  for (;;) {
    const { ids } = await ask(doors, organisation, null);
    if (ids.length === 0) return got;
    got.push(...ids);
  }
}

const CANNOT_BE_READ =
  /Information missing or invalid - the prescription as it is kept cannot be read/;

describe('orders of an old store of which not all can be read', () => {
  let store: Store;
  let doors: Doors;
  let truths: readonly Truth[];
  let exportId: string;
  before(async () => {
    store = await aStore();
    const made = await aDump({
      prescriptions: 1600,
      perPart: 1600,
      dirt: 30,
      changing: 0.1,
      seed: 31,
    });
    ({ exportId } = made.dump.manifest);
    await loadInto(store, made.dump);
    const where = { folder: feedFolder(made.folder), publicKeyPem: EXPORTER.publicKey };
    await withBulk(store, (bulk) => catchUp(bulk, made.dump, where));
    truths = truthsOf(made.folder, TRUTH_AFTER);
    const { differences } = await reconcile(store.database, made.dump);
    assert.deepEqual(differences.slice(0, 5), []);
    await open(store);
    doors = openDoors(store.database);
  });

  test('are held, from the export and from the feed, and counted', async () => {
    const held = await store.rows.all<{ id: PrescriptionId }>(`
      select prescription_id as id from prescriptions.prescription where state->>'held' like '%D20%'`);
    const damaged = truths.filter(({ classes }) => classes.includes('D20')).map(({ id }) => id);
    assert.deepEqual(held.map(({ id }) => shortForm(id)).toSorted(), damaged.toSorted());
    const isOfFeed = (id: string): boolean => Number.parseInt(id.slice(0, 6), 16) >= 1600;
    assert.ok(damaged.some(isOfFeed) && damaged.filter((id) => !isOfFeed(id)).length >= 5);
    const counted = await totals(store.database, exportId);
    assert.equal(counted.classes.find((one) => one.class === 'D20')?.count, damaged.length);
  });

  test('keep no pharmacy from what waits for it, whichever door it asks at', async () => {
    const waiting = truths.filter(
      ({ queuedFor, classes }) => queuedFor !== null && !classes.includes('D30'),
    );
    const organisations = [...new Set(waiting.map(({ queuedFor }) => queuedFor ?? ''))];
    const got: string[] = [];
    for (const [place, organisation] of organisations.entries()) {
      const ask = place % 2 === 0 ? byFhir : byHl7;
      const ids = await untilNothing(ask, doors, organisation);
      got.push(...ids.map((id) => `${id} ${organisation}`));
    }
    const should = waiting.map(({ id, queuedFor }) => `${id} ${queuedFor}`);
    assert.deepEqual(got.toSorted(), should.toSorted());
    assert.ok(got.length > 50);
  });

  for (const [place, [door, ask]] of Object.entries(DOORS).entries()) {
    test(`are refused by their id over ${door} in its own form, or come with a warning where they can be read`, async () => {
      // By what is wrong with them, so that either door is asked for some of each.
      const free = truths
        .filter(({ damage, issues }) => damage !== null && issues[0]?.status === '0001')
        .toSorted((one, other) => ((one.damage ?? '') < (other.damage ?? '') ? -1 : 1));
      const [read, refused] = [new Array<string>(), new Array<string>()];
      for (const { id } of free.filter((_, index) => index % 2 === place)) {
        const { ids, isWarned, refusal } = await ask(doors, 'FA111', id);
        if (ids.length > 0) {
          assert.deepEqual({ ids, isWarned }, { ids: [id], isWarned: true });
          read.push(id);
        } else {
          assert.match(refusal, CANNOT_BE_READ);
          refused.push(id);
        }
      }
      assert.ok(read.length >= 1 && refused.length >= 1, `${read.length} ${refused.length}`);
    });
  }
});

describe('an order in a queue that cannot be read after all', () => {
  let store: Store;
  let truths: readonly Truth[];
  before(async () => {
    store = await aStore();
    // One pharmacy alone, so that more wait for it than an answer holds.
    const made = await aDump({
      prescriptions: 260,
      perPart: 260,
      dirt: 0,
      seed: 32,
      pharmacies: 1,
    });
    await loadInto(store, made.dump);
    ({ truths } = made);
    await open(store);
  });

  /** The first ones of a queue, whose orders are replaced; answers their ids. */
  async function spoil(organisation: string, most: number, body: string): Promise<string[]> {
    await store.rows.all(
      "create table kept_body as select message_id, body from prescriptions.message where interaction = 'PORX_IN020101SM31'",
    );
    const rows = await store.rows.all<{ id: PrescriptionId }>(`
      with first as (select q.prescription_id, p.state->>'orderId' as order_id from prescriptions.download_queue q
        join prescriptions.prescription p using (prescription_id)
        where organisation = '${organisation}' and left_at is null and available_on <= '2014-10-30' and q.expires_on > '2014-10-30'
        order by prescribed_at, prescription_id limit ${most})
      update prescriptions.message m set body = '${body}' from first where m.message_id = first.order_id::uuid
      returning first.prescription_id as id`);
    return rows.map(({ id }) => shortForm(id));
  }

  test('is left out and waits on, the others come, and whoever runs the service hears of it', async () => {
    const waiting = truths.filter(
      ({ queuedFor, classes }) => queuedFor !== null && !classes.includes('D30'),
    );
    const organisation = present(waiting[0]?.queuedFor, 'pharmacy');
    const own = waiting.filter(({ queuedFor }) => queuedFor === organisation).map(({ id }) => id);
    assert.ok(own.length > 50, String(own.length));
    const faults: unknown[] = [];
    const doors = openDoors(store.database, COMPATIBLE, {
      onUnreadable: (_message, fault) => faults.push(fault),
    });
    // More than an answer holds, before all the others.
    const spoilt = await spoil(organisation, 27, '<note>no order</note>');
    assert.equal(spoilt.length, 27);
    const first = await byFhir(doors, organisation, null);
    assert.equal(first.ids.length, 25);
    const others = await untilNothing(byHl7, doors, organisation);
    assert.deepEqual(
      [...first.ids, ...others].toSorted(),
      own.filter((id) => !spoilt.includes(id)).toSorted(),
    );
    assert.ok(faults.length >= 4);
    const left = await store.rows.all<{ id: PrescriptionId }>(`
      select prescription_id as id from prescriptions.download_queue where organisation = '${organisation}' and left_at is null
        and available_on <= '2014-10-30' and expires_on > '2014-10-30'`);
    assert.deepEqual(left.map(({ id }) => shortForm(id)).toSorted(), spoilt.toSorted());
    const [audit] = await store.rows.all<{ count: number }>(`
      select count(distinct prescription_id)::int as count from platform.audit
      where outcome like 'left out%' and organisation is null and interaction = 'PORX_IN060102SM30'`);
    assert.equal(audit?.count, 27);
    const [issues] = await store.rows.all<{ count: number }>(`
      select count(*)::int as count from prescriptions.event where kind = 'Released' and at = '${AT.toISOString()}' and prescription_id = any(
        select prescription_id from prescriptions.download_queue where organisation = '${organisation}' and left_at is null)`);
    assert.equal(issues?.count, 0);
    // Put right, they come.
    await store.rows.all(
      'update prescriptions.message m set body = k.body from kept_body k where k.message_id = m.message_id',
    );
    const late = await untilNothing(byHl7, doors, organisation);
    assert.deepEqual(late.toSorted(), spoilt.toSorted());
  });

  test('is refused where a release by its id comes again', async () => {
    const doors = openDoors(store.database);
    const free = truths.filter(
      ({ queuedFor, issues }) => queuedFor === null && issues[0]?.status === '0001',
    );
    const { id } = present(free[0], 'prescription');
    const xml = await doors.convert(requestOf('FA111', id), AT);
    assert.deepEqual((await sent(doors, xml)).ids, [id]);
    await store.rows.all(`
      update prescriptions.message m set body = '' from prescriptions.prescription p
      where m.message_id = (p.state->>'orderId')::uuid and p.prescription_id = '${id.slice(0, -1)}'`);
    const again = await sent(doors, xml);
    assert.deepEqual(again.ids, []);
    assert.match(again.refusal, CANNOT_BE_READ);
  });
});
