import type { SeededBug } from './seeded-bugs.ts';

type TestedBug = SeededBug & { readonly tests: string };

/** Bugs that no client of the faults comes by: those who find them are tests of `npm test`, one file of which is named. */
export const BUGS_OF_TESTS: readonly TestedBug[] = [
  bug('B11', 'what a pharmacy has taken does not expire', 'src/prescriptions/transitions.test.ts', {
    file: 'src/prescriptions/messages/expire/decide.ts',
    find: "  'WithDispenser',\n  'WithDispenserActive',",
    put: "  'WithDispenserActive',",
  }),
  bug(
    'B12',
    'an issue of repeat dispensing is begun again',
    'test/nothing-lost/repeat-histories.test.ts',
    {
      file: 'src/prescriptions/evolve.ts',
      find: 'later: isLast ? null : { ...later, from: number + 1 },',
      put: 'later: isLast ? null : later,',
    },
  ),
  bug('B17', 'downloads do not ask for the role', 'test/bad-input/roles.test.ts', {
    file: 'src/prescriptions/fhir/scopes.ts',
    find: 'const missing = missingActivities(actor, settings, acts);\n',
    put: "const isDownload = acts.some((act) => act.startsWith('eps-release'));\n  const missing = isDownload ? null : missingActivities(actor, settings, acts);\n",
  }),
  bug(
    'B18',
    'the organisation is that of the message, not of the session',
    'test/bad-input/strict.test.ts',
    {
      file: 'src/prescriptions/fhir/strict.ts',
      find: 'const { organisation } = request.actor;',
      put: 'const organisation = acting[0] ?? request.actor.organisation;',
    },
  ),
  bug('B19', 'writes of an older epoch are taken', 'src/platform/database/epoch.db.test.ts', {
    file: 'src/platform/database/epoch.ts',
    find: "'select 1 / count(*) from platform.epoch where number = $1'",
    put: "'select 1 where $1::bigint is not null'",
  }),
  bug('B20', 'a message that leaves is marked as sent before it is', 'test/hl7v3/deliver.test.ts', {
    file: 'src/gateways/hl7v3/deliver/index.ts',
    find: 'const reply = await replyOf(parts, delivery, contract);',
    put: "await endDelivery(database, delivery, { end: 'acknowledged', reason: null, at: clock.now() }); const reply = await replyOf(parts, delivery, contract);",
  }),
  bug(
    'B22',
    'the signature is of another element than the one that is read',
    'src/prescriptions/signature/verify.test.ts',
    {
      file: 'src/prescriptions/signature/verify.ts',
      find: "...(signedInfo === expectedSignedInfo(algorithm) ? [] : (['OtherPrescription'] as const)),",
      put: "...(expectedSignedInfo(algorithm) === '' ? (['OtherPrescription'] as const) : []),",
    },
  ),
  bug(
    'B23',
    'a token says itself by which algorithm it is checked',
    'test/bad-input/tokens.test.ts',
    {
      file: 'src/identity/access-token.ts',
      find: 'algorithms: [ALGORITHM],',
      put: "algorithms: ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],",
    },
  ),
  bug('B24', 'a card that is revoked keeps its sessions', 'src/identity/cards/login.db.test.ts', {
    file: 'src/identity/cards/repository.ts',
    find: 'if (!endsSessions(event)) return sql``;',
    put: 'if (endsSessions(event) || at !== null) return sql``;',
  }),
  bug('B25', 'an error says what stands in the body', 'src/gateways/fhir/json.test.ts', {
    file: 'src/gateways/fhir/json.ts',
    find: 'return fail(withoutContent(error));',
    put: 'return fail(String(error));',
  }),
  bug('B28', 'a poison message is tried for ever', 'test/hl7v3/reliable.test.ts', {
    file: 'src/gateways/hl7v3/desk.ts',
    find: 'const ATTEMPTS_MAX = 3;',
    put: 'const ATTEMPTS_MAX = Infinity;',
  }),
  bug(
    'B29',
    'a revocation list is fetched for each message',
    'src/prescriptions/signature/lists.db.test.ts',
    {
      file: 'src/prescriptions/signature/fetch-lists.ts',
      find: 'const { list } = entry;\n',
      put: 'const { list } = entry;\n      entry.nextFetch = 0;\n      begin(entry, now);\n',
    },
  ),
];

function bug(number: string, what: string, tests: string, edit: SeededBug['edits'][0]): TestedBug {
  return { number, what, tests, faults: [], edits: [edit] };
}
