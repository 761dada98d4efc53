// Shows: HL7 V3 | every interaction: cancel and release responses, rejections, repeats, strict settings, a rebuilt history
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, beforeEach, describe, test } from 'node:test';

import {
  COMPATIBLE,
  type DoneCancellation,
  type Settings,
  STRICT,
  subsequentCancellationResponse,
} from '../../src/prescriptions/index.ts';
import { aSpine } from '../../src/prescriptions/testing.ts';
import { prescriptionKey } from '../../src/prescriptions/prescription-id.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { createDatabase } from '../support/database.ts';
import { type Doors, openDoors, reasonsOf, told } from './doors.ts';
import { aHl7Journey, type Hl7Journey, instead } from './hl7-journey.ts';

const PHARMACY = PERSONAS.dispenser.organisation.ods;
const SURGERY = PERSONAS.prescriber.organisation.ods;

let made: Awaited<ReturnType<typeof createDatabase>>;
let doors: Doors;
let journey: Hl7Journey;

before(async () => {
  made = await createDatabase();
  doors = openDoors(made.database);
});
after(() => made.drop());
beforeEach(() => {
  journey = aHl7Journey(doors, { nominated: null });
});

function withSettings(settings: Partial<Settings>): Hl7Journey {
  return aHl7Journey(openDoors(made.database, { ...COMPATIBLE, ...settings }), { nominated: null });
}

/** `AA 0001` of a cancellation response. */
function cancelled(of: Hl7Journey): string {
  const answer = of.answer();
  const value = told(answer, 'pertinentInformation3', 'pertinentResponse', 'value');
  return `${answer.acknowledgement} ${value.attributes['code']}`;
}

/** `AE 0004` of a release rejection. */
function rejected(of: Hl7Journey): string {
  const answer = of.answer();
  const { interaction, acknowledgement } = answer;
  assert.equal(interaction, 'PORX_IN110101UK30');
  const value = told(answer, 'pertinentInformation', 'pertinentRejectionReason', 'value');
  return `${acknowledgement} ${value.attributes['code']}`;
}

async function status({ id }: Hl7Journey): Promise<string> {
  const key = prescriptionKey(id) ?? '';
  const [row] = await made.database.all<{ status: string }>({
    text: 'select status from prescriptions.prescription where prescription_id = $1',
    values: [key],
  });
  return row?.status ?? 'none';
}

const FULLY = ['FullyDispensed'] as const;
const whole = instead(/<pertinentInformation1[\s\S]*?<\/pertinentInformation1>/, '');

