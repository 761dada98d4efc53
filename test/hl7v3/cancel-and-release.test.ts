// Shows: HL7 V3 | cancel: an item or the whole, each answer; release: what is given, each rejection
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';

import { dueJob } from '../../src/prescriptions/jobs.ts';
import { aSpine } from '../../src/prescriptions/testing.ts';
import { PERSONAS } from '../../src/local/personas.ts';
import { cancelled, FULLY, ofTheWhole, rejected, testDoors } from './answering.ts';
import { told } from './doors.ts';
import { type Hl7Journey, instead } from './hl7-journey.ts';

const PHARMACY = PERSONAS.dispenser.organisation.ods;

const spine = testDoors();
let journey: Hl7Journey;
beforeEach(() => {
  journey = spine.journey();
});

/** Seven months later, when what falls due was done. */
async function expired(of: Hl7Journey): Promise<void> {
  of.at = new Date('2026-08-05T09:30:00Z');
  const clock = { now: () => of.at, securityNow: () => of.at };
  await dueJob(aSpine(spine.database()), clock).run(() => Promise.resolve(true));
}

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
    ['expired', async (of) => (await of.send(), expired(of)), 'AE 0005'],
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
          journey.edit = (xml) => (xml.includes('<CancellationRequest') ? ofTheWhole(xml) : xml);
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
    const off = spine.withSettings({ switchedOff: ['Cancellation'] });
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
});

describe('a release', () => {
  type Row = readonly [what: string, given: (of: Hl7Journey) => Promise<unknown>, answer: string];
  const rows: readonly Row[] = [
    ['cancelled', async (of) => (await of.send(), of.cancel()), 'AE 0001'],
    ['expired', async (of) => (await of.send(), expired(of)), 'AE 0002'],
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
    const off = spine.withSettings({ switchedOff: ['Release'] });
    await off.download();
    assert.equal(rejected(off), 'AE 0007');
  });

  test('of what is nominated answers all of it, once', async () => {
    const nominated = spine.journey({});
    await nominated.send();
    await nominated.download();
    assert.equal(nominated.answer().interaction, 'PORX_IN070101UK31');
    assert.ok(nominated.answer().subject?.includes(nominated.id));
    await nominated.download();
    assert.equal(rejected(nominated), 'AE 0006');
  });
});
