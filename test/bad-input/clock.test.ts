import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';

import { type Datacentre, startDatacentre } from '../../src/datacentre.ts';
import { testConfig } from '../support/config.ts';
import { type Answer, LEGACY, testSpine } from '../support/server.ts';
import { changesNothing } from './checks.ts';
import { newFacts, ORDER, RELEASE_NOMINATED, RELEASE_PATIENT, sendAs } from './kinds.ts';

const spine = testSpine();

const CLOCK = '/_local/clock';
const HOUR_MS = 3_600_000;

const put = (body: object | string): Promise<Answer> =>
  spine().call(CLOCK, { method: 'PUT', body });
const read = (): Promise<Answer> => spine().call(CLOCK);
const agoMs = (instant: string): number => Date.now() - Date.parse(instant);

beforeEach(async () => {
  await put({ real: true });
});

describe('the clock of a test installation', () => {
  test('stands where it is set, and every answer is dated by it', async () => {
    const set = await put({ instant: '2024-12-09T11:50:04Z', frozen: true });
    const frozen = {
      instant: '2024-12-09T11:50:04.000Z',
      frozen: true,
      real: false,
      security: false,
    };
    assert.equal(set.status, 200);
    assert.deepEqual(set.body, { ...frozen, done: [] });
    const authoredAt = new Date('2024-12-09T09:00:00Z');
    const order = await sendAs(spine(), ORDER, ORDER.build(newFacts({ authoredAt })));
    assert.equal(order.body.meta.lastUpdated, '2024-12-09T11:50:04+00:00');
    assert.deepEqual((await read()).body, frozen);
  });

  test('runs on from where it is set when it is not frozen', async () => {
    await put({ instant: '2030-01-01T00:00:00Z' });
    const first = (await read()).body.instant;
    await new Promise((resolve) => setTimeout(resolve, 20));
    const second = (await read()).body.instant;
    assert.ok(first >= '2030-01-01T00:00:00.000Z' && second > first && second < '2030-01-01T01');
  });

  test('goes backwards when it is told to', async () => {
    for (const instant of ['2031-05-05T05:05:05.000Z', '2019-03-03T03:03:03.000Z']) {
      await put({ instant, frozen: true });
      assert.equal((await read()).body.instant, instant);
    }
  });

  test('reads other zones, and shows its own', async () => {
    const set = await put({ instant: '2024-07-01T00:30:00+01:00', frozen: true });
    assert.equal(set.body.instant, '2024-06-30T23:30:00.000Z');
  });

  test('is the real one again when it is let go', async () => {
    await put({ instant: '2001-01-01T00:00:00Z', frozen: true, security: true });
    const real = await put({ real: true });
    assert.deepEqual([real.body.real, real.body.frozen, real.body.security], [true, false, false]);
    assert.ok(agoMs(real.body.instant) < 5_000);
  });

  const bad: readonly (object | string)[] = [
    '',
    'x',
    '[]',
    'null',
    '{}',
    { real: false },
    { real: 'true' },
    { instant: null },
    { instant: 1_733_745_004_000 },
    { instant: '' },
    { instant: 'tomorrow' },
    { instant: '2024-12-09' },
    { instant: '2024-13-01T00:00:00Z' },
    { instant: '2024-12-09T25:00:00Z' },
    { instant: '2024-12-09T11:50:04 or so' },
    { instant: '+275760-09-13T00:00:00Z' },
    { frozen: true },
  ];
  for (const body of bad) {
    test(`is not moved by ${JSON.stringify(body)}, and says what it understands`, () =>
      changesNothing(spine(), async () => {
        const answer = await put(body);
        assert.equal(answer.status, 400, answer.text);
        assert.match(answer.body.error, /^Send \{"instant":"2024-12-09T11:50:04Z","frozen":true\}/);
        assert.match(answer.body.error, /\{"real":true\} to let it go/);
        assert.equal((await read()).body.real, true);
      }));
  }
});

describe('the time of tokens', () => {
  const call = (headers: Record<string, string> = {}): Promise<Answer> =>
    spine().call(`${LEGACY}/Task?patient:identifier=9990000018`, { headers });
  const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

  test('does not go with the business time', async () => {
    await put({ instant: inMs(365 * 24 * HOUR_MS) });
    assert.equal((await call()).status, 200);
  });

  test('goes with it when that is asked for: a token expires, a new one is of the new time', async () => {
    await put({ instant: inMs(HOUR_MS), security: true });
    const old = await call();
    assert.equal(old.status, 401);
    assert.equal(old.body.issue[0].diagnostics, 'Access Token expired');
    const made = await spine().call('/_local/token', { body: { persona: 'prescriber' } });
    const headers = { authorization: `Bearer ${made.body.access_token}` };
    assert.equal((await call(headers)).status, 200);
    await put({ real: true });
    const early = await call(headers);
    assert.equal(early.body.issue[0].diagnostics, 'Invalid Access Token');
    assert.equal((await call()).status, 200);
  });

  test('may also lie in the past: what was issued since is not valid yet', async () => {
    await put({ instant: inMs(-24 * HOUR_MS), security: true });
    const answer = await call();
    assert.equal(answer.status, 401);
    assert.equal(answer.body.issue[0].diagnostics, 'Invalid Access Token');
  });
});

