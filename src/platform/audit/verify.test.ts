import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { type AuditRow, lineOf, withId } from './entry.ts';
import { LEAF_BYTES, leafOf, rootOf } from './merkle.ts';
import { bytesOf, hashOf, type Seal, sealedOf, type Sealed, sealOf } from './seal.ts';
import { AuditVerifier, type Verified } from './verify.ts';

// Shows: Audit | of 1,000 trials in which one row is changed, removed, inserted, exchanged or cut off, each is found and its position named

type Part = { readonly seal: Seal; readonly sealed: Sealed; readonly lines: readonly string[] };

const { publicKey, privateKey } = generateKeyPairSync('ed25519');
const KEY = { id: 'k1', privateKey };
const KEYS = new Map([['k1', publicKey]]);
const ROWS = [40, 1, 64, 33];
const TOTAL = ROWS.reduce((sum, rows) => sum + rows, 0);

function rowAt(position: number): AuditRow {
  return {
    id: position * 3, // numbers have gaps
    recordedAt: `2026-11-29T10:00:${String(position % 60).padStart(2, '0')}.000001Z`,
    at: '2026-11-29T10:00:00.000000Z',
    interaction: position % 2 === 0 ? 'patient-search' : 'PORX_IN020101SM31',
    requestId: `00000000-0000-4000-8000-${String(position).padStart(12, '0')}`,
    messageId: null,
    userId: position % 3 === 0 ? null : '555086689106',
    roleProfile: null,
    organisation: 'A83008',
    asid: null,
    session: null,
    prescriptionId: null,
    nhsNumber: '9000000009',
    outcome: 'read',
    sourceAddress: position % 5 === 0 ? null : '192.0.2.7',
  };
}

/** A trail of some seals, with each row's line. */
function trail(): Part[] {
  const parts: Part[] = [];
  let position = 0;
  for (const rows of ROWS) {
    const lines = Array.from({ length: rows }, (_, place) => lineOf(rowAt(position + place + 1)));
    position += rows;
    const how = { sealedAt: '2026-11-29T10:01:00.000Z', lastId: position * 3, key: KEY };
    parts.push({ ...sealOf(lines, parts.at(-1)?.seal ?? null, how), lines });
  }
  return parts;
}

const TRAIL = trail();
const COPIED = new Map(TRAIL.map(({ seal }) => [seal.number, hashOf(seal)]));

function verified(
  parts: readonly Part[],
  trust = { keys: KEYS, copied: COPIED, purgedBefore: '2018-11-29' },
): Verified {
  const verifier = new AuditVerifier(trust);
  for (const { seal, sealed, lines } of parts) verifier.add(seal, sealed, lines);
  return verifier.end(0);
}

