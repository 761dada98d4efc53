// Shows: Prescriptions and patients | histories of nominations and queues go as the model says: what waits stays or moves, and never doubles
// Shows: Prescriptions and patients | a change of nomination races with nominated releases: one pharmacy gets it, once
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import fc from 'fast-check';

import { aSpine } from '../../src/prescriptions/testing.ts';
import { createDatabase } from '../support/database.ts';
import { assertInvariants } from './invariants.ts';
import { Patient } from './nominating.ts';
import { type Kind, NominationModel, type Place } from './nomination-model.ts';
import { seedOf } from './random.ts';
import { openRows } from './rows.ts';

const RUNS = 6;
const AT_ONCE = 8; // patients of one run
const ROUNDS = 24; // prescriptions that are fought for at once
const seed = seedOf(process.env);

let made: Awaited<ReturnType<typeof createDatabase>>;
let rows: ReturnType<typeof openRows>;
let runs = 0;

before(async () => {
  made = await createDatabase();
  rows = openRows(made.url);
  // No server is killed here, so that no commit need wait for the disk.
  await rows.all(
    `alter database ${new URL(made.url).pathname.slice(1)} set synchronous_commit = off`,
  );
});
after(async () => {
  await rows.close();
  await made.drop();
});

type Step =
  | { readonly do: 'send'; readonly kind: Kind; readonly where: Place }
  | { readonly do: 'nominate'; readonly to: Place }
  | { readonly do: 'download'; readonly pharmacy: 'A' | 'B' }
  | { readonly do: 'release' | 'giveBack' | 'dispense'; readonly n: number };

const places = fc.constantFrom<Place[]>('A', 'A', 'B', null);
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('send' as const),
      kind: fc.constantFrom<Kind[]>('repeat', 'repeat', 'acute'),
      where: places,
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('nominate' as const), to: places }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('download' as const),
      pharmacy: fc.constantFrom<('A' | 'B')[]>('A', 'B'),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constantFrom<('release' | 'giveBack' | 'dispense')[]>(
        'release',
        'giveBack',
        'dispense',
        'dispense',
      ),
      n: fc.nat({ max: 5 }),
    }),
  },
);

function newPatient(): Patient {
  runs += 1;
  return new Patient(aSpine(made.database), runs);
}

async function play(patient: Patient, model: NominationModel, step: Step): Promise<void> {
  switch (step.do) {
    case 'send':
      model.send(step.kind, step.where);
      return patient.send(step.kind, step.where);
    case 'nominate':
      await patient.nominate(model.nominate(step.to), step.to);
      return patient.follow();
    case 'download':
      assert.deepEqual(await patient.download(step.pharmacy), model.download(step.pharmacy));
      return;
    case 'release':
    case 'giveBack':
    case 'dispense':
      if (step.n < patient.ids.length) {
        assert.equal(await patient[step.do](step.n), model[step.do](step.n), JSON.stringify(step));
      }
  }
}

/** At the end each pharmacy gets what waits for it by the model, and nothing else. */
async function lived(told: readonly Step[]): Promise<Patient> {
  const [patient, model] = [newPatient(), new NominationModel()];
  for (const step of told) await play(patient, model, step);
  for (const pharmacy of ['A', 'B'] as const) {
    assert.deepEqual(await patient.download(pharmacy), model.download(pharmacy));
  }
  return patient;
}

describe('a change of nomination', () => {
  test('leaves or moves what waits as the model says, whatever came before', async () => {
    const counts = { steps: 0 };
    const history = fc.array(steps, { minLength: 8, maxLength: 24, size: 'max' });
    const several = fc.array(history, { minLength: AT_ONCE, maxLength: AT_ONCE });
    const property = fc.asyncProperty(several, async (histories) => {
      const patients = await Promise.all(histories.map(lived));
      counts.steps += histories.flat().length;
      await assertInvariants(
        rows,
        patients.flatMap(({ ids }) => ids),
      );
    });
    await fc.assert(property, { seed, numRuns: RUNS, endOnFailure: true });
    const [row] = await rows.all<{ moved: number; again: number }>(
      `select count(*) filter (where left_because = 'moved')::int as moved, count(*) filter (where entry > 1)::int as again
        from prescriptions.download_queue`,
    );
    assert.ok(row !== undefined && row.moved > RUNS / 2 && row.again > 0, JSON.stringify(row));
    process.stdout.write(
      `nominations: ${runs} histories, ${counts.steps} steps, ${row.moved} moves, ${row.again} back again (seed ${seed})\n`,
    );
  });

  test('races with releases: one pharmacy gets it, once', async () => {
    const patients = Array.from({ length: ROUNDS }, newPatient);
    await Promise.all(patients.map((patient) => patient.send('repeat', 'A')));
    await Promise.all(patients.map((patient) => patient.nominate('A', 'B')));
    const [first] = patients;
    const got = await Promise.all([
      ...patients.map(async (patient, n) => {
        const asked = await Promise.all([
          patient.download('A'),
          patient.download('B'),
          ...(n % 3 === 0 ? [patient.release(0).then((isGiven) => (isGiven ? [0] : []))] : []),
        ]);
        return asked.flat().length;
      }),
      first?.follow().then(() => 0),
    ]);
    const later = await Promise.all(
      patients.map(async (patient) => {
        await patient.follow();
        return [...(await patient.download('A')), ...(await patient.download('B'))].length;
      }),
    );
    const times = patients.map((_, n) => (got[n] ?? 0) + (later[n] ?? 0));
    assert.deepEqual(new Set(times), new Set([1]));
    await assertInvariants(rows);
  });
});
