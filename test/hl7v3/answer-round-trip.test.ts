// Shows: HL7 V3 | what Spine answers says the same when it is read again: each refusal, who has a prescription, each answer to a cancel request, generated

import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { describe, test } from 'node:test';

import fc from 'fast-check';

import { hl7Name } from '../../src/gateways/hl7v3/names.ts';
import { writeAnswer } from '../../src/gateways/hl7v3/write-answer.ts';
import { type Element, element } from '../../src/gateways/xml/element.ts';
import { parseXml } from '../../src/gateways/xml/parse-xml.ts';
import { present } from '../../src/kernel/bug.ts';
import { instantOf } from '../../src/kernel/instant.ts';
import { parseUuid } from '../../src/kernel/uuid.ts';
import { codedOf, refusal } from '../../src/prescriptions/hl7v3/answers.ts';
import { guidElement, valueElement } from '../../src/prescriptions/hl7v3/data-types.ts';
import { OID } from '../../src/prescriptions/hl7v3/oids.ts';
import { readDispenserAgent } from '../../src/prescriptions/hl7v3/party.ts';
import { Reading } from '../../src/prescriptions/hl7v3/reading.ts';
import { hl7Time, readTime } from '../../src/prescriptions/hl7v3/time.ts';
import { CANCEL_CODES, type CancelCode } from '../../src/prescriptions/messages/cancel/codes.ts';
import { cancellationResponse } from '../../src/prescriptions/messages/cancel/hl7v3.ts';
import { releaseReject } from '../../src/prescriptions/messages/release/hl7v3.ts';
import type { Performer } from '../../src/prescriptions/prescription.ts';
import { type Rejection, REJECTIONS, textOf } from '../../src/prescriptions/rejections.ts';
import { ods } from '../../src/prescriptions/testing.ts';
import { aRequest } from './doors.ts';

const EACH = 500;

