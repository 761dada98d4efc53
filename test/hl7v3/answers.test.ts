// Shows: HL7 V3 | dispense, claim, return, withdraw, rebuild: each refusal; repeats; strict settings
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { beforeEach, describe, test } from 'node:test';

import type { Hl7Answer } from '../../src/gateways/hl7v3/index.ts';
import { keepStanding } from '../../src/prescriptions/patients/repository.ts';
import { STRICT } from '../../src/prescriptions/index.ts';
import { prescriptionKey } from '../../src/prescriptions/prescription-id.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { assertInvariants } from '../nothing-lost/invariants.ts';
import { FULLY, testDoors } from './answering.ts';
import { reasonsOf } from './doors.ts';
import { type Hl7Journey, instead } from './hl7-journey.ts';
import { rebuildOf } from './rebuilding.ts';

const PHARMACY = PERSONAS.dispenser.organisation.ods;
const SURGERY = PERSONAS.prescriber.organisation.ods;

const spine = testDoors();
let journey: Hl7Journey;
beforeEach(() => {
  journey = spine.journey();
});

const DEAD = '9990000026'; // synthetic
const SECOND_ISSUE = `<pertinentInformation2 typeCode="PERT"><seperatableInd value="false"/><pertinentRepeatInstanceInfo classCode="OBS" moodCode="EVN"><code code="RPI" codeSystem="2.16.840.1.113883.2.1.3.2.4.17.30"/><value value="2"/></pertinentRepeatInstanceInfo></pertinentInformation2>`;

describe('a message of the other kinds is refused', () => {
  type Row = readonly [what: string, send: (of: Hl7Journey) => Promise<unknown>, reason: string];
  const rows: readonly Row[] = [
    ['a prescription whose id is taken', async (of) => (await of.send(), of.send()), '17.22 0002'],
    [
      'a prescription for a patient who is dead',
      async (of) => {
        await keepStanding(spine.database(), DEAD, { isDeceased: true, supersededBy: null });
        of.edit = instead(/9990000018/g, DEAD);
        await of.send();
      },
      '17.22 0001',
    ],
    ['a notification of nothing', (of) => of.dispense(FULLY), '17.22 0005'],
    [
      'a notification of what nobody has',
      async (of) => (await of.send(), of.dispense(FULLY)),
      '17.22 0012',
    ],
    [
      'an item that is dispensed in part after it was in full',
      async (of) => (
        await of.send(),
        await of.release(),
        await of.dispense(FULLY, { status: 'WithDispenserActive' }),
        of.dispense(['PartiallyDispensed'])
      ),
      '17.22 0013',
    ],
    [
      'an item that the prescription does not have',
      async (of) => {
        await of.send();
        await of.release();
        of.edit = (xml) =>
          xml.replaceAll(of.itemIds[0]?.toUpperCase() ?? '', randomUUID().toUpperCase());
        await of.dispense(FULLY);
      },
      '17.22 0014',
    ],
    [
      'a claim of what is not dispensed',
      async (of) => (await of.send(), await of.release(), of.claim()),
      '17.22 0015',
    ],
    [
      'an amendment of another notification than the last',
      async (of) => (
        await of.send(),
        await of.release(),
        await of.dispense(FULLY),
        of.dispense(FULLY, { amends: randomUUID() })
      ),
      '17.22 0021',
    ],
    [
      'a withdrawal of all where there is none',
      async (of) => {
        await of.send();
        await of.release();
        of.edit = instead('code="LD"', 'code="AD"');
        await of.withdraw();
      },
      '17.22 0012',
    ],
    [
      'a return of another issue than the one that is with the pharmacy',
      async (of) => {
        await of.send();
        await of.release();
        of.edit = instead('</DispenseProposalReturn>', `${SECOND_ISSUE}</DispenseProposalReturn>`);
        await of.giveBack();
      },
      '17.22 0018',
    ],
    [
      'an amendment of a claim after the fifth day of the next month',
      async (of) => {
        await of.send();
        await of.release();
        await of.dispense(FULLY);
        await of.claim();
        of.at = new Date('2026-02-06T09:00:00Z');
        await of.claim({ amends: of.lastClaim });
      },
      '17.22 0100',
    ],
    [
      'two items of one id',
      (of) => {
        of.edit = (xml) =>
          xml.replace(
            /(<pertinentInformation2 contextConductionInd[\s\S]*?<\/pertinentInformation2>)(?=\s*<pertinentInformation8)/,
            '$1$1',
          );
        return of.send();
      },
      '17.22 5008',
    ],
  ];
  for (const [what, send, reason] of rows) {
    test(`${what}: ${reason}`, async () => {
      await send(journey);
      assert.equal(journey.answer().interaction, 'MCCI_IN010000UK13');
      assert.equal(journey.answer().acknowledgement, 'AE');
      assert.equal(reasonsOf(journey.answer())[0]?.slice(0, reason.length), reason);
    });
  }
});

const said = (answer: Hl7Answer) => ({ ...answer, isKept: undefined });

