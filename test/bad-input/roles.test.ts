import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { type AccessTokenClaims, currentKey, signAccessToken } from '../../src/identity/index.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { claimsOf } from '../../src/local/tokens.ts';
import { type Answer, LEGACY, testSpine, type TestSpine } from '../support/server.ts';
import { assertIssue, changesNothing } from './checks.ts';
import { CLAIM_AMEND, KINDS, type Kind, newFacts, ORDER } from './kinds.ts';
import { prepared, RELEASE_NOMINATED } from './kinds.ts';

// Shows: Access | strict: a user does what the activities of their role allow, and nothing else

const strict = testSpine({ roleCheck: 'strict' });
const compatible = testSpine();

const API = 'electronic-prescription-service-api';
const SCOPES = ['prescribing', 'dispensing', 'tracker']
  .map((half) => `urn:nhsd:apim:user-nhs-id:aal3:${API}:${half}`)
  .join(' ');

/** Has every scope, so that only the role can be in the way. */
async function tokenIn(
  spine: TestSpine,
  job: string,
  activities: readonly string[],
): Promise<string> {
  const role = { id: '555900019999', organisation: 'A83008', job, activities };
  const claims: AccessTokenClaims = {
    ...claimsOf(PERSONAS.prescriber, null),
    scope: SCOPES,
    roles: job === '' ? [] : [role],
  };
  return signAccessToken(await currentKey(spine.database), claims, new Date());
}

const R = (code: string): string => `S8000:G8000:${code}`;

async function send(
  spine: TestSpine,
  kind: Kind,
  [job, ...activities]: readonly [string, ...string[]],
): Promise<Answer> {
  const facts = await prepared(spine, kind);
  const headers = { authorization: `Bearer ${await tokenIn(spine, job, activities)}` };
  return spine.call(`${LEGACY}${kind.path}`, { body: kind.build(facts), headers });
}

const PRESCRIBERS: readonly (readonly [string, ...string[]])[] = [
  [R('R8000')],
  [R('R8001'), 'B0420'],
  [R('R8009'), 'B0058'],
  [R('R8008')],
];
const PHARMACISTS: readonly (readonly [string, ...string[]])[] = [
  [R('R8003')],
  [R('R8004')],
  ['S0050:G0200:R1290', 'B0570'],
  ['S0050:G0200:R1290', 'B0572'],
];

type Role = readonly [string, ...string[]];
const NOBODY: readonly Role[] = [[R('R8009')], ['']];
const DISPENSES: Role = ['S0050:G0200:R1290', 'B0570'];

/** Who may send a message of the kind, and who may not; only who manages a pharmacy amends its claims. */
function rolesFor(kind: Kind): readonly [able: readonly Role[], unable: readonly Role[]] {
  if (kind.as === 'prescriber') {
    return [PRESCRIBERS, [[R('R8003')], [R('R8001'), 'B0570'], ...NOBODY]];
  }
  const others: readonly Role[] = [[R('R8000')], ['S0050:G0200:R1290', 'B0420'], ...NOBODY];
  if (kind === CLAIM_AMEND) return [[['S0050:G0200:R1290', 'B0572']], [DISPENSES, ...others]];
  return [PHARMACISTS, others];
}

for (const kind of KINDS) {
  const [able, unable] = rolesFor(kind);

  describe(`a ${kind.name}, strict`, () => {
    test('comes from whoever has the activity, by baseline or by profile', async () => {
      for (const role of able) {
        const answer = await send(strict(), kind, role);
        assert.equal(answer.status, 200, `${role.join(' ')}: ${answer.text}`);
      }
    });

    test('is refused to everybody else, and to a user without a role', async () => {
      for (const role of unable) {
        const facts = await prepared(strict(), kind);
        const token = await tokenIn(strict(), role[0], role.slice(1));
        await changesNothing(strict(), async () => {
          const headers = { authorization: `Bearer ${token}` };
          const body = kind.build(facts);
          const answer = await strict().call(`${LEGACY}${kind.path}`, { body, headers });
          assert.equal(answer.status, 403, `${role.join(' ')}: ${answer.text}`);
          assert.match(answer.body.issue[0].diagnostics, /^The role profile has none of the activ/);
        });
      }
    });
  });
}

describe('the role of a user', () => {
  test('is told with the activities that would do', async () => {
    const answer = await send(strict(), ORDER, [R('R8009')]);
    const diagnostics = 'The role profile has none of the activities B0420, B0440, B0058.';
    assertIssue(answer, 403, { severity: 'fatal', code: 'forbidden', diagnostics });
  });

  test('does not matter for what an application does by itself', async () => {
    const facts = await prepared(strict(), RELEASE_NOMINATED);
    const body = RELEASE_NOMINATED.build(facts);
    const answer = await strict().call(`${LEGACY}${RELEASE_NOMINATED.path}`, {
      body,
      as: 'system',
    });
    assert.equal(answer.status, 200, answer.text);
  });

  test('does not matter where the real API does not ask for it (compatible)', async () => {
    const headers = { authorization: `Bearer ${await tokenIn(compatible(), R('R8009'), [])}` };
    const body = ORDER.build(newFacts());
    const answer = await compatible().call(`${LEGACY}${ORDER.path}`, { body, headers });
    assert.equal(answer.status, 200, answer.text);
  });
});
