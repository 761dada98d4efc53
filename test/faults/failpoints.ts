import type { Edit } from './seeded-bugs.ts';

/** A step of a message at which its process can die. */
export type Failpoint = { readonly step: string; readonly edits: readonly Edit[] };

const DIE = 'globalThis.failpoint();';
const GATEWAY = 'src/gateways/fhir/gateway.ts';
const PERFORM = 'src/prescriptions/perform.ts';
const LINE = 'src/platform/database/line.ts';

/**
 * The steps of a message in their order [RELIABILITY F1]. Whatever it writes, from the row of its id to the rows
 * that leave, is one statement in one transaction: the process dies some time after that was sent.
 */
export const FAILPOINTS: readonly Failpoint[] = [
  before(
    'accepted',
    'src/platform/http.ts',
    'if (elsewhere === null) listener(request, response);',
  ),
  before('authenticated', GATEWAY, "const requestId = request.headers['x-request-id'] ?? '';"),
  before('parsed', GATEWAY, 'const { resourceType, type } = json.value;'),
  before('validated', GATEWAY, 'return issues.length === 0 ? json : fail(refusal(issues));'),
  before(
    'read',
    PERFORM,
    'if (answered !== null) return await again(spine.database, answered, envelope);',
  ),
  before('decided', PERFORM, 'const deed = decision.ok ?'),
  before('events made', PERFORM, 'const changed = await recordOnce('),
  before(
    'statement made',
    'src/platform/database/groups.ts',
    'this.#waiting.push({ statement, place, since: performance.now(), resolve, reject });',
  ),
  sent('sent', 0),
  sent('sent, 1 ms ago', 1),
  sent('sent, 2 ms ago', 2),
  sent('sent, 4 ms ago', 4),
  before('committed', LINE, 'if (this.#doubts === doubts) return results;'),
  before('answered by the database', PERFORM, 'if (changed?.length !== 1) return null;'),
  before('answer built', GATEWAY, "return typeof resource === 'string'"),
  before('answer begun', 'src/platform/http-answer.ts', 'response.end(body);'),
  {
    step: 'answer written',
    edits: [
      {
        file: 'src/platform/http-answer.ts',
        find: 'response.end(body);',
        put: `response.end(body); ${DIE}`,
      },
    ],
  },
];

function before(step: string, file: string, find: string): Failpoint {
  return { step, edits: [{ file, find, put: `${DIE} ${find}` }] };
}

/** Statements go out together, when the sockets that are ready have been read. */
function sent(step: string, msAgo: number): Failpoint {
  const find = 'setImmediate(() => socket.uncork());';
  const die = msAgo === 0 ? DIE : `setTimeout(() => { ${DIE} }, ${msAgo});`;
  const put = `setImmediate(() => { socket.uncork(); ${die} });`;
  return { step, edits: [{ file: LINE, find, put }] };
}
