import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { testSpine } from '../support/server.ts';
import { assertRefused, assertUnprocessableBy, changesNothing } from './checks.ts';
import * as kinds from './kinds.ts';
import { type Kind, newFacts, prepared, sendAs, sendReplacing } from './kinds.ts';

const spine = testSpine();

const { ORDER, CANCEL, RELEASE_PATIENT, RETURN, DISPENSE, AMEND, WITHDRAW, CLAIM } = kinds;

const MALFORMED_CODES = ['A83008A83', 'A83 008', 'A83_008', 'Ä83008', "A8'--", 'A83008\n'];

/** Where a message says who an organisation is, and what Spine calls it. */
const CODE_PLACES: readonly (readonly [place: string, kind: Kind, code: string, detail: string])[] =
  [
    ['the prescriber’s organisation', ORDER, 'A83008', 'agentOrganization has invalid format'],
    ['whom it answers to', ORDER, '84H', 'hcplOrgCode has invalid format'],
    ['the nominated pharmacy', ORDER, 'FA565', 'nominatedPerformer has invalid format'],
    ['the canceller’s organisation', CANCEL, 'A83008', 'agentOrganization has invalid format'],
    ['whom the canceller answers to', CANCEL, '84H', 'hcplOrgCode has invalid format'],
    ['who asks', kinds.RELEASE_NOMINATED, 'FA565', 'agentOrganization has invalid format'],
    ['who asks for one', RELEASE_PATIENT, 'FA565', 'agentOrganization has invalid format'],
    ['who returns', RETURN, 'FA565', 'agentOrganization has invalid format'],
    ['who dispenses', DISPENSE, 'FA565', 'agentOrganization has invalid format'],
    ['who amends', AMEND, 'FA565', 'agentOrganization has invalid format'],
    ['who withdraws', WITHDRAW, 'FA565', 'agentOrganization has invalid format'],
    ['who claims', CLAIM, 'FA565', 'agentOrganization has invalid format'],
  ];

describe('a malformed organisation code', () => {
  for (const [place, kind, code, detail] of CODE_PLACES) {
    test(`is refused as ${place} of a ${kind.name}`, () =>
      changesNothing(spine(), async () => {
        const facts = newFacts();
        for (const wrong of MALFORMED_CODES) {
          const message = JSON.stringify(kind.build(facts));
          const written = JSON.stringify(wrong);
          const changed = message.replaceAll(`"value":"${code}"`, `"value":${written}`);
          assert.notEqual(changed, message);
          assertUnprocessableBy(kind, await sendAs(spine(), kind, changed), detail);
        }
      }));
  }

  for (const authority of ['T1451', 'RQFZ', '', 'T1450 ']) {
    test(`is refused as who pays a claim: '${authority}'`, () =>
      changesNothing(spine(), async () => {
        const answer = await sendReplacing(spine(), CLAIM, newFacts(), ['T1450', authority]);
        const { diagnostics } = answer.body.issue[0];
        const path = 'Claim.insurance[0].coverage.identifier.value';
        if (authority === '') assert.equal(diagnostics, '@value cannot be empty');
        else assert.equal(diagnostics, `${path} must be one of: 'T1450', 'RQFZ1'.`);
        assertRefused(answer, 400);
      }));
  }
});

describe('an NHS number', () => {
  const { nhsNumber } = newFacts().patient;
  const wrong = [
    ...[...'0123456789'].map((digit) => `${nhsNumber.slice(0, 9)}${digit}`),
    '9990000', // too short
    `${nhsNumber}0`,
    '999 000 0018',
    '99900000l8',
    '٩٩٩٠٠٠٠٠١٨',
    '9990000010', // its check digit would be ten
  ].filter((number) => number !== nhsNumber);

  for (const kind of [ORDER, CANCEL, DISPENSE, AMEND]) {
    test(`that is none is refused: ${kind.name}`, () =>
      changesNothing(spine(), async () => {
        for (const number of wrong) {
          const answer = await sendReplacing(spine(), kind, newFacts(), [nhsNumber, number]);
          assertUnprocessableBy(kind, answer, 'nhsNumber is not valid');
        }
      }));
  }

  test('of another patient is refused by what is known of the prescription', async () => {
    const cases = [
      [CANCEL, 'Mismatch between prescription and cancellation NHSNumber'],
      [DISPENSE, 'Mismatch between prescription and dispense notification NHSNumber'],
    ] as const;
    for (const [kind, detail] of cases) {
      const facts = await prepared(spine(), kind);
      const answer = await sendReplacing(spine(), kind, facts, [nhsNumber, '9990000026']);
      assertUnprocessableBy(kind, answer, detail);
    }
  });
});
