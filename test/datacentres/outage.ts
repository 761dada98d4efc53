import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Played } from '../../src/local/drill/outage-2014.ts';

type Ran = { readonly code: number | null; readonly stdout: string; readonly stderr: string };

/** Plays the outage of October 2014 with the command on the Spine at a block of ports, and holds it against what was promised. */
export async function outagePlayed(
  ran: (...words: readonly string[]) => Promise<Ran>,
  base: number,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'openspine-outage-'));
  const place = ['--port-base', String(base)];
  try {
    const file = join(folder, 'report.md');
    const words = ['fault', 'scenario', 'outage-2014-10-16', '--report', file, '-o', 'json'];
    const { code, stdout, stderr } = await ran(...words, ...place);
    assert.equal(code, 0, `${stdout}${stderr}`);
    const played = JSON.parse(stdout) as Played;
    assert.ok(played.noticedAfterSeconds <= 120);
    assert.match(
      stderr,
      /07:12 {2}Sign-in fails at datacentre A\. After \d+ s the page shows INC-/,
    );
    const { suggestion, severity, stage } = played.incident;
    assert.deepEqual([suggestion.severity, severity, stage], [1, 1, 'resolved']);
    assert.deepEqual(played.signedIn, { elsewhere: 2, nowhere: 0 });
    assert.ok(played.work.accepted >= 60, String(played.work.accepted));
    assert.equal(played.work.refused, 0);
    assert.ok(played.longestSilence <= 30, String(played.longestSilence));
    const { balance, totals } = played.reconciliation;
    assert.ok(balance.stored >= 40, String(balance.stored));
    assert.equal(balance.received, balance.stored + balance.rejected);
    assert.equal(balance.proof.received, balance.proof.kept);
    assert.equal(totals['never-received'], 0);
    const report = readFileSync(file, 'utf8');
    assert.match(report, /Nothing that was received was lost\./);
    assert.match(report, /All on time: at most \d+ minutes apart, 30 minutes promised/);
    assert.match(report, /## Root cause/);
    const listed = await ran('incident', 'list', '--all', ...place);
    assert.match(listed.stdout, /^No incident is open\.$/m);
    const faults = await fetch(`http://127.0.0.1:${base}/_local/faults`);
    assert.deepEqual(await faults.json(), { fault: null });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
