import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { corpusBytes, type CorpusFile, corpusRequests, hasCorpus } from '../support/corpus.ts';
import { LEGACY, startSpine, type TestSpine } from '../support/server.ts';

// Shows: FHIR, all bases | the public example messages, as journeys

type Resource = Record<string, unknown> & { readonly resourceType: string };

/** A message of the corpus, and what it says of itself. */
type Message = CorpusFile & {
  readonly body: Buffer;
  readonly resource: Resource;
  readonly courses: ReadonlySet<string>;
  readonly prescriptionId: string;
  /** When it was written: business time is set to it, or its six months are over. */
  readonly writtenAt: string | null;
};

/** Within a journey, a prescription's life goes this way. */
const ORDER = [
  'Send',
  'Release',
  'Return',
  'Dispense',
  'DispenseAmend',
  'Withdraw',
  'Claim',
  'ClaimAmend',
  'Cancel',
];

/**
 * Sends that are promised 200 and refused all the same, since the contract says so; found by what they
 * say, not by their names. The published examples were never checked against a Spine that keeps state.
 */
const CONTRADICTIONS = [
  {
    because: 'the check character of the prescription id is wrong [EPS-FHIR 6.1]',
    text: 'prescriptionID has invalid checksum',
  },
  {
    because: 'a practitioner of the Bundle is not referred to [EPS-FHIR 5.3]',
    text: 'populated incorrectly',
  },
] as const;

const messages = corpusRequests().flatMap(read);
const sends = messages.filter(
  ({ operation, endpoint }) => endpoint === 'Process' && operation === 'Send',
);

describe('messages of the corpus', { skip: hasCorpus ? false : 'the corpus is not here' }, () => {
  const counts = { accepted: 0, contradicted: 0, refused: 0, journeys: 0, steps: 0 };

  for (const send of sends.filter((one) => one.status === 200)) {
    test(`${send.path} is accepted, and its journey goes its way`, async () => {
      const spine = await startSpine();
      try {
        const answer = await sendOne(spine, send);
        const contradiction = CONTRADICTIONS.find(({ text }) => answer.text.includes(text));
        if (contradiction !== undefined) {
          assert.equal(answer.status, 400, contradiction.because);
          counts.contradicted += 1;
          return;
        }
        assert.equal(answer.status, 200, answer.text);
        assert.deepEqual(answer.body.issue, [{ code: 'informational', severity: 'information' }]);
        counts.accepted += 1;
        const steps = stepsAfter(send);
        for (const step of steps) {
          const then = await sendOne(spine, step);
          assert.equal(then.status, step.status, `${step.path}: ${then.text}`);
        }
        counts.steps += steps.length;
        if (steps.length > 0) counts.journeys += 1;
      } finally {
        await spine.stop();
      }
    });
  }

  describe('whose name promises a refusal', () => {
    let spine: TestSpine;
    before(async () => {
      spine = await startSpine();
    });
    after(() => spine.stop());

    for (const message of messages.filter(
      ({ status, endpoint }) => status === 400 && endpoint !== 'Prepare',
    )) {
      test(`${message.path} is refused with 400`, async () => {
        const answer = await sendOne(spine, message);
        assert.equal(answer.status, 400, answer.text);
        assert.equal(answer.body.resourceType, 'OperationOutcome');
        const wanted = promisedIssues(message);
        if (wanted !== null) assert.deepEqual(sorted(answer.body.issue), sorted(wanted));
        counts.refused += 1;
      });
    }
  });

  after(() => {
    const promised = counts.accepted + counts.contradicted;
    console.log(
      `corpus sends: ${counts.accepted} of ${promised} accepted, ${counts.contradicted} refused as the contract says`,
    );
    console.log(`corpus journeys: ${counts.journeys} journeys, ${counts.steps} further steps`);
    console.log(`corpus refusals: ${counts.refused} refused with 400`);
  });
});

function read(file: CorpusFile): Message[] {
  const body = corpusBytes(file.path);
  const resource: Resource = JSON.parse(body.toString('utf8'));
  const text = body.toString('utf8');
  return [
    {
      ...file,
      operation: file.endpoint === 'Claim' ? `Claim${file.operation}` : file.operation,
      body,
      resource,
      courses: new Set(
        [...text.matchAll(/"(acute|continuous|continuous-repeat-dispensing)"/g)].map(
          ([, code = '']) => code,
        ),
      ),
      prescriptionId: /"([0-9A-F]{6}-[0-9A-Z]{6}-[0-9A-F]{5}[0-9A-Z+])"/.exec(text)?.[1] ?? '',
      writtenAt: writtenAt(resource),
    },
  ];
}

function writtenAt(resource: Resource): string | null {
  const text = JSON.stringify(resource);
  const signed = /"when":\s*"([^"]+)"/.exec(text)?.[1];
  // A prescription may be dated ahead of its signature: it is its own date that counts [EPS-FHIR 4.2].
  const starts = /"validityPeriod":\s*\{\s*"start":\s*"([^"]+)"/.exec(text)?.[1];
  const instants = [signed, starts].flatMap((one) => (one === undefined ? [] : [Date.parse(one)]));
  return instants.length === 0 ? null : new Date(Math.max(...instants)).toISOString();
}

/** Steps with the same number and the same prescription, in the send's folder or below it. */
function stepsAfter(send: Message): Message[] {
  return messages
    .filter(
      (one) =>
        one.number === send.number &&
        one.prescriptionId === send.prescriptionId &&
        one.operation !== 'Send' &&
        one.endpoint !== 'Prepare' &&
        (one.folder === send.folder || one.folder.startsWith(`${send.folder}/`)),
    )
    .toSorted((one, other) => ORDER.indexOf(one.operation) - ORDER.indexOf(other.operation));
}

const PATHS: Record<string, string> = {
  Process: '/$process-message',
  Task: '/Task',
  Claim: '/Claim',
};

async function sendOne(spine: TestSpine, message: Message) {
  if (message.operation === 'Send' && message.writtenAt !== null)
    await spine.setClock(message.writtenAt);
  const path = message.operation === 'Release' ? '/Task/$release' : (PATHS[message.endpoint] ?? '');
  const isPrescribers = message.operation === 'Send' || message.operation === 'Cancel';
  return spine.call(`${LEGACY}${path}`, {
    as: isPrescribers ? 'prescriber' : 'dispenser',
    body: message.body,
  });
}

/** The published answer, where there is one. */
function promisedIssues(message: Message): unknown[] | null {
  const name = message.path.replace('-Request-', '-Response-');
  try {
    const published: { issue?: unknown[] } = JSON.parse(corpusBytes(name).toString('utf8'));
    return published.issue ?? null;
  } catch {
    return null;
  }
}

/** Member order says nothing to a JSON client. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([name, inner]): [string, unknown] => [name, sorted(inner)])
      .toSorted(([one], [other]) => (one < other ? -1 : 1)),
  );
}
