// Shows: HL7 V3 | the public example messages have the same effect by HL7 V3 as by FHIR
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import type { Database } from '../../src/platform/database.ts';
import {
  corpusBytes,
  CORPUS,
  type CorpusFile,
  corpusRequests,
  hasCorpus,
} from '../support/corpus.ts';
import { createDatabase } from '../support/database.ts';
import { type Coordinator, openCoordinator } from './coordinator.ts';
import { type Doors, openDoors } from './doors.ts';

/** A FHIR message of the corpus and, where it is published, its HL7 V3 form. */
type Step = CorpusFile & {
  readonly body: Buffer;
  readonly xml: string | null;
  readonly prescriptionId: string;
};

const ORDER = [
  'Send',
  'Release',
  'Return',
  'Dispense',
  'DispenseAmend',
  'Withdraw',
  'Claim',
  'Amend',
  'Cancel',
];
const PATHS: Readonly<Record<string, string>> = {
  Process: '/$process-message',
  Task: '/Task',
  Claim: '/Claim',
};

const steps = corpusRequests().flatMap(read);

function read(file: CorpusFile): Step[] {
  if (file.status !== 200 || file.endpoint === 'Prepare') return [];
  const body = corpusBytes(file.path);
  const operation = file.endpoint === 'Claim' ? file.operation || 'Claim' : file.operation;
  const xmlPath = join(file.folder, `${file.number}-Convert-Response-${operation}-200_OK.xml`);
  const hasXml = existsSync(join(CORPUS, xmlPath));
  const [prescriptionId = ''] =
    /[0-9A-F]{6}-[0-9A-Z]{6}-[0-9A-F]{5}[0-9A-Z+]/.exec(body.toString()) ?? [];
  const xml = hasXml ? corpusBytes(xmlPath).toString() : null;
  return [{ ...file, operation, body, xml, prescriptionId }];
}

/** The messages about one prescription of one folder, or below it, in the order of its life. */
function journeys(): Step[][] {
  const found: Step[][] = [];
  const rest = new Set(steps);
  for (const send of steps.filter(({ operation }) => operation === 'Send')) {
    const own = [...rest].filter(
      (one) =>
        one.number === send.number &&
        one.prescriptionId === send.prescriptionId &&
        (one === send || (one.operation !== 'Send' && one.folder.startsWith(send.folder))),
    );
    for (const one of own) rest.delete(one);
    found.push(own.toSorted((a, b) => ORDER.indexOf(a.operation) - ORDER.indexOf(b.operation)));
  }
  for (const one of rest) found.push([one]);
  return found.filter((journey) => journey.some(({ xml }) => xml !== null));
}

function writtenAt(step: Step | undefined): Date {
  const text = step?.body.toString() ?? '';
  const signed = /"when":\s*"([^"]+)"/.exec(text)?.[1];
  const starts = /"validityPeriod":\s*\{\s*"start":\s*"([^"]+)"/.exec(text)?.[1];
  const instants = [signed, starts].flatMap((one) => (one === undefined ? [] : [Date.parse(one)]));
  return new Date(
    instants.length === 0 ? Date.parse('2022-02-01T00:00:00Z') : Math.max(...instants),
  );
}

describe('messages of the corpus', { skip: hasCorpus ? false : 'the corpus is not here' }, () => {
  const counts = { done: 0, refused: 0, contradicted: 0, journeys: 0 };
  let made: Awaited<ReturnType<typeof createDatabase>>[] = [];
  let coordinator: Coordinator | null = null;
  before(async () => {
    made = [await createDatabase(), await createDatabase()];
    const [, other] = made;
    assert.ok(other !== undefined);
    coordinator = await openCoordinator(other);
  });
  after(async () => {
    await coordinator?.close();
    for (const one of made) await one.drop();
    const all = steps.filter(({ xml }) => xml !== null).length;
    process.stdout.write(
      `corpus HL7 V3: of ${all} messages ${counts.done} done and ${counts.refused} refused as their FHIR twins, ${counts.contradicted} otherwise as the contract says; ${counts.journeys} journeys\n`,
    );
  });

  for (const journey of journeys()) {
    test(`${journey[0]?.path}: state, events and queue are the same by both doors`, async () => {
      const [one, other] = made.map(({ database }) => database);
      assert.ok(one !== undefined && other !== undefined && coordinator !== null);
      await Promise.all([emptied(one), emptied(other)]);
      const at = writtenAt(journey[0]);
      counts.journeys += 1;
      for (const step of journey) {
        const byFhir = await sendFhir(openDoors(one), step, at);
        const byHl7: Sent =
          step.xml === null
            ? await sendFhir(openDoors(other), step, at)
            : await sendHl7(coordinator, step.xml, at);
        if (byHl7.how !== byFhir.how && isContradicted(step, byFhir, byHl7)) {
          counts.contradicted += 1;
          if (!byHl7.words.includes(UNSIGNED)) return;
          await sendFhir(openDoors(other), step, at);
        } else {
          assert.equal(byHl7.how, byFhir.how, `${step.path}: ${byFhir.words} ${byHl7.words}`);
          if (step.xml !== null) counts[byHl7.how] += 1;
        }
        assert.deepEqual(await kept(other), await kept(one), step.path);
      }
    });
  }
});

