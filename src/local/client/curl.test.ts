import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';

import { curlOf } from './curl.ts';

test('a printed curl means to the shell just what was sent, with the token put in', () => {
  const url = 'http://127.0.0.1:4400/fhir-prescribing/FHIR/R4/$process-message';
  const body = JSON.stringify({
    family: "XXTESTPATIENT-O'DAY",
    text: 'costs $5 `now` \\ "quoted"',
  });
  const headers = { 'X-Request-ID': 'r', Authorization: 'Bearer secret', 'Content-Type': 'a/b' };
  const line = curlOf('POST', url, headers, body);
  assert.ok(!line.includes('secret'));
  const script = `curl() { for word in "$@"; do printf '%s\\0' "$word"; done; }; ${line}`;
  const words = execFileSync('sh', ['-c', script], { env: { TOKEN: 'aaa.bbb' } }).toString();
  assert.deepEqual(words.split('\0').slice(0, -1), [
    '-X',
    'POST',
    url,
    '-H',
    'X-Request-ID: r',
    '-H',
    'Authorization: Bearer aaa.bbb',
    '-H',
    'Content-Type: a/b',
    '--data-binary',
    body,
  ]);
});
