// Shows: Operations | an incident's life: severity from impact and urgency, stages, the next update's time, two people at once
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { LondonDate } from '../../kernel/london.ts';
import { anOpening, minute } from '../testing.ts';
import { type Command, decide, open } from './decide.ts';
import { type Incident, type IncidentEvent, incidentOf, isOpen } from './incident.ts';
import { LEVELS, reportDueOn, severityOf, suggest } from './severity.ts';
import { textProblem } from './texts.ts';

const NUMBER = 'INC-20141016-01';

function opened(more: Parameters<typeof anOpening>[0] = {}): IncidentEvent[] {
  const decision = open(anOpening(more));
  assert.ok(decision.ok);
  return decision.value;
}

function fold(events: readonly IncidentEvent[]): Incident {
  const incident = incidentOf(NUMBER, events);
  assert.ok(incident !== null);
  return incident;
}

const common = { at: minute(20), by: 'technical', version: null } as const;
const anUpdate = {
  ...common,
  kind: 'Update',
  stage: 'identified',
  text: 'We know the cause.',
  todo: null,
  notTodo: null,
  fallback: null,
  extent: null,
  nextUpdateAt: null,
} as const satisfies Command;

describe('severity', () => {
  test('is what the matrix says for each impact and urgency', () => {
    const rows = LEVELS.map((impact) =>
      LEVELS.map((urgency) => severityOf(impact, urgency)).join(''),
    );
    assert.deepEqual(rows, ['11223', '12234', '23344', '33445', '45555']);
  });

  test('is suggested as 1 when sign-in fails at one datacentre, and when data are at risk', () => {
    const facts = { isOutage: true, shareAffected: null, isDataAtRisk: false } as const;
    const cells = [{ component: 'sign-in', datacentre: 'a' }] as const;
    assert.equal(suggest({ ...facts, cells }).severity, 1);
    const claim = [{ component: 'claim', datacentre: 'a' }] as const;
    assert.equal(suggest({ ...facts, cells: claim }).severity, 3);
    assert.equal(suggest({ ...facts, cells: claim, isDataAtRisk: true }).severity, 1);
  });

  test('grows with the share of organisations that met it, and shrinks when it is few', () => {
    const cells = [{ component: 'dispense', datacentre: 'a' }] as const;
    const of = (shareAffected: number) =>
      suggest({ cells, isOutage: true, shareAffected, isDataAtRisk: false }).severity;
    assert.deepEqual([of(0.31), of(0.1), of(0.01)], [1, 2, 3]);
  });
});

test('a report is due five working days after the incident was resolved', () => {
  const due = (day: string) => reportDueOn(day as LondonDate);
  assert.equal(due('2014-10-16'), '2014-10-23'); // a Thursday
  assert.equal(due('2014-10-18'), '2014-10-24'); // a Saturday
});

describe('an incident that a person opens', () => {
  test('is public at once, and its next update is due as its severity asks', () => {
    const incident = fold(opened());
    assert.equal(incident.severity, 1);
    assert.equal(incident.publishedAt, minute(0).toISOString());
    assert.equal(incident.nextUpdateAt, minute(30).toISOString());
  });

  test('needs a symptom and a component', () => {
    assert.deepEqual(open(anOpening({ cells: [] })), {
      ok: false,
      error: { kind: 'PlaceMissing' },
    });
    assert.equal(open(anOpening({ symptom: ' ' })).ok, false);
  });
});

describe('an update', () => {
  test('moves the stage and the time of the next one', () => {
    const decision = decide(fold(opened()), anUpdate);
    assert.ok(decision.ok);
    const incident = fold([...opened(), ...decision.value]);
    assert.equal(incident.stage, 'identified');
    assert.equal(incident.nextUpdateAt, minute(50).toISOString());
    assert.equal(incident.updates[0]?.text, 'We know the cause.');
    assert.equal(incident.updates.length, 3);
  });

  test('may promise the next one sooner, never later', () => {
    const sooner = decide(fold(opened()), { ...anUpdate, nextUpdateAt: minute(30) });
    assert.ok(sooner.ok);
    const later = decide(fold(opened()), { ...anUpdate, nextUpdateAt: minute(51) });
    assert.deepEqual(later.ok ? null : later.error.kind, 'NextUpdateTooLate');
  });

  test('that was written on what another has changed since is refused', () => {
    const incident = fold(opened());
    const decision = decide(incident, { ...anUpdate, version: incident.version - 1 });
    assert.deepEqual(decision, { ok: false, error: { kind: 'Moved', version: 2 } });
    assert.ok(decide(incident, { ...anUpdate, version: incident.version }).ok);
  });

  for (const [what, text] of [
    ['is empty', '  '],
    ['has an NHS number', 'It began with 999 000 0018.'],
    ['turns the writing around', 'a \u202e b'],
    ['has control characters', 'a\u0007b'],
    ['is too long', 'x'.repeat(2_001)],
  ] as const) {
    test(`with a text that ${what} is refused`, () => {
      assert.notEqual(textProblem(text), null);
      const decision = decide(fold(opened()), { ...anUpdate, text });
      assert.deepEqual(decision.ok ? null : decision.error.kind, 'TextWrong');
    });
  }
});

describe('a severity', () => {
  test('goes down only with a reason, and up without one', () => {
    const incident = fold(opened());
    const lower = { ...common, kind: 'Confirm', severity: 3, reason: null } as const;
    const refused = decide(incident, lower);
    assert.deepEqual(refused.ok ? null : refused.error.kind, 'ReasonMissing');
    const decision = decide(incident, { ...lower, reason: 'One pharmacy alone met it.' });
    assert.ok(decision.ok);
    const after = fold([...opened(), ...decision.value]);
    assert.equal(after.severity, 3);
    const worse = { ...common, kind: 'Confirm', severity: 1, reason: null } as const;
    assert.ok(decide(after, worse).ok);
  });
});

describe('the end', () => {
  const resolve = { ...common, kind: 'Resolve', text: 'It works.', check: 'Download.' } as const;

  test('closes it: nothing more is due, and no update is taken', () => {
    const decision = decide(fold(opened()), resolve);
    assert.ok(decision.ok);
    const incident = fold([...opened(), ...decision.value]);
    assert.equal(isOpen(incident), false);
    assert.equal(incident.nextUpdateAt, null);
    const refused = decide(incident, anUpdate);
    assert.deepEqual(refused, { ok: false, error: { kind: 'Closed' } });
    const review = {
      ...common,
      kind: 'Review',
      text: 'The report is there.',
      report: null,
    } as const;
    assert.ok(decide(incident, review).ok);
    assert.equal(decide(fold(opened()), review).ok, false);
  });

  test('of what was published alone waits until a person has confirmed its severity', () => {
    const [detected] = opened();
    assert.ok(detected !== undefined);
    const alone = [
      detected,
      { kind: 'PublishedAlone', at: minute(10).toISOString(), severity: 1 },
    ] as const;
    const refused = decide(fold(alone), resolve);
    assert.deepEqual(refused, { ok: false, error: { kind: 'NotConfirmed' } });
  });

  test('of a draft may be that it is put away; of what is public it may not', () => {
    const dismiss = { ...common, kind: 'Dismiss', text: 'A test.' } as const;
    const [draft] = opened();
    assert.ok(draft !== undefined);
    assert.ok(decide(fold([draft]), dismiss).ok);
    assert.deepEqual(decide(fold(opened()), dismiss), { ok: false, error: { kind: 'IsPublic' } });
  });

  test('of one that is not there is not found', () => {
    assert.deepEqual(decide(null, resolve), { ok: false, error: { kind: 'NotFound' } });
  });
});
