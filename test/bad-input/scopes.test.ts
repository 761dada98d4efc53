import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { currentKey, signAccessToken } from '../../src/identity/index.ts';
import { type Persona, PERSONAS } from '../../src/local/personas.ts';
import { claimsOf } from '../../src/local/tokens.ts';
import { type Answer, DISPENSING, LEGACY, PRESCRIBING, testSpine } from '../support/server.ts';
import { assertIssue, changesNothing } from './checks.ts';
import { KINDS, type Kind, newFacts, prepared, RELEASE_NOMINATED } from './kinds.ts';
import { ORDER, RELEASE_PATIENT, sendAs } from './kinds.ts';

const spine = testSpine();

const API = 'electronic-prescription-service-api';
const USER = 'urn:nhsd:apim:user-nhs-id:aal3';
const APP = 'urn:nhsd:apim:app:level3';
const ALL = [
  ...['prescribing', 'dispensing', 'tracker'].flatMap((half) => [
    `${USER}:${API}:${half}`,
    `${APP}:${API}:${half}`,
  ]),
  `${USER}:fhir-prescribing`,
  `${USER}:fhir-dispensing`,
  `${APP}:fhir-dispensing`,
];

const USERS = ALL.filter((scope) => scope.startsWith(USER));

const GATEWAY = 'https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode';

type Half = 'Prescribing' | 'Dispensing' | 'Tracker';

const userOnly = (half: Half): string =>
  `${half} functionality can only be accessed using the user-restricted access mode.`;
const noPermission = (half: Half): string =>
  `Your app does not have permission to access ${half.toLowerCase()} functionality.`;

function assertForbidden(answer: Answer, diagnostics: string): void {
  assertIssue(answer, 403, { severity: 'fatal', code: 'forbidden', diagnostics });
  assert.ok('meta' in answer.body, 'a rule of the service dates its answer');
}

async function tokenOf(
  persona: Persona,
  scopes: readonly string[],
  roles = claimsOf(persona, null).roles,
): Promise<string> {
  const key = await currentKey(spine().database);
  const claims = { ...claimsOf(persona, null), scope: scopes.join(' '), roles };
  return `Bearer ${signAccessToken(key, claims, new Date())}`;
}

const halfOf = (kind: Kind): Half => (kind.as === 'prescriber' ? 'Prescribing' : 'Dispensing');
const userOf = (kind: Kind): Persona => PERSONAS[kind.as];

async function sendWith(
  kind: Kind,
  base: string,
  [persona, ...scopes]: readonly [Persona, ...string[]],
  facts = newFacts(),
): Promise<Answer> {
  const headers = { authorization: await tokenOf(persona, scopes) };
  return spine().call(`${base}${kind.path}`, { body: kind.build(facts), headers });
}

for (const kind of KINDS) {
  const half = halfOf(kind);
  const word = half.toLowerCase();
  const newBase = half === 'Prescribing' ? PRESCRIBING : DISPENSING;
  const legacyScope = `${USER}:${API}:${word}`;
  const newScope = `${USER}:fhir-${word}`;

  describe(`the scope for a ${kind.name}`, () => {
    test('is wanted: without it, with every other user scope, the answer is 403', () =>
      changesNothing(spine(), async () => {
        for (const [base, scope] of [
          [LEGACY, legacyScope],
          [newBase, newScope],
        ] as const) {
          const others = ALL.filter((one) => one !== scope && !one.startsWith(APP));
          for (const scopes of [[], ['openid'], others, [scope.toUpperCase()], [`${scope}x`]]) {
            const answer = await sendWith(kind, base, [userOf(kind), ...scopes]);
            assertForbidden(answer, noPermission(half));
          }
        }
      }));

    test('is enough by itself', async () => {
      for (const [base, scope] of [
        [LEGACY, legacyScope],
        [newBase, newScope],
      ] as const) {
        const facts = await prepared(spine(), kind);
        const answer = await sendWith(kind, base, [userOf(kind), scope], facts);
        assert.equal(answer.status, 200, answer.text);
      }
    });

    test('is told before what is wrong with the message', () =>
      changesNothing(spine(), async () => {
        // Valid FHIR, and not what the rules want.
        const facts = newFacts({ shortFormId: 'x' });
        const answer = await sendWith(kind, LEGACY, [userOf(kind)], facts);
        assertForbidden(answer, noPermission(half));
      }));

    test('of an application does what an application may, and is refused for the rest', async () => {
      const app = `${APP}:${API}:${word}`;
      const isNominated = kind === RELEASE_NOMINATED;
      const isRelease = isNominated || kind === RELEASE_PATIENT;
      const facts = await prepared(spine(), kind);
      const legacy = await sendWith(kind, LEGACY, [PERSONAS.system, app], facts);
      if (isNominated) assert.equal(legacy.status, 200, legacy.text);
      else assertForbidden(legacy, userOnly(half));

      const newFactsOf = await prepared(spine(), kind);
      const newApp = `${APP}:fhir-${word}`;
      const answer = await sendWith(kind, newBase, [PERSONAS.system, newApp], newFactsOf);
      if (isRelease) assert.equal(answer.status, 200, answer.text);
      else assertForbidden(answer, half === 'Dispensing' ? userOnly(half) : noPermission(half));
    });
  });
}