describe('the same HL7 id again', () => {
  test('with the same content gets the same answer, whenever it is written', async () => {
    await journey.send();
    await journey.release();
    const first = journey.answer();
    const again = (journey.sent.at(-1) ?? '').replaceAll(
      /value="20\d{12}"/g,
      'value="20260105094500"',
    );
    assert.deepEqual(said(await journey.post(again)), said(first));
  });

  test('with other content is refused with AR 202', async () => {
    await journey.send();
    const other = (journey.sent[0] ?? '').replace('XXTESTPATIENT-ARCHER', 'XXTESTPATIENT-OTHER');
    const { acknowledgement } = await journey.post(other);
    assert.equal(acknowledgement, 'AR');
    assert.deepEqual(reasonsOf(journey.answer()), ['17.32 202 Duplicate HL7 ID Error']);
    assert.equal(await spine.status(journey), '0001');
  });

  test('four times at once has one effect and one answer', async () => {
    await journey.send();
    await journey.release();
    await journey.dispense(FULLY);
    const xml = journey.sent.at(-1) ?? '';
    const fresh = xml.replaceAll(journey.lastDispense.toUpperCase(), randomUUID().toUpperCase());
    const amendment = fresh.replace(
      '<sequelTo',
      `<replacementOf typeCode="RPLC"><priorMessageRef><id root="${journey.lastDispense.toUpperCase()}"/></priorMessageRef></replacementOf><sequelTo`,
    );
    const answers = await Promise.all(
      Array.from({ length: 4 }, () =>
        spine.doors().hl7(amendment, new Date('2026-01-05T10:00:00Z')),
      ),
    );
    assert.equal(new Set(answers.map((answer) => JSON.stringify(said(answer)))).size, 1);
    assert.equal(answers[0]?.acknowledgement, 'AA');
    assert.equal(answers.filter(({ isKept }) => isKept).length, 1);
    const rows = await spine.database().all({
      text: `select number from prescriptions.event where prescription_id = $1 and kind = 'DispenseNotified'`,
      values: [prescriptionKey(journey.id)],
    });
    assert.equal(rows.length, 2);
  });

  test("under the supplier's form of the interaction is the same message", async () => {
    await journey.send();
    const first = journey.answer();
    const uk = (journey.sent[0] ?? '').replaceAll('PORX_IN020101SM31', 'PORX_IN020101UK31');
    const { messageId: _, ...again } = said(await journey.post(uk));
    const { messageId: __, ...wanted } = said(first);
    assert.deepEqual(again, wanted);
  });
});

describe('with strict settings', () => {
  const strict = (): Hl7Journey =>
    spine.withSettings({ ...STRICT, signatureCheck: 'compatible', roleCheck: 'compatible' });

  test('a system acts for its own organisation and for no other', async () => {
    const own = strict();
    own.system = { organisation: PHARMACY };
    await own.send();
    assert.equal(own.answer().acknowledgement, 'AE');
    assert.ok(
      reasonsOf(own.answer())[0]?.endsWith(
        'the organisation in the message is not that of the sending system',
      ),
    );
    own.system = { organisation: SURGERY };
    await own.send();
    assert.equal(own.answer().acknowledgement, 'AA');
    await own.release();
    assert.equal(own.answer().acknowledgement, 'AE');
    own.system = { organisation: PHARMACY };
    await own.release();
    assert.equal(own.answer().acknowledgement, 'AA');
  });

  test('an order whose signature is not good is refused', async () => {
    const signing = spine.withSettings({ signatureCheck: 'strict' });
    await signing.send();
    assert.equal(reasonsOf(signing.answer()).length, 1);
    assert.equal(await spine.status(signing), 'none');
  });

  test("what the holder cannot verify comes back in the prescriber's name; from nobody else", async () => {
    const held = strict();
    held.system = { organisation: SURGERY };
    await held.send();
    held.system = { organisation: PHARMACY };
    await held.release();
    held.edit = (xml) =>
      xml
        .replace('code="0002"', 'code="0005"')
        .replace(`extension="${PHARMACY}"`, `extension="${SURGERY}"`);
    held.system = { organisation: 'VNE51' };
    const { releaseId } = held;
    held.releaseId = randomUUID();
    await held.giveBack();
    assert.equal(await spine.status(held), '0002');
    held.releaseId = releaseId;
    held.system = { organisation: PHARMACY };
    await held.giveBack();
    assert.equal(held.answer().acknowledgement, 'AA');
    assert.equal(await spine.status(held), '0001');
  });
});

describe('a withdrawal of all notifications', () => {
  test('brings the issue back to how it was released', async () => {
    await journey.send();
    await journey.release();
    await journey.dispense(['PartiallyDispensed']);
    await journey.dispense(FULLY);
    journey.edit = instead('code="LD"', 'code="AD"');
    await journey.withdraw();
    assert.equal(journey.answer().acknowledgement, 'AA');
    assert.equal(await spine.status(journey), '0002');
  });
});

describe('a rebuilt history', () => {
  async function dispensed(): Promise<void> {
    await journey.send();
    await journey.release();
    await journey.dispense(FULLY);
  }

  test('is there instead of what was told before, in the order of its numbers', async () => {
    await dispensed();
    const { acknowledgement } = await journey.post(rebuildOf(journey, '0001', '0003'));
    assert.equal(acknowledgement, 'AA');
    assert.equal(await spine.status(journey), '0006');
    await journey.post(rebuildOf(journey, '0003'));
    assert.equal(await spine.status(journey), '0003');
  });

  test('that could not have been is refused: 0023', async () => {
    await dispensed();
    await journey.post(rebuildOf(journey, '0003', '0001'));
    assert.deepEqual(reasonsOf(journey.answer()), ['17.22 0023 Invalid Dispense History']);
    assert.equal(await spine.status(journey), '0006');
  });

  test('of an issue of which nothing was told is refused: 0022', async () => {
    await dispensed();
    const xml = rebuildOf(journey, '0001');
    await journey.withdraw();
    await journey.post(xml);
    assert.equal(reasonsOf(journey.answer())[0]?.slice(0, 10), '17.22 0022');
  });
});

test('whatever was sent and answered, every invariant is whole', async () => {
  await assertInvariants({
    all: (text, values = []) => spine.database().all({ text, values }),
  });
});