async function emptied(database: Database): Promise<void> {
  for (const table of TABLES) await database.all({ text: `delete from ${table}`, values: [] });
}

const TABLES = [
  'prescriptions.prescription',
  'prescriptions.event',
  'prescriptions.message',
  'prescriptions.download_queue',
  'prescriptions.patient_prescription',
  'platform.outbox',
];

/** How it was answered, and in what words. */
type Sent = { readonly how: 'done' | 'refused'; readonly words: string };

async function sendFhir(
  doors: Doors,
  { operation, endpoint, body }: Step,
  at: Date,
): Promise<Sent> {
  const path = operation === 'Release' ? '/Task/$release' : (PATHS[endpoint] ?? '');
  const { status, resource } = await doors.fhir(path, body, at);
  return { how: status === 200 ? 'done' : 'refused', words: JSON.stringify(resource) };
}

async function sendHl7(coordinator: Coordinator, xml: string, at: Date): Promise<Sent> {
  const { acknowledgement, displayNames } = await coordinator.send(xml, at);
  return { how: acknowledgement === 'AA' ? 'done' : 'refused', words: displayNames.join() };
}

/**
 * Where the doors differ because the contract says so, or the examples do, by what they say: a practitioner
 * of a Bundle who is not referred to [EPS-FHIR 5.3], a SignedInfo without its Signature [EPS-HL7V3 6.1],
 * and a notification in HL7 V3 that names another item than its twin.
 */
function isContradicted({ xml, body }: Step, byFhir: Sent, byHl7: Sent): boolean {
  const [, item = ''] = /<priorOriginalItemRef[^>]*>\s*<id root="([^"]+)/.exec(xml ?? '') ?? [];
  return (
    byFhir.words.includes('populated incorrectly') ||
    byHl7.words.includes(UNSIGNED) ||
    !body.toString().toLowerCase().includes(item.toLowerCase())
  );
}

const UNSIGNED = 'Digital signature not found';

/** All that is kept, but for ids that are made on the way and how a requester is reached. */
async function kept(database: Database): Promise<unknown> {
  const rows = async (text: string): Promise<unknown[]> => database.all({ text, values: [] });
  const all = {
    state: await rows(`select prescription_id, version, status, expires_on, due_on, state
      from prescriptions.prescription order by 1`),
    events: await rows(
      `select prescription_id, number, kind, at, data from prescriptions.event order by 1, 2`,
    ),
    queue:
      await rows(`select organisation, prescription_id, issue, prescribed_at, available_on, expires_on,
      entered_at, left_at, left_because from prescriptions.download_queue order by 1, 2, 3`),
    leaving: await rows(`select topic, destination, key, body from platform.outbox order by 1, 3`),
    patients: await rows(`select * from prescriptions.patient_prescription order by 1, 2`),
  };
  return JSON.parse(JSON.stringify(all, plain));
}

const MADE = ['releaseId', 'replyTo'];

/** HL7 V3 has whole seconds, telephone numbers without spaces, and a signer without a user id. */
function plain(name: string, value: unknown): unknown {
  if (MADE.includes(name)) return undefined;
  if (name === 'findings' && Array.isArray(value))
    return value.filter((one) => one !== 'OtherPerson');
  if (name === 'telecom' && typeof value === 'string') return value.replaceAll(' ', '');
  return name === 'dispensedAt' && typeof value === 'string' ? value.slice(0, 19) : value;
}
