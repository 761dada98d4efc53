// Shows: Migration | what pharmacies send after the switch about prescriptions of before is taken at the HL7 V3 door, once; what expired meanwhile expires once
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { type Hl7Door, openHl7Door } from '../../src/hl7v3.ts';
import { present } from '../../src/kernel/bug.ts';
import { PATIENTS } from '../../src/local/patients.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { idOf } from '../../src/migration/fold/record.ts';
import type { Truth } from '../../src/migration/generate/truth.ts';
import type { Dump } from '../../src/migration/lx1/open-dump.ts';
import type { Row } from '../../src/migration/lx1/tables.ts';
import { stepsUpTo, stopped } from '../../src/migration/scenario/switch.ts';
import { REAL_CLOCK } from '../../src/platform/clock.ts';
import { prescriptionHl7Interactions } from '../../src/prescriptions/index.ts';
import { INTERACTIONS } from '../../src/prescriptions/interactions.ts';
import { dueJob } from '../../src/prescriptions/jobs.ts';
import type { Prescription } from '../../src/prescriptions/rules.ts';
import { aSpine, newId } from '../../src/prescriptions/testing.ts';
import { testConfig } from '../support/config.ts';
import { ANY_HL7_PORT, type Hl7Client, openHl7Client, wrapped } from '../support/hl7v3.ts';
import { FULLY } from '../hl7v3/answering.ts';
import type { Hl7Journey } from '../hl7v3/hl7-journey.ts';
import { bodyOf, interactionOf, rowsOf, unanswered } from './real-messages.ts';
import type { Store } from './store.ts';
import { aRealSwitch } from './switching.ts';

const FACADE = TEST_SYSTEMS.facade;
const DAY_MS = 86_400_000;
const AS_OF_MS = Date.UTC(2026, 0, 5, 2);

/** Frozen until everything is open; then the first day has passed on which something expires. */
let nowMs = AS_OF_MS;
const clock = { ...REAL_CLOCK, now: () => new Date(nowMs) };

type Old = {
  readonly prescription: Row<'PRESCRIPTION'>;
  readonly issue: Row<'ISSUE'>;
  readonly items: readonly Row<'ITEM'>[];
};

let store: Store;
let dump: Dump;
let truths: readonly Truth[];
let old: readonly Old[];
let stays: readonly Row<'NOM_RELEASE'>[];
let door: Hl7Door;
let client: Hl7Client;

before(async () => {
  const made = await aRealSwitch({ prescriptions: 500, asOfMs: AS_OF_MS, seed: 89 });
  const { rig, switching } = made;
  ({ store, truths } = made);
  ({ dump } = switching);
  old = await acuteOnes();
  stays = await rowsOf(dump, 'NOM_RELEASE', 1);
  await stopped(switching);
  await stepsUpTo(rig, 'freeze');
  const { issue } = firstToExpire();
  nowMs = Date.parse(dashed(issue.EXPIRY_DT ?? '')) + DAY_MS;
  await stepsUpTo(rig, 'due');
  const { database } = store;
  const interactions = prescriptionHl7Interactions(aSpine(database));
  const config = testConfig(store.url, { hl7v3: ANY_HL7_PORT });
  const opened = await openHl7Door(config, () => undefined, { database, clock, interactions });
  door = present(opened, 'door');
  client = await openHl7Client(database, door.url, FACADE);
});
after(async () => {
  client.close();
  await door.close();
});

async function acuteOnes(): Promise<Old[]> {
  const issues = await rowsOf(dump, 'ISSUE', 1);
  const items = Map.groupBy(await rowsOf(dump, 'ITEM', 1), ({ PRESC_ID: id }) => id);
  return (await rowsOf(dump, 'PRESCRIPTION', 1)).flatMap((prescription) => {
    const own = issues.filter(({ PRESC_ID: id }) => id === prescription.PRESC_ID);
    const [issue] = own;
    return issue === undefined || own.length > 1
      ? []
      : [{ prescription, issue, items: items.get(prescription.PRESC_ID) ?? [] }];
  });
}

const dashed = (day: string): string => `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6, 8)}`;

const stateOf = ({ prescription: { PRESC_ID: id } }: Old, state: string): boolean =>
  stays.some((row) => row.PRESC_ID === id && row.STATE === state);

/** Nobody has it, and its pharmacy has not asked. */
function firstToExpire(): Old {
  const waiting = old.filter((one) => one.issue.STATUS === '0001' && stateOf(one, 'PENDING'));
  const days = waiting.filter(({ issue }) => Date.parse(dashed(issue.EXPIRY_DT ?? '')) > AS_OF_MS);
  days.sort((one, other) => Number(one.issue.EXPIRY_DT) - Number(other.issue.EXPIRY_DT));
  return present(days[0], 'one that waits');
}

