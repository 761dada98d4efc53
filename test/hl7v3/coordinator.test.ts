// Shows: HL7 V3 | the NHS's FHIR facade, replayed: what it sends, repeats, polls for, returns by itself, and understands
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, beforeEach, describe, test } from 'node:test';

import { PERSONAS } from '../../src/local/personas.ts';
import { nominatedRelease } from '../support/journey.ts';
import type { TestSpine } from '../support/server.ts';
import { testDatabase } from '../support/database.ts';
import { FULLY } from './answering.ts';
import { type Coordinator, openCoordinator, type Post, type Understood } from './coordinator.ts';
import { openDoors } from './doors.ts';
import { aJourney, type Journey, type JourneyOptions } from '../support/journey.ts';
import { AT } from './hl7-journey.ts';

const made = testDatabase();
let opened: Coordinator | null = null;
let coordinator: Coordinator;
beforeEach(async () => {
  opened ??= await openCoordinator(made());
  coordinator = opened;
});
after(() => opened?.close());

type Sending = (payload: string) => Promise<Understood>;

/** A prescription whose users speak FHIR to the facade, and what the facade understood last. */
type FacadeJourney = Journey & { last(): Understood; download(): Promise<unknown> };

function throughFacade(
  options: JourneyOptions = { nominated: null },
  send: Sending = (payload) => coordinator.send(payload, AT),
): FacadeJourney {
  let understood: Understood | null = null;
  const call = async (_path: string, { body }: { readonly body?: object } = {}) => {
    understood = await send(await openDoors(made().database).convert(body ?? {}, AT));
    const { acknowledgement, text } = understood;
    const value = /<PrescriptionReleaseResponse[^>]*>\s*<id root="([^"]+)/.exec(text)?.[1];
    const released = { parameter: [{ resource: { identifier: { value: value ?? '' } } }] };
    return { status: acknowledgement === 'AA' ? 200 : 400, body: released };
  };
  const spine = { call } as unknown as TestSpine;
  const last = (): Understood => {
    assert.ok(understood !== null);
    return understood;
  };
  const journey = aJourney(spine, { authoredAt: AT, at: () => AT, ...options });
  return Object.assign(journey, {
    last,
    download: () => nominatedRelease(spine, PERSONAS.dispenser, randomUUID()),
  });
}

function kindOf({ interaction, acknowledgement, displayNames }: Understood): string {
  return [interaction, acknowledgement, ...displayNames].join(' ');
}

describe('the facade', () => {
  test('finds the Spine up', async () => {
    assert.ok(await coordinator.isUp());
  });

  test('understands the answers to all that it sends', async () => {
    const journey = throughFacade();
    const steps: (readonly [() => Promise<unknown>, string])[] = [
      [() => journey.send(), 'MCCI_IN010000UK13 AA'],
      [() => journey.release(), 'PORX_IN070103UK31 AA'],
      [() => journey.dispense(FULLY), 'MCCI_IN010000UK13 AA'],
      [() => journey.withdraw(), 'MCCI_IN010000UK13 AA'],
      [() => journey.dispense(FULLY), 'MCCI_IN010000UK13 AA'],
      [() => journey.claim(), 'MCCI_IN010000UK13 AA'],
      [() => journey.claim(), 'MCCI_IN010000UK13 AE'],
    ];
    for (const [step, expected] of steps) {
      await step();
      assert.ok(kindOf(journey.last()).startsWith(expected), kindOf(journey.last()));
    }
    const other = throughFacade();
    await other.send();
    await other.release();
    await other.cancel();
    assert.match(other.last().text, /<value [^>]*code="0002"/);
    assert.equal(other.last().interaction, 'PORX_IN050101UK31');
    await other.giveBack();
    assert.equal(kindOf(other.last()), 'MCCI_IN010000UK13 AA');
    await other.release();
    assert.ok(kindOf(other.last()).startsWith('PORX_IN110101UK30 AE'));
  });

  test('downloads what is nominated, then nothing', async () => {
    const journey = throughFacade({});
    await journey.send();
    await journey.download();
    assert.equal(kindOf(journey.last()), 'PORX_IN070101UK31 AA');
    assert.ok(journey.last().text.includes(journey.id));
    await journey.download();
    const { interaction, acknowledgement, text } = journey.last();
    assert.deepEqual([interaction, acknowledgement], ['PORX_IN110101UK30', 'AE']);
    assert.match(text, /<pertinentRejectionReason [^]*?<value [^>]*code="0006"/);
  });

  test('sends a message four times within milliseconds: one effect, four times the answer', async () => {
    const sent: Understood[] = [];
    const journey = throughFacade({ nominated: null }, async (payload) => {
      sent.push(...(await coordinator.sendFourTimes(payload, AT)));
      return sent.at(-1) ?? assert.fail('no answer');
    });
    await journey.send();
    await journey.release();
    await journey.dispense(FULLY);
    assert.equal(sent.length, 12);
    for (const from of [0, 4, 8]) {
      assert.equal(new Set(sent.slice(from, from + 4).map(({ text }) => text)).size, 1);
      assert.equal(sent[from]?.acknowledgement, 'AA');
    }
    const events = await made().database.all<{ kind: string }>({
      text: `select kind from prescriptions.event where prescription_id = (
        select prescription_id from prescriptions.event order by recorded_at desc, number desc limit 1) order by number`,
      values: [],
    });
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['Created', 'Released', 'DispenseNotified'],
    );
  });

  test('returns by itself, as the prescriber, what it cannot verify', async () => {
    const journey = throughFacade();
    await journey.send();
    await journey.release();
    const returned = automaticReturn(journey);
    assert.equal(kindOf(await coordinator.send(returned, AT)), 'MCCI_IN010000UK13 AA');
    await journey.release();
    assert.equal(kindOf(journey.last()), 'PORX_IN070103UK31 AA');
  });
});

