// Shows: Operations | certificates of the service, of cards, of suppliers and in files: log, metric and pages tell of their end, with the clock moved

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import {
  certificateEnds,
  certificateEndsAt,
  certificateGauge,
  certificateJobs,
} from '../../src/certificates.ts';
import { certifyParty, makeAuthority } from '../../src/directory/endpoints/certificates.ts';
import { issueCertificate, listenerKey, revokeCertificate } from '../../src/directory/index.ts';
import { TEST_SYSTEMS } from '../../src/local/systems.ts';
import { certificatePem, newSerial } from '../../src/platform/certificates.ts';
import type { LogEntry } from '../../src/platform/log.ts';
import { openMetrics } from '../../src/platform/measures/metrics.ts';
import { testConfig } from '../support/config.ts';
import { testDatabase } from '../support/database.ts';

const DAY_MS = 86_400_000;
const store = testDatabase();
const folder = mkdtempSync(join(tmpdir(), 'openspine-certificates-'));
after(() => rmSync(folder, { recursive: true }));

/** Two certificates, of which one ends in 20 days. */
async function writeFiles(): Promise<{ readonly good: string; readonly absent: string }> {
  const at = new Date();
  const authority = await makeAuthority(newSerial(), at);
  const validity = { from: at, until: new Date(at.getTime() + 20 * DAY_MS) };
  const node = await certifyParty(authority, 'node-a', { serial: newSerial(), validity });
  const good = join(folder, 'node.pem');
  writeFileSync(
    good,
    `${certificatePem(node.certificate)}${certificatePem(authority.certificate)}`,
  );
  return { good, absent: join(folder, 'absent.pem') };
}

describe('certificates', () => {
  test('are looked at every hour wherever they are, and warned of once', async () => {
    const { database, url } = store();
    const began = new Date();
    await listenerKey(database, { datacentre: 'a', names: ['localhost'] }, began);
    const { partyKey, asid } = TEST_SYSTEMS.pharmacy;
    const issued = await issueCertificate(database, { partyKey, asids: [asid] }, began);
    const other = await issueCertificate(database, { partyKey, asids: [asid] }, began);
    assert.ok(issued.ok && other.ok);
    await revokeCertificate(database, other.value.serial, began);
    const files = await writeFiles();
    const config = testConfig(url, { watchedCertificates: [files.good, files.absent] });
    let now = began;
    const logged: LogEntry[] = [];
    const jobs = certificateJobs(
      database,
      config,
      (entry) => logged.push(entry),
      () => now,
    );
    /** Moves the clock, gives every job a turn if it has work, and answers what was logged. */
    const look = async (at: Date): Promise<string[]> => {
      now = at;
      logged.length = 0;
      for (const job of jobs) if (await job.hasWork()) await job.run(() => Promise.resolve(true));
      return logged.map(
        ({ event, outcome, certificate = '' }) =>
          `${event} ${outcome} ${certificate.replace(/, serial number .*/, '')}`,
      );
    };
    const later = (days: number): Date => new Date(began.getTime() + days * DAY_MS);
    const file = `file of datacentre A ${files.good}`;
    const first = await look(began);
    assert.deepEqual(warnings(first), [`certificate-ends within 30 d ${file}`]);
    assert.ok(first.some((line) => line.startsWith('certificate-unusable')));
    assert.deepEqual(await look(later(1 / 48)), [], 'half an hour later nobody looks again');
    assert.deepEqual(warnings(await look(later(14))), [`certificate-ends within 7 d ${file}`]);

    const metrics = openMetrics('a');
    certificateGauge(metrics, database, 'a');
    const line =
      /openspine_certificate_end_timestamp_seconds\{[^}]*whose="[^"]*node\.pem"[^}]*\} (\d+)/;
    const endsAt = Number(line.exec(await metrics.text())?.[1]) * 1_000;
    assert.ok(Math.abs(endsAt - later(20).getTime()) < 2_000, String(endsAt));

    assert.deepEqual(warnings(await look(later(21))), [`certificate-ended ended ${file}`]);
    const twoYears = yearsAfter(began, 2).getTime();
    assert.deepEqual(warnings(await look(new Date(twoYears - 20 * DAY_MS))), [
      'certificate-ends within 30 d this service listener-a',
      `certificate-ends within 30 d message handler ${partyKey}`,
    ]);
    const cards = await look(new Date('2044-12-15T00:00:00Z')); // those of a test system end with the year
    assert.ok(cards.includes('certificate-ends within 30 d authority of cards login-rsa'));
    const twenty = await look(new Date(yearsAfter(began, 20).getTime() - 20 * DAY_MS));
    assert.ok(twenty.includes('certificate-ends within 30 d this service authority'));
  });

  test('are all on the pages, those of files too, the first to end first', async () => {
    const ends = await certificateEnds(store().database);
    const kinds = ends.map(({ what }) => what);
    assert.equal(kinds[0], 'file of datacentre A');
    assert.equal(kinds.filter((what) => what === 'file of datacentre A').length, 2);
    assert.equal(kinds.filter((what) => what === 'authority of cards').length, 5);
    assert.equal(kinds.filter((what) => what === 'message handler').length, 1, 'none is revoked');
    const sorted = ends.toSorted((one, two) => one.endsAt.getTime() - two.endsAt.getTime());
    assert.deepEqual(ends, sorted);
    assert.deepEqual(await certificateEndsAt(store().url), ends, 'and for spine doctor');
  });
});

function yearsAfter(at: Date, years: number): Date {
  const later = new Date(at);
  later.setUTCFullYear(later.getUTCFullYear() + years);
  return later;
}

/** That a file is not there is told at each look. */
function warnings(lines: readonly string[]): string[] {
  return lines.filter((line) => !line.startsWith('certificate-unusable'));
}