/** The last message that a journey sends, as if about this prescription: of who had it, or of another pharmacy. */
async function messageAbout(
  { prescription, issue, items }: Old,
  act: (journey: Hl7Journey) => Promise<unknown>,
  organisation = issue.DISPENSER_ORG ?? '',
): Promise<{ id: string; body: string }> {
  const journey = unanswered(items.length, store.database);
  await act(journey);
  const id = newId().toUpperCase();
  const xml = present(journey.sent.at(-1), 'message');
  const row = { MSG_ID: id, PRESC_ID: prescription.PRESC_ID, INTERACTION: interactionOf(xml) };
  const body = bodyOf(row, { xml, id: journey.id, itemIds: journey.itemIds }, items)
    .replaceAll(PATIENTS.adult.nhsNumber, prescription.NHS_NO ?? '')
    .replaceAll(PERSONAS.dispenser.organisation.ods, organisation);
  return { id, body };
}

/** Its acknowledgement, and the whole answer. */
async function send({ body }: { readonly body: string }): Promise<{ code: string; text: string }> {
  const interaction = interactionOf(body);
  const { text } = await client.send(
    '/Prescription',
    wrapped({ system: FACADE, interaction, payload: body }),
  );
  const [, code = ''] = /<acknowledgement\b[^>]*typeCode="(\w\w)"/.exec(text) ?? [];
  return { code, text };
}

type Found = { readonly state: Prescription; readonly waits: number; readonly events: string[] };

async function found(id: string): Promise<Found> {
  const [row] = await store.rows.all<Found>(`
    select state, (select count(*)::int from prescriptions.download_queue q
        where q.prescription_id = p.prescription_id and left_at is null) as waits,
      array(select kind from prescriptions.event e
        where e.prescription_id = p.prescription_id order by number) as events
    from prescriptions.prescription p where prescription_id = '${id.slice(0, -1)}'`);
  return present(row, id);
}

const fully = (journey: Hl7Journey): Promise<unknown> =>
  journey.dispense(journey.itemIds.map(() => FULLY[0]));

/** By itself, as pharmacies ask: the ids that it gets. */
async function download(organisation: string): Promise<string> {
  const any = present(old[0], 'prescription');
  const asked = await messageAbout(any, (journey) => journey.download(), organisation);
  const { text } = await send(asked);
  assert.match(text, /<PORX_IN070101UK31|<PORX_IN110101UK30/);
  return text;
}

test('what was dispensed before and told of after is taken once, and never waits again', async () => {
  const one = present(
    old.find((each) => each.issue.STATUS === '0002' && stateOf(each, 'DELIVERED')),
    'one that its nominated pharmacy has',
  );
  const before = await found(one.prescription.PRESC_ID);
  assert.deepEqual([before.state.issues[0]?.status, before.waits], ['WithDispenser', 0]);
  const told = await messageAbout(one, fully);
  assert.equal((await send(told)).code, 'AA');
  assert.equal((await send(told)).code, 'AA');
  const { state, waits, events } = await found(one.prescription.PRESC_ID);
  assert.deepEqual([state.issues[0]?.status, waits], ['Dispensed', 0]);
  assert.deepEqual(events, [...before.events, 'DispenseNotified']);
  const again = await download(one.issue.DISPENSER_ORG ?? '');
  assert.ok(!again.includes(one.prescription.PRESC_ID));
});

test('the second part of what was dispensed in part before completes it: together they are what was prescribed', async () => {
  const partly = (await rowsOf(dump, 'DISPENSE', 1)).filter((row) => row.WITHDRAWN === 'N');
  const given = (await rowsOf(dump, 'DISPENSE_ITEM', 1)).filter((row) => row.STATUS === '0003');
  const one = present(
    old.find(
      ({ issue }) => issue.STATUS === '0003' && given.some((row) => row.DN_ID === issue.LAST_DN_ID),
    ),
    'one that is dispensed in part',
  );
  const first = given.filter((row) => row.DN_ID === one.issue.LAST_DN_ID);
  assert.equal(partly.filter((row) => row.PRESC_ID === one.prescription.PRESC_ID).length, 1);
  const rest = one.items.map(({ QTY }, at) => Number(QTY) - Number(first[at]?.QTY));
  const told = await messageAbout(one, fully);
  let at = 0;
  const body = told.body.replaceAll(SUPPLIED, (_, start: string) => `${start}${rest[at++]}"`);
  assert.equal(at, one.items.length);
  assert.equal((await send({ body })).code, 'AA');
  const { state } = await found(one.prescription.PRESC_ID);
  const [issue] = state.issues;
  assert.equal(issue?.status, 'Dispensed');
  assert.deepEqual(
    issue?.items.map(({ status }) => status),
    one.items.map(() => 'FullyDispensed'),
  );
  assert.ok('holding' in issue && issue.holding.notifications.length === 2);
  const [kept] = await store.rows.all<{ body: string }>(
    `select convert_from(body, 'UTF8') as body from prescriptions.message
    where message_id = '${issue.holding.notifications[1]?.id}'`,
  );
  const second = [...(kept?.body ?? '').matchAll(SUPPLIED_VALUE)].map(([, value]) => Number(value));
  assert.deepEqual(
    one.items.map((_, n) => Number(first[n]?.QTY) + (second[n] ?? 0)),
    one.items.map(({ QTY }) => Number(QTY)),
  );
});

