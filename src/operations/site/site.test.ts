// Shows: Operations | feeds, badges and JSON say what the pages say; no text of an incident becomes markup
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { COMPONENT_IDS } from '../components.ts';
import { open } from '../incidents/decide.ts';
import { type Incident, incidentOf } from '../incidents/incident.ts';
import { finishedReport } from '../incidents/report/blocks.ts';
import { reportOf, TO_BE_WRITTEN } from '../incidents/report/report.ts';
import { statesOf } from '../monitor/states.ts';
import { anObserved, anOpening, aRound, minute } from '../testing.ts';
import { badge, barOf, barPicture, barWords, escapeXml } from './bars.ts';
import { atomOf, jsonFeedOf } from './feeds.ts';
import { filesOf, openStatusPages } from './pages.ts';
import type { Snapshot } from './snapshot.ts';

const NASTY = `</content></entry><script>alert(1)</script> & " ' ]]> {{ 7*7 }}`;

function aSnapshot(symptom: string, report: string | null = null): Snapshot {
  const decision = open(anOpening({ symptom }));
  assert.ok(decision.ok);
  const incident = incidentOf('INC-20141016-01', decision.value);
  assert.ok(incident !== null);
  const observed = anObserved(minute(1), { rounds: [aRound(minute(1))] });
  const bar = barOf([{ at: minute(0).toISOString(), state: 'operational' }], minute(1));
  const of = <Value>(value: Value) =>
    Object.fromEntries(COMPONENT_IDS.map((id) => [id, value])) as Record<
      (typeof COMPONENT_IDS)[number],
      Value
    >;
  return {
    now: minute(1),
    url: 'http://status.example',
    states: statesOf(observed, [incident], []),
    since: of(minute(0).toISOString()),
    incidents: [{ ...incident, report }],
    maintenance: [],
    bars: of(bar),
    lastCheckedAt: minute(1),
    isBeginning: false,
  };
}

describe('the text of an incident', () => {
  const pages = openStatusPages({ version: '0', helpContact: 'Ask.' });
  const files = filesOf(aSnapshot(NASTY), pages, { email: true });

  test('is text in every file, whatever it holds', () => {
    const holding = files.filter(({ body }) => body.includes('alert(1)'));
    assert.ok(holding.length >= 6, `${holding.length} files`);
    for (const { path, body } of holding) {
      assert.equal(body.includes('<script>alert'), false, path);
      assert.equal(body.includes('49'), body.replaceAll('{{ 7*7 }}', '').includes('49'), path);
    }
  });

  test('ends no element of the Atom feed, and is whole in the JSON feed', () => {
    const atom = atomOf(aSnapshot(NASTY));
    assert.equal(atom.match(/<\/entry>/g)?.length, 2);
    assert.equal(/[^\n\t -~£]/.test(atom.replaceAll(/\p{L}/gu, '')), false);
    const feed = JSON.stringify(jsonFeedOf(aSnapshot(NASTY)));
    assert.ok(feed.includes(JSON.stringify(NASTY).slice(1, -1)));
  });

  test('has no character that XML cannot hold', () => {
    assert.equal(escapeXml('a\u0000\u0001\ufffe<b'), 'a&lt;b');
  });
});

