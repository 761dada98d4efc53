// Shows: Operations | certificates: a warning 60, 30, 7 and 1 days before one ends and when it has, each once

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { certificateRows } from './rows.ts';
import { type Watched, warningsDue } from './warnings.ts';
import { certificateCheck } from '../../installation/doctor.ts';
import type { CertificateEnd } from '../../kernel/certificate-end.ts';

const END: CertificateEnd = {
  what: 'message handler',
  whose: 'A83008-900101',
  serial: '5f3a',
  endsAt: new Date('2026-12-31T12:00:00Z'),
};
const HOUR_MS = 3_600_000;
const before = (hours: number): Date => new Date(END.endsAt.getTime() - hours * HOUR_MS);

/** What is told in looks at an hour's distance, and how many hours before the end. */
function told(ends: readonly CertificateEnd[], fromHours: number, toHours: number): string[] {
  const said: string[] = [];
  let last: readonly Watched[] = [];
  for (let hours = fromHours; hours >= toHours; hours -= 1) {
    const { watched, due } = warningsDue(ends, last, before(hours));
    said.push(...due.map(({ serial, warned }) => `${serial} ${warned} at ${hours}`));
    last = watched;
  }
  return said;
}

describe('of a certificate', () => {
  test('each warning is told once, when its time has come', () => {
    assert.deepEqual(told([END], 24 * 61, -48), [
      '5f3a 60 at 1440',
      '5f3a 30 at 720',
      '5f3a 7 at 168',
      '5f3a 1 at 24',
      '5f3a ended at 0',
    ]);
  });

  test('that is seen late the last warning alone is told', () => {
    assert.deepEqual(told([END], 100, 90), ['5f3a 7 at 100']);
    assert.deepEqual(told([END], -5, -9), ['5f3a ended at -5']);
  });

  test('that was renewed nothing more is told', () => {
    const renewed = { ...END, serial: '6a', endsAt: before(-24 * 700) };
    const { watched } = warningsDue([END], [], before(24 * 6));
    assert.deepEqual(warningsDue([renewed], watched, before(12)).due, []);
    // The old one counts for some days on, and then for less: that is a new end of it.
    const sooner = { ...END, endsAt: before(24 * 5) };
    assert.equal(warningsDue([sooner, renewed], watched, before(24 * 6)).due.length, 1);
  });
});

test('the page and the doctor change their words where a warning comes', () => {
  const words = (hours: number): string => {
    const [row] = certificateRows([END], before(hours));
    const { verdict } = certificateCheck([END], before(hours));
    return `${row?.days} ${row?.tag}: ${verdict}`;
  };
  assert.deepEqual([24 * 60 + 1, 24 * 60, 24 * 30, 24 * 7, 24, 0, -25].map(words), [
    '60 Good: ok',
    '60 Ends within 60 days: warn',
    '30 Ends within 30 days: warn',
    '7 Ends within 7 days: warn',
    '1 Ends within a day: warn',
    '0 Ended: fail',
    '-2 Ended: fail',
  ]);
  const { finding, remedy } = certificateCheck([END], before(-25));
  assert.equal(finding, 'message handler A83008-900101 (5f3a): ended 2026-12-31');
  assert.match(remedy ?? '', /spine cert rotate/);
  assert.equal(certificateCheck([], before(0)).verdict, 'ok');
});
