import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import type { Notice } from './notices.ts';
import { ALL, parseWanted, wants } from './subscription.ts';

const NOTICE: Notice = {
  kind: 'incident',
  number: 'INC-20141016-01',
  subject: 'S',
  lines: [],
  path: '/',
  cells: [
    { component: 'sign-in', datacentre: 'a' },
    { component: 'tracker', datacentre: 'b' },
  ],
  users: ['practices'],
  severity: 2,
  whose: [],
  at: '2014-10-16T07:00:00Z',
};

const CHOSEN = {
  components: [],
  sites: [],
  users: [],
  incident: '',
  severity: '4',
  maintenance: false,
};

describe('a subscriber', () => {
  test('hears of the components, datacentres, people and severities that were chosen', () => {
    const heard = (more: Partial<Record<keyof typeof CHOSEN, unknown>>): boolean =>
      wants(parseWanted({ ...CHOSEN, ...more } as typeof CHOSEN), NOTICE);
    assert.equal(heard({}), true);
    assert.equal(heard({ components: ['sign-in'] }), true);
    assert.equal(heard({ components: ['Identity'] }), true); // a group of them
    assert.equal(heard({ components: ['claim'] }), false);
    assert.equal(heard({ sites: ['b'] }), true);
    assert.equal(heard({ components: ['sign-in'], sites: ['b'] }), false); // it is at A alone
    assert.equal(heard({ users: ['practices', 'patients'] }), true);
    assert.equal(heard({ users: ['pharmacies'] }), false);
    assert.equal(heard({ severity: '2' }), true);
    assert.equal(heard({ severity: '1' }), false);
    assert.equal(heard({ components: ['nothing'], sites: ['c'], users: ['x'] }), true);
  });

  test('of one incident hears of nothing else', () => {
    const wanted = parseWanted({ ...CHOSEN, incident: ' inc-20141016-01 ' });
    assert.equal(wants(wanted, { ...NOTICE, severity: 4 }), true);
    assert.equal(wants(wanted, { ...NOTICE, number: 'INC-20141016-02' }), false);
    assert.equal(wants(wanted, { ...NOTICE, number: 'MNT-20141016-01', severity: null }), false);
  });

  test('that was named for somebody hears of their faults alone, and nobody else does', () => {
    const theirs: Notice = { ...NOTICE, kind: 'local-fault', severity: null, whose: ['ods:FA565'] };
    const named = { ...ALL, whose: 'ods:FA565' };
    assert.equal(wants(named, theirs), true);
    assert.equal(wants(named, { ...theirs, whose: ['ods:A83008', 'asid:1'] }), false);
    assert.equal(wants(named, NOTICE), false);
    assert.equal(wants(ALL, theirs), false);
    const ofNumber = { ...ALL, incident: NOTICE.number };
    assert.equal(wants(ofNumber, theirs), false);
  });

  test('hears of maintenance only where that was chosen', () => {
    const maintenance = { ...NOTICE, severity: null };
    assert.equal(wants(parseWanted(CHOSEN), maintenance), false);
    assert.equal(wants(ALL, maintenance), true);
  });
});
