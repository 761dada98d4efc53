// Shows: Operations | what probes find becomes an incident by itself: opened, published when nobody does, watched, over
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { type Incident, type IncidentEvent, incidentOf } from '../incidents/incident.ts';
import { aMinute, anObserved, aRound, type Broken, minute } from '../testing.ts';
import { UNKNOWN_AFTER_MS, statesOf, wholeOf } from './states.ts';
import type { Observed, Round } from './observed.ts';
import { namesAtFault } from './rules.ts';
import { watch } from './watch.ts';

const SIGN_IN_AT_A: Broken = [['sign-in', 'a']];
const NUMBER = 'INC-20141016-01';

/** Rounds each minute, from the first minute on; what is broken in each. */
function rounds(...all: readonly Broken[]): Round[] {
  return all.map((broken, index) => aRound(minute(index), broken));
}

/** What the program makes of rounds that come one after the other. */
function play(all: readonly Round[], more: Partial<Observed> = {}): IncidentEvent[] {
  const events: IncidentEvent[] = [];
  for (const [index, { at }] of all.entries()) {
    const seen = anObserved(at, { rounds: all.slice(0, index + 1), ...more });
    const incident = incidentOf(NUMBER, events);
    for (const noted of watch(seen, incident === null ? [] : [incident])) {
      events.push(...noted.events);
    }
  }
  return events;
}

function played(all: readonly Round[]): Incident | null {
  return incidentOf(NUMBER, play(all));
}

describe('a step of the probes that fails', () => {
  test('once is shown and opens nothing; twice running opens a draft of severity 1 for sign-in', () => {
    assert.deepEqual(play(rounds([], SIGN_IN_AT_A)), []);
    const incident = played(rounds([], SIGN_IN_AT_A, SIGN_IN_AT_A));
    assert.equal(incident?.severity, 1);
    assert.equal(incident?.publishedAt, null);
    assert.equal(incident?.beganAt, minute(1).toISOString());
    assert.equal(incident?.symptom, 'Smartcard and sign-in does not work at datacentre A');
    assert.deepEqual(incident?.users, ['practices', 'pharmacies', 'hospitals']);
  });

  test('now and then is no incident', () => {
    assert.deepEqual(play(rounds([], SIGN_IN_AT_A, [], SIGN_IN_AT_A, [])), []);
  });

  test('of a second component widens what is open', () => {
    const both: Broken = [...SIGN_IN_AT_A, ['tracker', 'b']];
    const incident = played(rounds(SIGN_IN_AT_A, SIGN_IN_AT_A, both, both));
    assert.deepEqual(incident?.cells, [
      { component: 'sign-in', datacentre: 'a' },
      { component: 'tracker', datacentre: 'b' },
    ]);
    assert.equal(incident?.updates[0]?.text, 'Also affected: Tracker (datacentre B).');
  });
});

describe('a draft of severity 1', () => {
  const broken = Array.from({ length: 13 }, () => SIGN_IN_AT_A);

  test('that nobody confirms is published after ten minutes', () => {
    assert.equal(played(rounds(...broken).slice(0, 11))?.publishedAt, null);
    assert.equal(played(rounds(...broken))?.publishedAt, minute(11).toISOString());
  });

  test('is not published early because the clock has jumped', () => {
    const all = rounds(...broken.slice(0, 3));
    const jumped = new Date(minute(180));
    const events = play(all);
    const incident = incidentOf(NUMBER, events);
    assert.ok(incident !== null);
    const seen = anObserved(jumped, { rounds: all, resumedAt: jumped });
    assert.deepEqual(watch(seen, [incident]), []);
  });
});

describe('what works again', () => {
  const fixed: readonly Broken[] = [
    SIGN_IN_AT_A,
    SIGN_IN_AT_A,
    ...Array.from({ length: 13 }, () => []),
  ];

  test('is watched after five good minutes; a draft that was over unnoticed is put away', () => {
    const monitoring = played(rounds(...fixed.slice(0, 8)));
    assert.equal(monitoring?.stage, 'monitoring');
    const over = played(rounds(...fixed));
    assert.equal(over?.isDismissed, true);
  });

  test('and fails again while it is watched is under investigation again', () => {
    const again = [...fixed.slice(0, 8), SIGN_IN_AT_A, SIGN_IN_AT_A];
    const incident = played(rounds(...again));
    assert.equal(incident?.stage, 'investigating');
    assert.equal(incident?.recoveredAt, null);
  });

  test('of severity 1 that people were told of, is closed by a person alone', () => {
    const all = rounds(...fixed);
    const start = play(all.slice(0, 2));
    const confirmed: IncidentEvent = {
      kind: 'Confirmed',
      at: minute(2).toISOString(),
      by: 'incident-lead',
      severity: 1,
      reason: null,
    };
    const events = [...start, confirmed];
    for (const [index, { at }] of all.entries()) {
      if (index < 2) continue;
      const incident = incidentOf(NUMBER, events);
      assert.ok(incident !== null);
      const seen = anObserved(at, { rounds: all.slice(0, index + 1) });
      for (const noted of watch(seen, [incident])) events.push(...noted.events);
    }
    const incident = incidentOf(NUMBER, events);
    assert.equal(incident?.isResolutionProposed, true);
    assert.equal(incident?.resolvedAt, null);
  });
});

