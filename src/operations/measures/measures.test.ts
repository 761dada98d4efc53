import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { openMetrics } from '../../platform/measures/metrics.ts';
import { barsOf, drawRequests, drawTimes } from './chart.ts';
import type { Counted } from './repository.ts';
import { since } from './since.ts';
import { addTimes, percentileMs } from './times.ts';
import { cellsOf } from './wall.ts';

const one = {
  interface: 'pds',
  interaction: 'search',
  outcome: 'accepted',
  elapsedMs: 12,
  organisation: 'A83008',
  asid: null,
  reason: null,
} as const;

const NONE = { accepted: 0, refused: 0, denied: 0, limited: 0, unavailable: 0, failed: 0 };
const AT = new Date('2026-11-30T10:30:30Z');

function row(more: Partial<Counted>): Counted {
  const beganAt = new Date('2026-11-30T10:30:00Z');
  return {
    ...NONE,
    interface: 'pds',
    interaction: 'search',
    times: [],
    beganAt,
    datacentre: 'a',
    ...more,
  };
}

describe('what is kept of the counters of a process', () => {
  test('is what came since the last time, each time in its own bucket, and nothing of what did not change', async () => {
    const metrics = openMetrics('a');
    metrics.answered(one);
    metrics.done({
      interaction: 'PORX_IN020101SM31',
      outcome: 'refused',
      reason: 'PatientDeceased',
      organisation: 'A83008',
    });
    const first = await metrics.totals();
    assert.deepEqual(
      since(null, first).measured.map(({ interaction, accepted, refused }) => [
        interaction,
        accepted,
        refused,
      ]),
      [
        ['search', 1, 0],
        ['PORX_IN020101SM31', 0, 1],
      ],
    );
    metrics.answered({ ...one, elapsedMs: 300, outcome: 'failed' });
    metrics.answered({ ...one, elapsedMs: 60_000 });
    const { measured, sites } = since(first, await metrics.totals());
    const times = [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    assert.deepEqual(measured, [
      { ...NONE, accepted: 1, failed: 1, interface: 'pds', interaction: 'search', times },
    ]);
    assert.deepEqual(sites, [
      { ...NONE, accepted: 1, failed: 1, organisation: 'A83008', asid: '', interface: 'pds' },
    ]);
    const last = await metrics.totals();
    assert.deepEqual(since(last, last), { measured: [], sites: [] });
  });

  test('leaves out what comes for the synthetic organisations', async () => {
    const metrics = openMetrics('a', ['A99991']);
    metrics.answered({ ...one, organisation: 'A99991' });
    metrics.site({ ...one, organisation: 'A99991' });
    metrics.done({ interaction: 'X', outcome: 'accepted', reason: null, organisation: 'A99991' });
    assert.deepEqual(since(null, await metrics.totals()), { measured: [], sites: [] });
  });

  test('counts sites and codes beyond so many together', async () => {
    const metrics = openMetrics('a');
    for (let n = 0; n < 5_010; n += 1)
      metrics.answered({ ...one, organisation: `X${n}`, reason: `C${n}` });
    const text = await metrics.text();
    assert.match(text, /openspine_site_requests_total\{organisation="others"[^}]*\} 10\n/);
    assert.match(text, /openspine_refusals_total\{interface="pds",code="others"[^}]*\} 4510\n/);
  });
});

describe('the times of requests', () => {
  test('have a median and a 99th percentile, taken to be spread evenly within a bucket', () => {
    const times = addTimes([
      [0, 0, 50],
      [0, 0, 49, 0, 0, 0, 0, 1],
    ]);
    assert.equal(percentileMs(times, 0.5), 15);
    assert.equal(percentileMs(times, 0.99), 20);
    assert.equal(percentileMs(times, 1), 500);
    assert.equal(percentileMs([], 0.5), null);
    assert.equal(
      percentileMs(addTimes([Array.from({ length: 13 }, (_, n) => (n === 12 ? 1 : 0))]), 0.5),
      10_000,
    );
  });
});

describe('a chart', () => {
  test('has a bar for each minute of the hour, also where nobody asked', () => {
    const bars = barsOf([row({ accepted: 8, failed: 2, times: [10] })], '1h', AT);
    assert.equal(bars.length, 60);
    assert.deepEqual(bars.at(-1), {
      from: new Date('2026-11-30T10:30:00Z'),
      requests: 10,
      refused: 0,
      errors: 2,
      halfMs: 3,
      mostMs: 5,
    });
    const { bars: boxes, errors, most } = drawRequests(bars);
    assert.equal(most, 10);
    assert.deepEqual(boxes, [{ x: 708, y: 0, width: 11, height: 160 }]);
    assert.deepEqual(errors, [{ x: 708, y: 128, width: 11, height: 32 }]);
    assert.equal(drawTimes(bars).line, '714,0');
  });
});

describe('the state of an interface in a datacentre', () => {
  const figures = {
    connections: 4,
    underWay: 0,
    waiting: 0,
    requestsUnderWay: 0,
    requestsMost: 256,
  };
  const process = { id: '', datacentre: 'a', toldAt: AT, figures };
  const stateOf = (more: Partial<Counted>, toldAt = AT) =>
    cellsOf([row(more)], [{ ...process, toldAt }], AT)[0]?.cells[0]?.state;

  test('is failing above five errors in a hundred of twenty calls, slow above a second, stale after fifteen', () => {
    assert.equal(stateOf({ accepted: 19, failed: 1, times: [20] }), 'Working');
    assert.equal(stateOf({ accepted: 18, failed: 2, times: [20] }), 'Failing');
    assert.equal(stateOf({ accepted: 2, failed: 2, times: [4] }), 'Working');
    assert.equal(stateOf({ accepted: 9, times: [0, 0, 0, 0, 0, 0, 0, 0, 0, 9] }), 'Slow');
    assert.equal(stateOf({}), 'Quiet');
    assert.equal(stateOf({ accepted: 9, times: [9] }, new Date(AT.getTime() - 15_001)), 'Stale');
    assert.equal(
      stateOf({ accepted: 9, times: [9], beganAt: new Date(AT.getTime() - 120_001) }),
      'Quiet',
    );
  });
});
