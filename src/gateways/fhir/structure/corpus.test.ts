import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { describe, test } from 'node:test';

import type { Issue } from '../operation-outcome.ts';
import { parseFhirJson } from '../json.ts';
import { checkMessage } from './index.ts';

const checkout = resolve(import.meta.dirname, '../../../..');
const corpus = process.env['OPENSPINE_CORPUS'] ?? join(checkout, '../shared/corpus');
const eps = existsSync(join(corpus, 'eps')) ? join(corpus, 'eps') : corpus;
const skip = existsSync(join(eps, 'spec')) ? false : 'the corpus is not here';

/** Also the 400s that a later rule refuses in its own words: the structure lets them through. */
const PROMISED = [
  '**/*-{Prepare,Process,Task,Claim}-Request*-200_OK.json',
  'spec/**/*-req.json',
  'spec/dispense/*.json',
  'errors/*-Request-*400*.json',
];

function check(file: string): readonly Issue[] {
  const parsed = parseFhirJson(readFileSync(join(eps, file)));
  return parsed.ok ? checkMessage(parsed.value) : [parsed.error];
}

describe('the published messages', { skip }, () => {
  test('that are promised to pass the structure checks do', () => {
    const files = globSync(PROMISED, { cwd: eps }).sort();
    const refused = files.filter((file) => check(file).length > 0);
    process.stdout.write(
      `corpus structure: ${files.length - refused.length} of ${files.length} accepted\n`,
    );
    assert.ok(files.length > 0);
    assert.deepEqual(
      refused.map((file) => [file, check(file)]),
      [],
    );
  });

  test('with five items are refused as the published answer says', () => {
    const files = globSync('**/bulk-translation/*-Request-Send-400*.json', { cwd: eps });
    assert.ok(files.length > 0);
    for (const file of files) {
      const answer = file.replace(/\d-.*$/, '1-Prepare-Response-400_Bad_Request.json');
      const { issue } = JSON.parse(readFileSync(join(eps, answer), 'utf8'));
      assert.deepEqual(check(file), issue, relative(eps, file));
    }
  });
});