const ID = fc.uuid({ version: 4 }).map((text) => present(parseUuid(text), 'GUID'));
const SECONDS = { min: 1_577_836_800, max: 1_893_456_000 };
const AT = fc.integer(SECONDS).map((seconds) => instantOf(new Date(seconds * 1000)));
/** Any text that a person can write in one line, mark-up and quotes among it. */
const WORDS = fc.stringMatching(/^[!-~\u00e9\u2019][ -~\u00e9\u2019<>&"']{0,30}[!-~\u00e9]$/);
const PHONE = fc.stringMatching(/^0\d{10}$/);
const maybe = <Value>(of: fc.Arbitrary<Value>) => fc.option(of, { nil: null });

const PERFORMER: fc.Arbitrary<Performer> = fc.record({
  person: fc.record({
    userId: maybe(fc.stringMatching(/^\d{12}$/)),
    name: maybe(WORDS),
    roleProfile: fc.stringMatching(/^\d{12}$/),
    jobRole: fc.stringMatching(/^S\d{4}:G\d{4}:R\d{4}$/),
    telecom: maybe(PHONE),
  }),
  organisation: fc.record({
    ods: fc.constantFrom('FA565', 'VNE51', 'A99').map(ods),
    name: maybe(WORDS),
    telecom: maybe(PHONE),
    addressLines: fc.array(WORDS, { maxLength: 4 }),
    postcode: maybe(WORDS),
  }),
  releasedAt: AT,
});

const KINDS = Object.keys(REJECTIONS).filter(
  (kind): kind is Rejection['kind'] => kind in REJECTIONS,
);
const REJECTION: fc.Arbitrary<Rejection> = fc
  .tuple(fc.constantFrom(...KINDS), WORDS, PERFORMER)
  .map(([kind, detail, { person, organisation, releasedAt }]) => {
    if (kind === 'Unprocessable') return { kind, detail };
    if (kind !== 'WithAnotherDispenser') return { kind };
    return { kind, holder: organisation, release: { person, at: present(releasedAt, 'time') } };
  });

function read(xml: string): Element {
  const root = parseXml(xml, { nameOf: hl7Name });
  assert.ok(root.ok, root.ok ? '' : root.error);
  return root.value;
}

function inside(act: Element, ...path: readonly string[]): Element {
  const from = new Reading();
  const found = from.only(act, ...path);
  assert.ok(from.whole(null).ok, JSON.stringify(from.whole(null)));
  return found;
}

/** The performer of an answer; null when it names none. */
function performerIn(told: Element): Performer | null {
  const from = new Reading();
  const performer = from.maybe(told, 'performer');
  if (performer === null) return null;
  const { person, organisation } = readDispenserAgent(from, from.only(performer, 'AgentPerson'));
  const released = readTime(from.attribute(from.only(performer, 'time'), 'value'));
  assert.ok(from.whole(null).ok);
  return {
    person,
    organisation: { ...organisation, ods: ods(organisation.ods) },
    releasedAt: present(released, 'time of a release'),
  };
}

const within = (xml: string): string => xml.replace(/^<\w+/, '$& xmlns="urn:hl7-org:v3"');
const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe('an answer that is read again', () => {
  test('says why a message was refused, in the list of that reason', () => {
    fc.assert(
      fc.property(REJECTION, ID, (rejection, id) => {
        const request = aRequest('PORX_IN100101SM31', id);
        const answer = refusal(request, rejection);
        const xml = writeAnswer(answer, { from: '1', to: '2', messageRef: id.toUpperCase() });
        const root = read(xml);
        const acknowledgement = inside(root, 'acknowledgement');
        const isRepeat = rejection.kind === 'MessageIdUsedBefore';
        assert.equal(acknowledgement.attributes['typeCode'], isRepeat ? 'AR' : 'AE');
        assert.equal(
          inside(acknowledgement, 'messageRef', 'id').attributes['root'],
          id.toUpperCase(),
        );
        const { code, displayName, codeSystem } = isRepeat
          ? inside(acknowledgement, 'acknowledgementDetail', 'code').attributes
          : inside(root, 'ControlActEvent', 'reason', 'justifyingDetectedIssueEvent', 'code')
              .attributes;
        assert.equal(code, REJECTIONS[rejection.kind].spine);
        assert.equal(codeSystem, codedOf(rejection).codeSystem);
        assert.equal(displayName, isRepeat ? 'Duplicate HL7 ID Error' : textOf(rejection));
      }),
      { numRuns: EACH },
    );
  });

  test('says why nothing is released, and who has it', () => {
    fc.assert(
      fc.property(REJECTION, ID, ID, AT, (rejection, answerId, requestId, at) => {
        const act = read(within(releaseReject({ answerId, requestId, rejection, at })));
        const reason = inside(act, 'pertinentInformation', 'pertinentRejectionReason');
        const { code, codeSystem, displayName } = inside(reason, 'value').attributes;
        assert.deepEqual({ code, codeSystem, displayName }, codedOf(rejection));
        const reference = inside(act, 'reversalOf', 'priorPrescriptionReleaseRequestRef', 'id');
        assert.equal(reference.attributes['root'], requestId.toUpperCase());
        assert.equal(inside(act, 'effectiveTime').attributes['value'], hl7Time(at));
        const holder =
          rejection.kind === 'WithAnotherDispenser' && rejection.release !== undefined
            ? {
                person: rejection.release.person,
                organisation: rejection.holder,
                releasedAt: rejection.release.at,
              }
            : null;
        assert.deepEqual(plain(performerIn(reason)), plain(holder));
      }),
      { numRuns: EACH },
    );
  });

  test('says what came of a cancel request, who has it, and repeats the request', () => {
    const codes = Object.keys(CANCEL_CODES).filter(
      (code): code is CancelCode => code in CANCEL_CODES,
    );
    fc.assert(
      fc.property(
        fc.record({
          code: fc.constantFrom(...codes),
          performer: maybe(PERFORMER),
          at: AT,
          detail: fc.constant(null),
        }),
        ID,
        WORDS,
        (answered, id, name) => {
          const request = cancelRequest(name);
          const act = read(within(cancellationResponse(request, id, answered)));
          const { code, codeSystem } = inside(
            act,
            'pertinentInformation3',
            'pertinentResponse',
            'value',
          ).attributes;
          assert.deepEqual([code, codeSystem], [answered.code.slice(2), OID.cancelResponse]);
          assert.equal(inside(act, 'effectiveTime').attributes['value'], hl7Time(answered.at));
          assert.deepEqual(plain(performerIn(act)), plain(answered.performer));
          const reference = inside(
            act,
            'pertinentInformation4',
            'pertinentCancellationRequestRef',
            'id',
          );
          assert.equal(reference.attributes['root'], inside(request, 'id').attributes['root']);
          assert.equal(inside(act, 'author', 'AgentPerson', 'agentPerson', 'name').children, name);
        },
      ),
      { numRuns: EACH },
    );
  });
});

/** As much of a cancel request as its answer repeats. */
function cancelRequest(name: string): Element {
  const person = { name: 'name', attributes: {}, children: name };
  return element(
    'CancellationRequest',
    {},
    guidElement(randomUUID().toUpperCase()),
    valueElement('effectiveTime', '20260105093000'),
    element('author', {}, element('AgentPerson', {}, element('agentPerson', {}, person))),
  );
}
