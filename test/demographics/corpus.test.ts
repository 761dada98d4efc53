import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';

import { copyOf, listAt, textAt } from '../../src/demographics/json.ts';
import { CORPUS, hasCorpus } from '../support/corpus.ts';
import { play } from './case.ts';
import { testPds } from './spine.ts';

// Shows: Personal Demographics Service | the public example requests and their answers

const FOLDER = join(CORPUS, 'pds/cases');
const files = hasCorpus ? readdirSync(FOLDER).toSorted() : [];

describe('cases of the corpus', { skip: hasCorpus ? false : 'the corpus is not here' }, () => {
  const pds = testPds();
  const counts = { same: 0, all: 0 };
  for (const file of files) {
    const cases = listAt(copyOf(JSON.parse(readFileSync(join(FOLDER, file), 'utf8'))));
    for (const one of cases) {
      counts.all += 1;
      test(`${file} ${textAt(one, 'id')}: ${textAt(one, 'title')}`, async () => {
        await play(pds(), one);
        counts.same += 1;
      });
    }
  }
  after(() => {
    process.stdout.write(
      `corpus PDS: ${counts.same} of ${counts.all} cases answered as they say\n`,
    );
  });
});