describe('two datacentres on one database', () => {
  let other: Datacentre;
  before(async () => {
    const [row] = await spine().database.all<{ name: string }>({
      text: 'select current_database() as name',
      values: [],
    });
    const server = process.env['OPENSPINE_TEST_DATABASE'] ?? '';
    const databaseUrl = server.replace(/\/[^/]*$/, `/${row?.name}`);
    other = await startDatacentre(testConfig(databaseUrl, { datacentre: 'b' }), () => undefined);
  });
  after(() => other.close());

  test('have one clock: what one is told, the other goes by at once', async () => {
    for (const year of ['2021', '2035', '2019']) {
      const instant = `${year}-06-01T12:00:00.000Z`;
      await put({ instant, frozen: true });
      const there = await fetch(`${other.url}${CLOCK}`);
      assert.deepEqual(await there.json(), { instant, frozen: true, real: false, security: false });
    }
  });

  test('have one clock whichever of them is told', async () => {
    const body = JSON.stringify({ instant: '2022-02-02T02:02:02.000Z', frozen: true });
    const set = await fetch(`${other.url}${CLOCK}`, { method: 'PUT', body });
    assert.equal(set.status, 200);
    await set.arrayBuffer();
    assert.equal((await read()).body.instant, '2022-02-02T02:02:02.000Z');
  });
});

describe('a prescription of the 5th of January', () => {
  const JANUARY = '2026-01-05T09:30:00Z';
  const facts = (nominated: string | null) =>
    newFacts({ authoredAt: new Date(JANUARY), nominated });
  const PHARMACY = 'FA565';

  const given = async (nominated: string | null) => {
    await put({ instant: JANUARY, frozen: true });
    const made = facts(nominated);
    assert.equal((await sendAs(spine(), ORDER, ORDER.build(made))).status, 200);
    return made;
  };

  test('can be had until the 4th of July has passed in London', async () => {
    const made = await given(null);
    await put({ instant: '2026-07-04T22:59:59Z', frozen: true });
    const answer = await sendAs(spine(), RELEASE_PATIENT, RELEASE_PATIENT.build(made));
    assert.equal(answer.status, 200, answer.text);
  });

  test('is nominated until then, too', async () => {
    const made = await given(PHARMACY);
    await put({ instant: '2026-07-04T22:59:59Z', frozen: true });
    const answer = await sendAs(spine(), RELEASE_NOMINATED, RELEASE_NOMINATED.build(made));
    assert.equal(answer.body.parameter[0].resource.total, 1);
  });

  test('cannot be had on the 5th of July, though no job has run', async () => {
    const made = await given(PHARMACY);
    await put({ instant: '2026-07-04T23:00:00Z', frozen: true });
    const byId = await sendAs(spine(), RELEASE_PATIENT, RELEASE_PATIENT.build(made));
    assert.equal(byId.status, 400);
    const system = 'https://fhir.nhs.uk/CodeSystem/EPS-IssueCode';
    const display = 'Prescription has expired';
    assert.deepEqual(byId.body.issue[0].details.coding, [
      { system, code: 'PRESCRIPTION_EXPIRED', display },
    ]);
    const nominated = await sendAs(spine(), RELEASE_NOMINATED, RELEASE_NOMINATED.build(made));
    assert.equal(nominated.body.issue[0].details.coding[0].code, 'NO_MORE_PRESCRIPTIONS');
  });

  test('stays expired when the clock is set back: what time did was written', async () => {
    const made = await given(null);
    const moved = await put({ instant: '2026-07-05T00:00:00Z', frozen: true });
    const expired = moved.body.done.filter((one: { kind: string }) => one.kind === 'expire');
    assert.ok(expired.length > 0 && expired.every((one: { on: string }) => one.on <= '2026-07-05'));
    await put({ instant: '2026-02-01T00:00:00Z', frozen: true });
    const late = await sendAs(spine(), RELEASE_PATIENT, RELEASE_PATIENT.build(made));
    assert.equal(late.status, 400);
  });
});