describe('an application that is refused', () => {
  test('changes nothing', () =>
    changesNothing(spine(), async () => {
      for (const kind of KINDS) {
        if (kind === RELEASE_NOMINATED) continue;
        const app = `${APP}:${API}:${halfOf(kind).toLowerCase()}`;
        assertForbidden(
          await sendWith(kind, LEGACY, [PERSONAS.system, app]),
          userOnly(halfOf(kind)),
        );
      }
    }));
});

describe('the scope of the tracker', () => {
  const ask = async (base: string, persona: Persona, scopes: readonly string[]) => {
    const headers = { authorization: await tokenOf(persona, scopes) };
    return spine().call(`${base}/Task?patient:identifier=9990000018`, { headers });
  };

  test('is wanted on the legacy base, of a user or of an application', async () => {
    const others = ALL.filter((scope) => !scope.endsWith(':tracker'));
    assertForbidden(await ask(LEGACY, PERSONAS.dispenser, others), noPermission('Tracker'));
    const user = [`${USER}:${API}:tracker`];
    assert.equal((await ask(LEGACY, PERSONAS.dispenser, user)).status, 200);
    const application = [`${APP}:${API}:tracker`];
    assert.equal((await ask(LEGACY, PERSONAS.system, application)).status, 200);
  });

  test('does not exist on the new bases: nobody has it', async () => {
    for (const base of [PRESCRIBING, DISPENSING]) {
      for (const persona of [PERSONAS.prescriber, PERSONAS.dispenser, PERSONAS.system]) {
        assertForbidden(await ask(base, persona, ALL), noPermission('Tracker'));
      }
    }
  });
});

describe('a message at the other half of the service', () => {
  test('is refused, whatever the user may do', () =>
    changesNothing(spine(), async () => {
      for (const kind of KINDS.filter(({ path }) => path === '/$process-message')) {
        const wrongBase = halfOf(kind) === 'Prescribing' ? DISPENSING : PRESCRIBING;
        const answer = await sendWith(kind, wrongBase, [userOf(kind), ...USERS]);
        assertForbidden(answer, noPermission(halfOf(kind)));
      }
    }));
});

describe('a user with several roles', () => {
  const roles = [
    { id: '555900010102', organisation: 'A83008', job: 'S8000:G8000:R8000', activities: [] },
    { id: '555900010103', organisation: 'A99968', job: 'S8000:G8000:R8000', activities: [] },
  ];
  const callAs = async (role: string | undefined): Promise<Answer> => {
    const authorization = await tokenOf(PERSONAS.prescriber, PERSONAS.prescriber.scopes, roles);
    const headers = { authorization, 'nhsd-session-urid': role };
    return spine().call(`${LEGACY}${ORDER.path}`, { body: ORDER.build(newFacts()), headers });
  };

  test('has to say which one acts', () =>
    changesNothing(spine(), async () => {
      const details = { coding: [{ system: GATEWAY, version: '1', code: 'MISSING_VALUE' }] };
      const diagnostics = "Missing value in header 'NHSD-Session-URID'";
      const issue = { code: 'value', severity: 'error', details, diagnostics };
      assertIssue(await callAs(undefined), 400, issue);
    }));

  for (const role of ['555900010104', 'x', '555900010102,555900010103', '-1', '555900010102.0']) {
    test(`cannot act in a role that is not theirs: '${role}'`, () =>
      changesNothing(spine(), async () => {
        const display = 'Provided value is invalid';
        const code = 'INVALID_VALUE';
        const details = { coding: [{ system: GATEWAY, version: '1', code, display }] };
        const diagnostics = `Invalid value - '${role}' in header 'NHSD-Session-URID'`;
        const issue = { code: 'value', severity: 'error', details, diagnostics };
        assertIssue(await callAs(role), 400, issue);
      }));
  }

  test('acts in the role that they say', async () => {
    for (const { id } of roles) assert.equal((await callAs(id)).status, 200);
  });

  test('of which there is only one acts in that one, and in no other', async () => {
    const body = ORDER.build(newFacts());
    assert.equal((await sendAs(spine(), ORDER, body)).status, 200);
    const headers = { 'nhsd-session-urid': '555900010103' };
    await changesNothing(spine(), async () => {
      const answer = await spine().call(`${LEGACY}${ORDER.path}`, { body, headers });
      assert.equal(answer.status, 400);
    });
  });
});