describe('the report of an incident', () => {
  const pages = openStatusPages({ version: '0', helpContact: 'Ask.' });
  const pageOf = (report: string | null, path: string): string | undefined =>
    filesOf(aSnapshot('Sign-in fails', report), pages, { email: true }).find(
      (file) => file.path === path,
    )?.body;
  const PATH = 'incidents/INC-20141016-01/report/index.html';

  test('is a page that the history, the incident and its JSON lead to, once it is published', () => {
    const report =
      '# Title\n\n## Scope\n- one\n- two\n  lines\n\n| When | What |\n|---|---|\n| 7:12am | a \\| b |\n';
    const page = pageOf(report, PATH) ?? '';
    assert.match(page, /<h2 class="nhsuk-heading-m">Scope<\/h2>/);
    assert.match(page, /<li class="app-breaks">two lines<\/li>/);
    assert.match(page, /<th scope="col" class="nhsuk-table__header">What<\/th>/);
    assert.match(page, /<td class="nhsuk-table__cell">a \| b<\/td>/);
    assert.equal(page.includes('Title'), false);
    for (const path of ['history/index.html', 'incidents/INC-20141016-01/index.html']) {
      assert.match(pageOf(report, path) ?? '', /href="\/incidents\/INC-20141016-01\/report\/"/);
      assert.equal(pageOf(null, path)?.includes('/report/'), false);
    }
    const json = pageOf(report, 'status/v1/incidents/INC-20141016-01') ?? '';
    assert.match(json, /"report":"http:\/\/status\.example\/incidents\/INC-20141016-01\/report\/"/);
    assert.equal(pageOf(null, PATH), undefined);
  });

  test('becomes no markup, whatever people wrote', () => {
    const page =
      pageOf(`## ${NASTY}\n\n${NASTY}\n\n- ${NASTY}\n\n| ${NASTY} |\n|---|\n| x |`, PATH) ?? '';
    assert.equal(page.match(/&lt;script&gt;alert\(1\)/g)?.length, 4);
    assert.equal(page.includes('<script>alert'), false);
  });

  test('is published only when people have finished it, and without a patient in it', () => {
    const begun = reportOf({ ...aSnapshot('It fails').incidents[0], report: null } as Incident, []);
    assert.match(refusalOf(begun), /^line \d+ is still to be written$/);
    assert.equal(finishedReport(begun.replaceAll(TO_BE_WRITTEN, 'We know.')).ok, true);
    assert.equal(
      refusalOf('## Cause\n\nOf 999 000 0018'),
      'line 3: it has what looks like an NHS number',
    );
    assert.equal(refusalOf(' \n'), 'it is empty');
    assert.match(refusalOf('a'.repeat(200_001)), /longer than 200000/);
  });
});

function refusalOf(report: string): string {
  const finished = finishedReport(report);
  return finished.ok ? '' : finished.error;
}

describe('the last 90 days', () => {
  const now = new Date('2026-11-29T12:00:00Z');
  const changes = [
    { at: '2026-11-27T00:00:00.000Z', state: 'operational' },
    { at: '2026-11-28T10:00:00.000Z', state: 'partial' },
    { at: '2026-11-28T11:30:00.000Z', state: 'operational' },
  ] as const;

  test('have the worst of each day and how long it was out, in numbers too', () => {
    const bar = barOf(changes, now);
    assert.equal(bar.days.length, 90);
    assert.deepEqual(bar.days.slice(-4), [
      { day: '2026-11-26', worst: null, outMs: 0 },
      { day: '2026-11-27', worst: 'operational', outMs: 0 },
      { day: '2026-11-28', worst: 'partial', outMs: 90 * 60_000 },
      { day: '2026-11-29', worst: 'operational', outMs: 0 },
    ]);
    assert.equal(barWords(bar), '97.50% available in 90 days, out for 1 hour 30 minutes on 1 day');
    assert.equal(barPicture(bar).match(/<rect/g)?.length, 90);
  });

  test('are never rounded up to a hundred, and never out for less than nothing', () => {
    const short = [
      changes[0],
      changes[1],
      { ...changes[2], at: '2026-11-28T10:00:01.000Z' },
    ] as const;
    assert.match(barWords(barOf(short, now)), /^99\.99%/);
    const back = [
      changes[0],
      changes[1],
      { ...changes[2], at: '2026-11-28T09:00:00.000Z' },
    ] as const;
    assert.equal(barWords(barOf(back, now)), '100.00% available in 90 days');
  });

  test('are not known before anything was', () => {
    assert.equal(barWords(barOf([], now)), 'Nothing known yet');
  });
});

test('a badge says its component and state in words', () => {
  assert.match(
    badge('Smartcard and sign-in', 'partial'),
    /<title>Smartcard and sign-in: Partial outage<\/title>/,
  );
});