describe('a cancel request', () => {
  type Row = readonly [what: string, given: (of: Hl7Journey) => Promise<unknown>, answer: string];
  const rows: readonly Row[] = [
    ['to be dispensed', (of) => of.send(), 'AA 0001'],
    ['with a dispenser', async (of) => (await of.send(), of.release()), 'AE 0002'],
    [
      'with a dispenser, active',
      async (of) => (await of.send(), await of.release(), of.dispense(['PartiallyDispensed'])),
      'AE 0003',
    ],
    [
      'dispensed',
      async (of) => (await of.send(), await of.release(), of.dispense(FULLY)),
      'AE 0004',
    ],
    ['cancelled', async (of) => (await of.send(), of.cancel()), 'AE 0006'],
    ['not known', () => Promise.resolve(), 'AE 0008'],
    [
      'not dispensed',
      async (of) => (await of.send(), await of.release(), of.dispense(['NotDispensed'])),
      'AE 0010',
    ],
    [
      'wanted back by another practice already',
      async (of) => (await of.send(), await of.release(), of.cancel(0, PERSONAS.otherPrescriber)),
      'AE 0007',
    ],
  ];
  for (const [what, given, answer] of rows) {
    for (const item of ['an item', 'the whole']) {
      test(`of ${item} of a prescription that is ${what}: ${answer}`, async () => {
        if (item === 'the whole') {
          journey.edit = (xml) => (xml.includes('<CancellationRequest') ? whole(xml) : xml);
        }
        await given(journey);
        await journey.cancel();
        assert.equal(journey.answer().interaction, 'PORX_IN050101UK31');
        assert.equal(cancelled(journey), answer);
      });
    }
  }

  test('is answered with its own words, and with who has the prescription since when', async () => {
    await journey.send();
    await journey.release();
    await journey.cancel();
    const subject = journey.answer().subject ?? '';
    const performer = told(journey.answer(), 'performer', 'time').attributes['value'];
    assert.equal(performer, '20260105093000');
    const holder = told(
      journey.answer(),
      'performer',
      'AgentPerson',
      'representedOrganization',
      'id',
    );
    assert.equal(holder.attributes['extension'], PHARMACY);
    const squeezed = (journey.sent.at(-1) ?? '').replaceAll(/>\s+</g, '><');
    for (const name of [
      'recordTarget',
      'author',
      'responsibleParty',
      'pertinentInformation2',
      'pertinentInformation1',
    ]) {
      const part = new RegExp(`<${name} [\\s\\S]*?</${name}>`);
      const asked = part.exec(squeezed.slice(squeezed.indexOf('<CancellationRequest')))?.[0] ?? '-';
      assert.ok(subject.includes(asked), name);
    }
  });

  test('with cancellation switched off is answered 0009', async () => {
    const off = withSettings({ switchedOff: ['Cancellation'] });
    await off.send();
    await off.cancel();
    assert.equal(cancelled(off), 'AE 0009');
  });

  test('of a patient who is not that of the prescription is answered 5000', async () => {
    await journey.send();
    journey.edit = instead('9990000018', '9990000026');
    await journey.cancel();
    assert.equal(cancelled(journey), 'AE 5000');
  });

  test('that waited is told to the system that asked, when the pharmacy gives back', async () => {
    journey.system = { organisation: SURGERY, partyKey: 'A83008-000001', asid: '999000000101' };
    await journey.send();
    await journey.release();
    await journey.cancel();
    await journey.giveBack();
    assert.equal(await status(journey), '0005');
    const rows = await made.database.all<{ key: string; body: DoneCancellation }>({
      text: `select key, body from platform.outbox where body->>'prescription' = $1 order by key`,
      values: [prescriptionKey(journey.id)],
    });
    assert.equal(rows.length, 2);
    for (const [place, { key, body }] of rows.entries()) {
      const late = await subsequentCancellationResponse(aSpine(made.database), key, body);
      assert.ok(late !== null);
      const { partyKey, asid } = late.replyTo;
      assert.deepEqual([partyKey, asid], ['A83008-000001', '999000000101']);
      const value = told(late, 'pertinentInformation3', 'pertinentResponse', 'value');
      assert.equal(value.attributes['code'], '0001');
      const ref = told(late, 'pertinentInformation4', 'pertinentCancellationRequestRef', 'id');
      assert.equal(ref.attributes['root'], late.inAnswerTo.toUpperCase());
      assert.equal(late.subject.includes('pertinentLineItemRef'), place === 0);
    }
  });
});

