import { describe, test } from 'node:test';
import { appendFileSync, writeFileSync } from 'node:fs';
import { KINDS, prepared, sendAs } from './kinds.ts';
import { applied, mutationsOf } from './mutations.ts';
import { testSpine } from '../support/server.ts';
const spine = testSpine();
const OUT = '/tmp/explore.txt';
writeFileSync(OUT, '');
describe('explore', () => {
  for (const kind of KINDS) test(kind.name, async () => {
    const start = Date.now();
    
    let facts = await prepared(spine(), kind); const mutations = mutationsOf(kind.build(facts));
    const counts: Record<string, number> = {};
    for (const mutation of mutations) {
      const answer = await sendAs(spine(), kind, applied(mutation, kind.build(facts)));
      counts[answer.status] = (counts[answer.status] ?? 0) + 1;
      if (answer.status !== 400 || answer.body?.resourceType !== 'OperationOutcome' || answer.body.issue[0].code === undefined)
        appendFileSync(OUT, `${kind.name} ${answer.status} ${mutation.change} ${mutation.path}\n`);
      else if (mutation.change === 'removed' || mutation.change === 'repeated') appendFileSync(OUT, `  ${kind.name} 400 ${mutation.change} ${mutation.path}: ${answer.body.issue[0].diagnostics ?? JSON.stringify(answer.body.issue[0].details)}\n`);
      if (answer.status === 200) facts = await prepared(spine(), kind);
    }
    console.log(kind.name, mutations.length, JSON.stringify(counts), Date.now() - start);
  });
});