describe('failures that users meet', () => {
  const failing = (failuresBy: Record<string, number>) =>
    anObserved(minute(2), {
      minutes: [0, 1].map((n) => aMinute(minute(n), { failures: 30, failuresBy })),
    });
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`ods:F${n}`, 1]));

  test('of many open an incident though no probe fails', () => {
    const [noted] = watch(failing(many), []);
    assert.equal(noted?.events[0]?.kind, 'Detected');
  });

  test('of one organisation or system alone are its own, and no incident', () => {
    for (const who of ['ods:FA565', 'asid:999000000201']) {
      const local = failing({ [who]: 30 });
      assert.deepEqual(watch(local, []), []);
      assert.deepEqual(namesAtFault(local.minutes), [who]);
    }
  });

  test('are too few to tell below twenty calls', () => {
    const few = anObserved(minute(2), {
      minutes: [aMinute(minute(1), { calls: 19, failures: 19, failuresBy: many })],
    });
    assert.deepEqual(watch(few, []), []);
  });

  test('are there, too, when answers take four times as long as usual for five minutes', () => {
    const slow = (p99Ms: number) =>
      anObserved(minute(5), {
        usual: { dispense: { p99Ms: 40, organisations: 50 } },
        minutes: [0, 1, 2, 3, 4].map((n) => aMinute(minute(n + 0.5), { p99Ms })),
      });
    assert.equal(watch(slow(161), [])[0]?.events[0]?.kind, 'Detected');
    assert.deepEqual(watch(slow(160), []), []);
  });
});

describe('the state of a component', () => {
  const now = (all: readonly Round[], at = all.at(-1)?.at ?? minute(0)) =>
    statesOf(anObserved(at, { rounds: all }), [], []);

  test('is seen at the first failure, an outage at the second, and partial as a whole', () => {
    assert.equal(now(rounds([], SIGN_IN_AT_A))['sign-in'].a, 'degraded');
    const states = now(rounds(SIGN_IN_AT_A, SIGN_IN_AT_A));
    assert.deepEqual(states['sign-in'], { a: 'full', b: 'operational' });
    assert.equal(wholeOf(states['sign-in']), 'partial');
    assert.equal(wholeOf({ a: 'full', b: 'full' }), 'full');
  });

  test('is unknown without a probe for three minutes', () => {
    const all = rounds([]);
    const late = new Date(minute(0).getTime() + UNKNOWN_AFTER_MS + 1);
    assert.equal(now(all, late).tracker.a, 'unknown');
  });

  test('is unknown while those who look and what they look at begin together, for two minutes', () => {
    const seen = (at: number, all: readonly Round[]) =>
      anObserved(minute(at), { rounds: all, begunAt: minute(0) });
    const early = seen(1, rounds(SIGN_IN_AT_A, SIGN_IN_AT_A));
    assert.deepEqual(statesOf(early, [], [])['sign-in'], { a: 'unknown', b: 'operational' });
    assert.deepEqual(watch(early, []), []);
    const late = seen(2, rounds(SIGN_IN_AT_A, SIGN_IN_AT_A, SIGN_IN_AT_A));
    assert.equal(statesOf(late, [], [])['sign-in'].a, 'full');
    assert.equal(watch(late, [])[0]?.events[0]?.kind, 'Detected');
    const fails = seen(1.5, [...rounds([], SIGN_IN_AT_A), aRound(minute(1.5), SIGN_IN_AT_A)]);
    assert.equal(watch(fails, [])[0]?.events[0]?.kind, 'Detected'); // it had been seen to work
  });

  test('is maintenance while that is under way', () => {
    const maintenance = {
      number: 'MNT-20141016-01',
      title: 'New certificate',
      effect: 'None',
      from: minute(0).toISOString(),
      until: minute(60).toISOString(),
      state: 'under-way',
      reason: null,
      announced: [],
      changedAt: minute(0).toISOString(),
      version: 2,
      cells: [{ component: 'tracker', datacentre: 'a' }],
      users: [],
    } as const;
    const states = statesOf(anObserved(minute(1), { rounds: rounds([], []) }), [], [maintenance]);
    assert.deepEqual(states.tracker, { a: 'maintenance', b: 'operational' });
  });
});