describe('a release', () => {
  type Row = readonly [what: string, given: (of: Hl7Journey) => Promise<unknown>, answer: string];
  const rows: readonly Row[] = [
    ['cancelled', async (of) => (await of.send(), of.cancel()), 'AE 0001'],
    ['not known', () => Promise.resolve(), 'AE 0003'],
    ['with another dispenser', async (of) => (await of.send(), of.release()), 'AE 0004'],
    [
      'dispensed',
      async (of) => (await of.send(), await of.release(), of.dispense(FULLY)),
      'AE 0005',
    ],
  ];
  for (const [what, given, answer] of rows) {
    test(`of a prescription that is ${what} is rejected: ${answer}`, async () => {
      await given(journey);
      await journey.release();
      assert.equal(rejected(journey), answer);
      const request = /<PatientPrescriptionReleaseRequest[^>]*>\s*<id root="([^"]+)/;
      const prior = told(
        journey.answer(),
        'reversalOf',
        'priorPrescriptionReleaseRequestRef',
        'id',
      );
      assert.equal(prior.attributes['root'], request.exec(journey.sent.at(-1) ?? '')?.[1]);
    });
  }

  test('that is rejected for another dispenser says who that is', async () => {
    await journey.send();
    await journey.release();
    await journey.release(PERSONAS.otherDispenser);
    const path = ['pertinentInformation', 'pertinentRejectionReason', 'performer'] as const;
    const organisation = [...path, 'AgentPerson', 'representedOrganization', 'id'];
    assert.equal(told(journey.answer(), ...organisation).attributes['extension'], PHARMACY);
    assert.equal(told(journey.answer(), ...path, 'time').attributes['value'], '20260105093000');
  });

  test('of what is nominated, when there is nothing, is rejected: 0006', async () => {
    await journey.download();
    assert.equal(rejected(journey), 'AE 0006');
  });

  test('that is switched off is rejected: 0007', async () => {
    const off = withSettings({ switchedOff: ['Release'] });
    await off.download();
    assert.equal(rejected(off), 'AE 0007');
  });

  test('of what is nominated answers all of it, once', async () => {
    const nominated = aHl7Journey(doors);
    await nominated.send();
    await nominated.download();
    assert.equal(nominated.answer().interaction, 'PORX_IN070101UK31');
    assert.ok(nominated.answer().subject?.includes(nominated.id));
    await nominated.download();
    assert.equal(rejected(nominated), 'AE 0006');
  });
});

describe('a message of the other kinds is refused', () => {
  type Row = readonly [what: string, send: (of: Hl7Journey) => Promise<unknown>, reason: string];
  const rows: readonly Row[] = [
    ['a prescription whose id is taken', async (of) => (await of.send(), of.send()), '17.22 0002'],
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

describe('the same HL7 id again', () => {
  test('with the same content gets the same answer, whenever it is written', async () => {
    await journey.send();
    await journey.release();
    const first = journey.answer();
    const again = (journey.sent.at(-1) ?? '').replaceAll(
      /value="20\d{12}"/g,
      'value="20260105094500"',
    );
    assert.deepEqual(await journey.post(again), first);
  });

  test('with other content is refused with AR 202', async () => {
    await journey.send();
    const other = (journey.sent[0] ?? '').replace('XXTESTPATIENT-ARCHER', 'XXTESTPATIENT-OTHER');
    const { acknowledgement } = await journey.post(other);
    assert.equal(acknowledgement, 'AR');
    assert.deepEqual(reasonsOf(journey.answer()), ['17.32 202 Duplicate HL7 ID Error']);
    assert.equal(await status(journey), '0001');
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
      Array.from({ length: 4 }, () => doors.hl7(amendment, new Date('2026-01-05T10:00:00Z'))),
    );
    for (const answer of answers) assert.deepEqual(answer, answers[0]);
    assert.equal(answers[0]?.acknowledgement, 'AA');
    const rows = await made.database.all({
      text: `select number from prescriptions.event where prescription_id = $1 and kind = 'DispenseNotified'`,
      values: [prescriptionKey(journey.id)],
    });
    assert.equal(rows.length, 2);
  });

  test("under the supplier's form of the interaction is the same message", async () => {
    await journey.send();
    const first = journey.answer();
    const uk = (journey.sent[0] ?? '').replaceAll('PORX_IN020101SM31', 'PORX_IN020101UK31');
    const { messageId: _, ...again } = await journey.post(uk);
    const { messageId: __, ...wanted } = first;
    assert.deepEqual(again, wanted);
  });
});

describe('with strict settings', () => {
  const strict = (): Hl7Journey => withSettings({ ...STRICT, signatureCheck: 'compatible' });

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
    const signing = withSettings({ signatureCheck: 'strict' });
    await signing.send();
    assert.equal(reasonsOf(signing.answer()).length, 1);
    assert.equal(await status(signing), 'none');
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
    assert.equal(await status(held), '0002');
    held.releaseId = releaseId;
    held.system = { organisation: PHARMACY };
    await held.giveBack();
    assert.equal(held.answer().acknowledgement, 'AA');
    assert.equal(await status(held), '0001');
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
    assert.equal(await status(journey), '0002');
  });
});