/** How much of an item a notification says was handed over. */
const SUPPLIED = /(<suppliedLineItemQuantity\b[\s\S]*?<quantity\b[^>]*?value=")\d+"/g;
const SUPPLIED_VALUE = /<suppliedLineItemQuantity\b[\s\S]*?<quantity\b[^>]*?value="(\d+)"/g;

test('a claim of before that is put right after keeps the day on which it first came', async () => {
  const claims = await rowsOf(dump, 'CLAIM', 1);
  const one = present(
    old.find(({ issue }) => issue.STATUS === '0008' && (issue.CLAIM_RECV_DT ?? '') > '20260101'),
    'one that is claimed in the month of the switch',
  );
  const [first] = claims.filter((row) => row.PRESC_ID === one.prescription.PRESC_ID);
  const claim = present(first, 'claim');
  const amended = await messageAbout(one, (journey) =>
    journey.claim({ amends: one.issue.CLAIM_ID ?? '' }),
  );
  assert.equal(interactionOf(amended.body), INTERACTIONS.claim);
  const before = await found(one.prescription.PRESC_ID);
  const openedMs = nowMs;
  nowMs = AS_OF_MS; // claims are put right within their period
  const { code, text } = await send(amended);
  nowMs = openedMs;
  assert.equal(code, 'AA', text);
  const { state, events } = await found(one.prescription.PRESC_ID);
  const [issue] = state.issues;
  assert.ok(issue?.status === 'Claimed');
  const [year, month, day] = [0, 4, 6].map((at) => claim.RECV_TS.slice(at, at === 0 ? 4 : at + 2));
  assert.ok(issue.claim.firstReceivedAt.startsWith(`${year}-${month}-${day}T`));
  assert.ok(issue.claim.replaced.includes(idOf(one.issue.CLAIM_ID ?? '')));
  assert.deepEqual(events, [...before.events, 'ClaimAmended']);
});

/** An order that has this id, and otherwise is a new one. */
async function orderUnder(id: string): Promise<{ id: string; body: string }> {
  const journey = unanswered(1, store.database);
  await journey.send();
  const xml = present(journey.sent.at(-1), 'order');
  const messageId = newId().toUpperCase();
  const row = { MSG_ID: messageId, PRESC_ID: id, INTERACTION: interactionOf(xml) };
  return { id: messageId, body: bodyOf(row, { xml, id: journey.id, itemIds: [] }, []) };
}

test('an order whose cancellation came before is cancelled when it comes', async () => {
  const { id } = present(
    truths.find(({ fate }) => fate === 'placeholder'),
    'one that was cancelled before it came',
  );
  assert.equal((await send(await orderUnder(id))).code, 'AA');
  const { state, waits } = await found(id);
  assert.deepEqual([state.issues[0]?.status, waits], ['Cancelled', 0]);
});

test('an order under the id of one that is gone is refused', async () => {
  const { id } = present(
    truths.find(({ fate }) => fate === 'tombstone'),
    'one that is gone',
  );
  const before = await found(id);
  const { code, text } = await send(await orderUnder(id));
  assert.equal(code, 'AE');
  assert.match(text, /[Dd]uplicate/);
  assert.deepEqual(await found(id), before);
});

test('what expired between the freezing and the opening waits for nobody, and expires once, by the job', async () => {
  const one = firstToExpire();
  const pharmacy = present(
    stays.find((row) => row.PRESC_ID === one.prescription.PRESC_ID && row.STATE === 'PENDING'),
    'stay',
  ).ORG;
  const got = await download(pharmacy);
  assert.ok(!got.includes(one.prescription.PRESC_ID), got);
  const before = await found(one.prescription.PRESC_ID);
  assert.ok(!before.events.includes('Expired'));
  const job = dueJob(aSpine(store.database), clock);
  await job.run(async () => true);
  await job.run(async () => true);
  const { state, waits, events } = await found(one.prescription.PRESC_ID);
  assert.deepEqual([state.issues[0]?.status, waits], ['Expired', 0]);
  assert.deepEqual(events, [...before.events, 'Expired']);
  const byId = await messageAbout(one, (journey) => journey.release(), pharmacy);
  const { code, text } = await send(byId);
  assert.equal(code, 'AE');
  assert.match(text, /code="0002"/);
});
