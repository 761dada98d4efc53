import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { codeSystems } from '../../src/gateways/fhir/structure/code-systems.ts';
import { checkMessage } from '../../src/gateways/fhir/structure/index.ts';
import { testSpine } from '../support/server.ts';
import { assertRefused, changesNothing, inBatches } from './checks.ts';
import { type Kind, KINDS, newFacts, prepared, sendAs } from './kinds.ts';

// Shows: Bad input | a code that its list does not have is refused, whatever message has it

const spine = testSpine();

const AT_ONCE = 16;
const OUTSIDE = ['ZZZZ', '9999', 'constructor', '__proto__', 'x'.repeat(65)];

/** Members of FHIR itself whose words are fixed. */
const FIXED = ['status', 'intent', 'gender', 'use', 'type'];

type Node = Record<string, unknown>;
type Place = { readonly node: Node; readonly name: string; readonly system: string | null };

/** Where a message has a code of a list, or a word that FHIR has fixed. */
function codesOf(node: object): Place[] {
  const members = node as Node;
  const { system, code } = members;
  const isListed =
    typeof system === 'string' && typeof code === 'string' && codeSystems.has(system);
  return [
    ...(isListed ? [{ node: members, name: 'code', system }] : []),
    ...FIXED.filter((name) => typeof members[name] === 'string').flatMap((name) =>
      isReference(name, members) ? [] : [{ node: members, name, system: null }],
    ),
    ...Object.values(members).flatMap((value) =>
      typeof value === 'object' && value !== null ? codesOf(value) : [],
    ),
  ];
}

/** `type` of a reference is any name of a resource. */
function isReference(name: string, node: Node): boolean {
  return name === 'type' && ('reference' in node || 'identifier' in node) && !('entry' in node);
}

describe('a code that its list does not have', () => {
  for (const kind of KINDS) {
    test(`is refused wherever it stands, and changes nothing: ${kind.name}`, async () => {
      const facts = await prepared(spine(), kind);
      const count = codesOf(kind.build(facts)).length;
      const wrong = Array.from({ length: count }, (_, place) =>
        OUTSIDE.map((code) => ({ place, code })),
      ).flat();
      assert.ok(wrong.length > 5);
      await changesNothing(spine(), () =>
        inBatches(wrong, AT_ONCE, async ({ place, code }) => {
          const message = kind.build(facts);
          const system = replaced(message, place, code);
          const answer = await sendAs(spine(), kind, message);
          assertRefused(answer, 400);
          const { diagnostics } = answer.body.issue[0];
          if (system === null) return;
          const shown = code.length > 64 ? '(not shown)' : code;
          const texts = [`Unknown code '${system}#${shown}'`, unsupported(system, code)];
          assert.ok(texts.includes(diagnostics), diagnostics);
        }),
      );
    });
  }
});

/** The event has words of its own [EPS-FHIR 5.2]. */
function unsupported(system: string, code: string): string {
  const isName = /^[A-Za-z][\w:/.-]{0,199}$/.test(code);
  return `Unsupported message type ${system}#${isName ? code : 'null'}.`;
}

/** The list whose code it was. */
function replaced(message: object, place: number, code: string): string | null {
  const at = codesOf(message)[place];
  assert.ok(at);
  at.node[at.name] = code;
  return at.system;
}

describe('every code of a list', () => {
  for (const kind of KINDS) {
    test(`is one that the structure check knows: ${kind.name}`, () => {
      const message = kind.build(newFacts());
      for (const [place, { system }] of codesOf(message).entries()) {
        for (const code of codeSystems.get(system ?? '') ?? []) {
          const changed = structuredClone(message);
          replaced(changed, place, code);
          const texts = checkMessage(changed).map(({ diagnostics }) => diagnostics ?? '');
          assert.deepEqual(
            texts.filter((text) => text.startsWith('Unknown code')),
            [],
          );
        }
      }
    });
  }

  const used = new Set(
    KINDS.flatMap((kind: Kind) => codesOf(kind.build(newFacts())).map(({ system }) => system)),
  );
  test('is of a list that a message of the tests uses, for most of the lists', () => {
    assert.ok([...codeSystems.keys()].filter((system) => used.has(system)).length >= 14);
  });
});
