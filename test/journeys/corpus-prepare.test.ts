// Shows: FHIR prescribing | $prepare: what is signed, byte for byte
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { CORPUS, corpusBytes, hasCorpus } from '../support/corpus.ts';
import { LEGACY, startSpine, type TestSpine } from '../support/server.ts';

type Pair = { readonly request: string; readonly response: string };

const REQUEST = /-?Prepare-Request-(200_OK|Multiple-Dosages)[^/]*\.json$/;

function pairs(): Pair[] {
  if (!hasCorpus) return [];
  return readdirSync(join(CORPUS, 'eps'), { recursive: true, encoding: 'utf8' })
    .filter((path) => REQUEST.test(path))
    .toSorted()
    .map((path) => ({
      request: join('eps', path),
      response: join('eps', dirname(path), basename(path).replace('Request', 'Response')),
    }));
}

type Answer = {
  readonly parameter: readonly { readonly name: string; readonly valueString: string }[];
};

describe('$prepare of the corpus', { skip: hasCorpus ? false : 'the corpus is not here' }, () => {
  const counts = { same: 0 };
  let spine: TestSpine;
  before(async () => {
    spine = await startSpine();
  });
  after(async () => {
    await spine.stop();
    process.stdout.write(`corpus prepare: ${counts.same} of ${pairs().length} the same\n`);
  });
  for (const { request, response } of pairs()) {
    test(`${request} is answered as published`, async () => {
      const expected: Answer = JSON.parse(corpusBytes(response).toString());
      const timestamp = expected.parameter.find(({ name }) => name === 'timestamp')?.valueString;
      await spine.setClock(String(timestamp));
      const answer = await spine.call(`${LEGACY}/$prepare`, { body: corpusBytes(request) });
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(answer.body, expected);
      counts.same += 1;
    });
  }
});