/** The trail with the lines of all seals in one list, and then with a list of other lines. */
function withLines(change: (lines: string[]) => void): Part[] {
  const perSeal = TRAIL.map(({ lines }) => [...lines]);
  const all = perSeal.flat();
  change(all);
  const owner = new Map(TRAIL.flatMap(({ sealed }, place) => sealed.ids.map((id) => [id, place])));
  const sorted: string[][] = TRAIL.map(() => []);
  let here = 0;
  for (const line of all) {
    const id = Number(/^\{"id":(\d+)/.exec(line)?.[1]);
    here = owner.get(id) ?? here;
    sorted[here]?.push(line);
  }
  return TRAIL.map((part, place) => ({ ...part, lines: sorted[place] ?? [] }));
}

const position = fc.integer({ min: 1, max: TOTAL });
const tampering = fc.oneof(
  fc.record({ kind: fc.constant('changed' as const), position }),
  fc.record({
    kind: fc.constant('missing' as const),
    position: fc.integer({ min: 1, max: TOTAL - 1 }),
  }),
  fc.record({ kind: fc.constant('inserted' as const), position }),
  fc.record({ kind: fc.constant('truncated' as const), position }),
  fc.record({ kind: fc.constant('exchanged' as const), position, other: position }),
);

describe('a trail of which nothing is wrong', () => {
  test('is found whole, from any of its seals on, and without the copy', () => {
    assert.deepEqual(verified(TRAIL), { seals: 4, rows: TOTAL, purged: 0, findings: [] });
    assert.deepEqual(verified(TRAIL.slice(2)).findings, []);
  });

  test('may be without rows that are older than they must be kept, and no others', () => {
    const purged = TRAIL.map((part, place) =>
      place === 0 ? { ...part, sealed: null, lines: [] } : part,
    );
    const verifiedBefore = (purgedBefore: string) => {
      const verifier = new AuditVerifier({ keys: KEYS, copied: COPIED, purgedBefore });
      for (const { seal, sealed, lines } of purged) verifier.add(seal, sealed, lines);
      const { findings, ...counts } = verifier.end(0);
      return [counts.purged, findings.map(({ kind, position: place }) => [kind, place])];
    };
    assert.deepEqual(verifiedBefore('2027-01-01'), [1, []]);
    assert.deepEqual(verifiedBefore('2026-01-01'), [1, [['missing', 1]]]);
  });

  test('keeps what is sealed in 40 bytes a row', () => {
    for (const { sealed } of TRAIL) {
      assert.deepEqual(sealedOf(bytesOf(sealed)), sealed);
      assert.equal(bytesOf(sealed).length, sealed.ids.length * 40);
    }
  });

  test('has the roots of RFC 6962', () => {
    const [a, b, c] = ['a', 'b', 'c'].map(leafOf);
    assert.ok(a !== undefined && b !== undefined && c !== undefined);
    assert.equal(leafOf('').toString('hex').slice(0, 16), '6e340b9cffb37a98'); // of an empty entry
    const three = rootOf(Buffer.concat([a, b, c]));
    const left = rootOf(Buffer.concat([a, b]));
    assert.deepEqual(three, rootOfTwo(left, c));
  });
});

function rootOfTwo(one: Buffer, other: Buffer): Buffer {
  assert.equal(one.length, LEAF_BYTES);
  return rootOf(Buffer.concat([one, other]));
}

test('each of 1,000 tampered trails is found out, and the position named', () => {
  const kinds = new Map<string, number>();
  fc.assert(
    fc.property(tampering, (how) => {
      const { findings } = verified(tampered(how));
      const found = findings.map(({ kind, position: place }) => [kind, place]);
      assert.deepEqual(found, expectedOf(how));
      kinds.set(how.kind, (kinds.get(how.kind) ?? 0) + 1);
    }),
    { numRuns: 1_000, seed: 20_261_129 },
  );
  assert.equal(
    [...kinds.values()].every((times) => times > 100),
    true,
  );
});

type Tampering = typeof tampering extends fc.Arbitrary<infer How> ? How : never;

function tampered(how: Tampering): Part[] {
  return withLines((lines) => {
    const place = how.position - 1;
    const line = lines[place] ?? '';
    switch (how.kind) {
      case 'changed':
        lines[place] = line.replace('A83008', 'A83009');
        break;
      case 'missing':
        lines.splice(place, 1);
        break;
      case 'inserted':
        lines.splice(how.position, 0, withId(line, how.position * 3 + 1));
        break;
      case 'truncated':
        lines.splice(place);
        break;
      case 'exchanged':
        lines[place] = withId(lines[how.other - 1] ?? '', how.position * 3);
        lines[how.other - 1] = withId(line, how.other * 3);
    }
  });
}

/** Rows of two seals that are exchanged are found changed: no seal knows the rows of another. */
function expectedOf(how: Tampering): unknown[] {
  if (how.kind === 'truncated') {
    const gone = TOTAL - how.position + 1;
    return Array.from({ length: gone }, (_, place) => ['truncated', how.position + place]);
  }
  if (how.kind !== 'exchanged') return [[how.kind, how.position]];
  if (how.position === how.other) return [];
  const both = [how.position, how.other].toSorted((one, other) => one - other);
  const kind = sealAt(how.position) === sealAt(how.other) ? 'reordered' : 'changed';
  return both.map((place) => [kind, place]);
}

function sealAt(place: number): number {
  return TRAIL.find(({ seal }) => place <= seal.before + seal.rows)?.seal.number ?? 0;
}

describe('who may also write the seals', () => {
  const kindsOf = (parts: readonly Part[]) =>
    verified(parts).findings.map(({ kind, seal }) => [kind, seal]);

  test('cannot remove or exchange any', () => {
    assert.deepEqual(kindsOf(TRAIL.toSpliced(1, 1)), [['seal', 3]]);
    assert.deepEqual(kindsOf(TRAIL.slice(0, 3)), [['truncated', 4]]);
    const [first, second, ...others] = TRAIL;
    assert.ok(first !== undefined && second !== undefined);
    assert.notDeepEqual(kindsOf([second, first, ...others]), []);
  });

  test('cannot make the list of hashes agree with other rows', () => {
    for (const [place, part] of TRAIL.entries()) {
      const lines = part.lines.toSpliced(0, 1, (part.lines[0] ?? '').replace('read', 'seen'));
      const sealed = { ...part.sealed, leaves: Buffer.concat(lines.map(leafOf)) };
      const found = kindsOf(TRAIL.toSpliced(place, 1, { ...part, sealed, lines }));
      assert.deepEqual(found, [
        ['seal', place + 1],
        ['changed', place + 1],
      ]);
    }
  });

  test('cannot sign a new one, not with a key of their own either', () => {
    const own = generateKeyPairSync('ed25519').privateKey;
    for (const id of ['k1', 'k2']) {
      const how = {
        sealedAt: '2026-11-29T10:02:00.000Z',
        lastId: 999,
        key: { id, privateKey: own },
      };
      const forged = { ...sealOf(['{"id":999,"outcome":"read"}'], TRAIL[3]?.seal ?? null, how) };
      const found = kindsOf([...TRAIL, { ...forged, lines: ['{"id":999,"outcome":"read"}'] }]);
      assert.deepEqual(found, [['seal', 5]]);
    }
  });
});