describe('a rebuilt history', () => {
  /** The last notification again under another id, as the only one. */
  function rebuildOf(of: Hl7Journey, ...told: readonly string[]): string {
    const last = of.sent.findLast((xml) => xml.includes('<PORX_IN080101SM31')) ?? '';
    const [, act = ''] = /<subject>([\s\S]*)<\/subject>/.exec(last) ?? [];
    const components = told.map((status, place) => {
      const id = randomUUID().toUpperCase();
      const renamed = act
        .replaceAll(of.lastDispense.toUpperCase(), id)
        .replace(/code="\d{4}"( codeSystem="[^"]+17\.23")/, `code="${status}"$1`)
        .replace(
          /code="\d{4}"( codeSystem="[^"]+16\.35")/,
          `code="${status === '0001' ? '0006' : '0003'}"$1`,
        );
      return `<component typeCode="COMP"><sequenceNumber value="${told.length - place}"/><seperatableInd value="false"/>
        <templateId extension="PORX_MT024001UK31" root="2.16.840.1.113883.2.1.3.2.4.17.113"/>${renamed}</component>`;
    });
    const head = last
      .slice(0, last.indexOf('<subject>'))
      .replaceAll('PORX_IN080101SM31', 'PORX_IN540101UK31');
    return `${head}<subject><RebuildDispenseHistory classCode="ACTN" moodCode="RQO"><id root="${randomUUID().toUpperCase()}"/>
      <effectiveTime value="20260105093000"/>${components.join('')}
      <pertinentInformation1 typeCode="PERT"><seperatableInd value="false"/><pertinentPrescriptionID classCode="OBS" moodCode="EVN"><code code="PID" codeSystem="2.16.840.1.113883.2.1.3.2.4.17.30"/><value root="2.16.840.1.113883.2.1.3.2.4.18.8" extension="${of.id}"/></pertinentPrescriptionID></pertinentInformation1>
      <pertinentInformation3 typeCode="PERT"><seperatableInd value="false"/><pertinentWithdrawReason classCode="OBS" moodCode="EVN"><code code="PWR" codeSystem="2.16.840.1.113883.2.1.3.2.4.17.30"/><value code="QU" codeSystem="2.16.840.1.113883.2.1.3.2.4.17.110"/></pertinentWithdrawReason></pertinentInformation3>
      </RebuildDispenseHistory></subject></ControlActEvent></PORX_IN540101UK31>`;
  }

  async function dispensed(): Promise<void> {
    await journey.send();
    await journey.release();
    await journey.dispense(FULLY);
  }

  test('is there instead of what was told before, in the order of its numbers', async () => {
    await dispensed();
    const { acknowledgement } = await journey.post(rebuildOf(journey, '0001', '0003'));
    assert.equal(acknowledgement, 'AA');
    assert.equal(await status(journey), '0006');
    await journey.post(rebuildOf(journey, '0003'));
    assert.equal(await status(journey), '0003');
  });

  test('that could not have been is refused: 0023', async () => {
    await dispensed();
    await journey.post(rebuildOf(journey, '0003', '0001'));
    assert.deepEqual(reasonsOf(journey.answer()), ['17.22 0023 Invalid Dispense History']);
    assert.equal(await status(journey), '0006');
  });

  test('of an issue of which nothing was told is refused: 0022', async () => {
    await dispensed();
    const xml = rebuildOf(journey, '0001');
    await journey.withdraw();
    await journey.post(xml);
    assert.equal(reasonsOf(journey.answer())[0]?.slice(0, 10), '17.22 0022');
  });
});