test('a message under the id that suppliers give it is the same message', async () => {
  const uk = (payload: string): string => payload.replaceAll(/(_IN\d{6})SM(\d\d)/g, '$1UK$2');
  const send: Sending = (payload) => coordinator.send(uk(payload), AT);
  const journey = throughFacade({}, send);
  const other = throughFacade({ nominated: null }, send);
  const steps = [
    () => journey.send(),
    () => journey.download(),
    () => journey.dispense(FULLY),
    () => journey.withdraw(),
    () => journey.dispense(FULLY),
    () => journey.claim(),
  ];
  for (const step of steps) {
    await step();
    assert.equal(journey.last().acknowledgement, 'AA', journey.last().text);
  }
  for (const step of [
    () => other.send(),
    () => other.release(),
    () => other.giveBack(),
    () => other.cancel(),
  ]) {
    await step();
    assert.equal(other.last().acknowledgement, 'AA', other.last().text);
  }
});

test('under load the facade is told where its answer will be, and finds it there', async () => {
  const busy = await openCoordinator(made(), { answerWithinMs: 4_000, inHandMax: 0 });
  try {
    const journey = throughFacade({ nominated: null }, (payload) => busy.send(payload, AT));
    await journey.send();
    assert.equal(kindOf(journey.last()), 'MCCI_IN010000UK13 AA');
    await journey.release();
    assert.equal(kindOf(journey.last()), 'PORX_IN070103UK31 AA');
  } finally {
    await busy.close();
  }
});

test('a long answer is not kept, and is made again, to the byte, for who repeats its message', async () => {
  for (let n = 0; n < 3; n += 1) await throughFacade({}).send();
  let post: Post | null = null;
  const asking = throughFacade({}, (payload) => {
    post = coordinator.posted(payload);
    return coordinator.sendPost(post, AT);
  });
  await asking.download();
  const { text } = asking.last();
  assert.ok(post !== null && text.length > 16_384);
  const [row] = await made().database.all<{ isAnswered: boolean; isKept: boolean }>({
    text: `select answered_at is not null as "isAnswered", answer is not null as "isKept"
      from gateways.transmission where interaction = 'PORX_IN060102SM30' order by answered_at desc limit 1`,
    values: [],
  });
  assert.deepEqual(row, { isAnswered: true, isKept: false });
  const busy = await openCoordinator(made(), { answerWithinMs: 0, inHandMax: 0 });
  try {
    assert.equal((await coordinator.sendPost(post, AT)).text, text);
    // Here it takes too long, so that it is fetched; and it is there.
    assert.equal((await busy.sendPost(post, AT)).text, text);
  } finally {
    await busy.close();
  }
});

const PART = '2.16.840.1.113883.2.1.3.2.4.17.30';

/** Its author is the prescriber, as the prescription has it, with time and signature [EPS-HL7V3 6.8]. */
function automaticReturn(journey: FacadeJourney): string {
  const { text } = journey.last();
  const [author = ''] = /<author contextControlCode="OP"[^]*?<\/author>/.exec(text) ?? [];
  assert.match(author, /<signatureText>[^]*A83008/);
  const frame = text.slice(text.indexOf('<id '), text.indexOf('<acknowledgement'));
  const id = randomUUID().toUpperCase();
  const device = (asid: string): string =>
    `<device classCode="DEV" determinerCode="INSTANCE"><id extension="${asid}" root="1.2.826.0.1285.0.2.0.107"/></device>`;
  const own = frame
    .replace(/<id [^>]*>/, `<id root="${id}"/>`)
    .replaceAll('PORX_IN070103UK31', 'PORX_IN100101SM31');
  return `<?xml version="1.0" encoding="UTF-8"?>
<PORX_IN100101SM31 xmlns="urn:hl7-org:v3">${own}<communicationFunctionRcv>${device('567456789789')}</communicationFunctionRcv><communicationFunctionSnd>${device('200000001285')}</communicationFunctionSnd>
<ControlActEvent classCode="CACT" moodCode="EVN"><author1 typeCode="AUT"><AgentSystemSDS classCode="AGNT"><agentSystemSDS classCode="DEV" determinerCode="INSTANCE"><id extension="200000001285" root="1.2.826.0.1285.0.2.0.107"/></agentSystemSDS></AgentSystemSDS></author1>
<subject><DispenseProposalReturn classCode="INFO" moodCode="EVN"><id root="${id}"/><effectiveTime value="20260105093000"/>${author}
<pertinentInformation1 contextConductionInd="true" typeCode="PERT"><seperatableInd value="false"/><pertinentPrescriptionID classCode="OBS" moodCode="EVN"><code code="PID" codeSystem="${PART}"/><value extension="${journey.id}" root="2.16.840.1.113883.2.1.3.2.4.18.8"/></pertinentPrescriptionID></pertinentInformation1>
<pertinentInformation3 contextConductionInd="false" typeCode="PERT"><seperatableInd value="false"/><pertinentReturnReason classCode="OBS" moodCode="EVN"><code code="RR" codeSystem="${PART}"/><value code="0005" codeSystem="2.16.840.1.113883.2.1.3.2.4.16.28" displayName="Invalid digital signature"/></pertinentReturnReason></pertinentInformation3>
<reversalOf inversionInd="true" negationInd="false" typeCode="REV"><seperatableInd value="true"/><priorPrescriptionReleaseResponseRef classCode="INFO" moodCode="EVN"><id root="${journey.releaseId.toUpperCase()}"/></priorPrescriptionReleaseResponseRef></reversalOf>
</DispenseProposalReturn></subject></ControlActEvent></PORX_IN100101SM31>`;
}
