import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { kindOf } from './issues.ts';
import { checkMessage } from './index.ts';
import { aDispenseNotification, anOrder, aRelease, aReturn } from './testing.ts';

const WRONG = [42, 'text', { x: 1 }, ['text'], null, true];
const CASES_MIN = 1_000;

type Container = { [member: string | number]: unknown };

/** Calls back once for each value of the message, wherever it stands. */
function eachValue(node: object, visit: (container: Container, name: string) => void): void {
  for (const [name, value] of Object.entries(node)) {
    visit(node as Container, name);
    if (typeof value === 'object' && value !== null) eachValue(value, visit);
  }
}

function isOtherKind(a: unknown, b: unknown): boolean {
  return typeof a !== typeof b || kindOf(a) !== kindOf(b);
}

describe('a value of the wrong JSON type is refused', () => {
  const messages = { anOrder, aDispenseNotification, aReturn, aRelease };
  let cases = 0;
  for (const [name, message] of Object.entries(messages)) {
    test(`everywhere in ${name}`, () => {
      const accepted: string[] = [];
      const changed = structuredClone(message());
      eachValue(changed, (container, member) => {
        const right = container[member];
        for (const wrong of WRONG.filter((value) => isOtherKind(value, right))) {
          container[member] = wrong;
          if (checkMessage(changed).length === 0)
            accepted.push(`${member}: ${JSON.stringify(wrong)}`);
          cases += 1;
        }
        container[member] = right;
      });
      assert.deepEqual(accepted, []);
    });
  }

  test(`in at least ${CASES_MIN} cases altogether`, () =>
    assert.ok(cases >= CASES_MIN, `${cases}`));
});
