// Shows: HL7 V3 | what comes after an order asks for the same after FHIR has become HL7 V3
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import fc from 'fast-check';
import type { Bundle, Claim, Parameters, Task } from 'fhir/r4';

import { NO_APPLICATION } from '../../src/gateways/actor.ts';
import type { Hl7Request } from '../../src/gateways/hl7v3/interaction.ts';
import type { Element } from '../../src/gateways/xml/element.ts';
import { parseXml } from '../../src/gateways/xml/parse-xml.ts';
import { instantOf } from '../../src/kernel/instant.ts';
import type { Result } from '../../src/kernel/result.ts';
import { derivedUuid } from '../../src/kernel/uuid.ts';
import { cancelDocument } from '../../src/prescriptions/fhir/cancel-document.ts';
import { cancellationRequest } from '../../src/prescriptions/fhir/convert/cancel.ts';
import { dispenseClaim } from '../../src/prescriptions/fhir/convert/claim.ts';
import { dispenseNotification } from '../../src/prescriptions/fhir/convert/dispense.ts';
import { releaseRequest } from '../../src/prescriptions/fhir/convert/release.ts';
import { proposalReturn, withdrawal } from '../../src/prescriptions/fhir/convert/task.ts';
import { readTask, type TaskOf } from '../../src/prescriptions/fhir/task.ts';
import { Translation } from '../../src/prescriptions/fhir/translation.ts';
import { hl7Time } from '../../src/prescriptions/hl7v3/time.ts';
import { xmlDocument } from '../../src/prescriptions/hl7v3/xml-document.ts';
import * as cancelFhir from '../../src/prescriptions/messages/cancel/fhir.ts';
import * as cancelHl7 from '../../src/prescriptions/messages/cancel/hl7v3.ts';
import * as claimFhir from '../../src/prescriptions/messages/claim/fhir.ts';
import * as claimHl7 from '../../src/prescriptions/messages/claim/hl7v3.ts';
import * as dispenseFhir from '../../src/prescriptions/messages/dispense/fhir.ts';
import * as dispenseHl7 from '../../src/prescriptions/messages/dispense/hl7v3.ts';
import * as releaseFhir from '../../src/prescriptions/messages/release/fhir.ts';
import * as releaseHl7 from '../../src/prescriptions/messages/release/hl7v3.ts';
import * as returnFhir from '../../src/prescriptions/messages/return/fhir.ts';
import * as returnHl7 from '../../src/prescriptions/messages/return/hl7v3.ts';
import * as withdrawFhir from '../../src/prescriptions/messages/withdraw/fhir.ts';
import * as withdrawHl7 from '../../src/prescriptions/messages/withdraw/hl7v3.ts';
import { prescriptionKey } from '../../src/prescriptions/prescription-id.ts';
import { acts } from './acts.ts';
import { ANY, CARRIED } from './orders.ts';

const EACH = 1500;
const WRITTEN = 100;
const AT = new Date('2026-01-05T09:30:00Z');
const NOW = hl7Time(instantOf(AT));
const MESSAGE_ID = derivedUuid('release request of a test');

/** What a message asks for, of which prescription. */
type Asked = { readonly id: unknown; readonly command: object };

/** A kind of message: what is read of it, what it is in HL7 V3, and what is read of that. */
type Kind<Message> = {
  readonly fhir: (message: Message) => Asked;
  readonly converted: (to: Translation, message: Message) => Element;
  readonly hl7: (act: Element, request: Hl7Request) => Result<Asked, unknown>;
};

function value<Value>(result: Result<Value, unknown>): Value {
  assert.ok(result.ok, JSON.stringify(result));
  return result.value;
}

const ofTask =
  (read: (task: TaskOf, at: Date) => object) =>
  (task: Task): Asked => {
    const told = value(readTask(task));
    return { id: told.id, command: read(told, AT) };
  };

const CANCEL: Kind<Bundle> = {
  fhir: (bundle) => value(cancelFhir.readCancel(bundle, AT)),
  converted: (to, bundle) => cancellationRequest(cancelDocument(to, bundle), NOW),
  hl7: cancelHl7.readCancel,
};
const RELEASE: Kind<Parameters> = {
  fhir: (parameters) => ({
    id: prescriptionKey(releaseFhir.wantedId(parameters) ?? ''),
    command: value(releaseFhir.readRelease(parameters, MESSAGE_ID, AT)),
  }),
  converted: (to, parameters) =>
    releaseRequest({
      releaser: to.take(releaseFhir.readReleaser(parameters), null),
      shortFormId: releaseFhir.wantedId(parameters),
      messageId: MESSAGE_ID.toUpperCase(),
      now: NOW,
    }),
  hl7: releaseHl7.readRelease,
};
const RETURN: Kind<Task> = {
  fhir: ofTask(returnFhir.readReturn),
  converted: proposalReturn,
  hl7: returnHl7.readReturn,
};
const WITHDRAW: Kind<Task> = {
  fhir: ofTask(withdrawFhir.readWithdraw),
  converted: withdrawal,
  hl7: withdrawHl7.readWithdraw,
};
const DISPENSE: Kind<Bundle> = {
  fhir: (bundle) => value(dispenseFhir.readDispense(bundle, AT)),
  converted: (to, bundle) => dispenseNotification(to, bundle, NOW),
  hl7: dispenseHl7.readDispense,
};
const CLAIM: Kind<Claim> = {
  fhir: (claim) => value(claimFhir.readClaim(claim, AT)),
  converted: dispenseClaim,
  hl7: claimHl7.readClaim,
};

/** Of what is around an act only this counts for what it asks for. */
const REQUEST: Hl7Request = {
  alongside: null,
  at: AT,
  replyTo: null,
  actor: {
    ...NO_APPLICATION,
    userId: null,
    roleProfile: null,
    session: 'a session',
    scopes: new Set(),
    organisation: null,
    asid: null,
  },
  requestId: MESSAGE_ID,
  interaction: 'PORX_IN010101SM31',
  message: {
    id: MESSAGE_ID,
    creationTime: NOW,
    receiverAsid: '',
    senderAsid: '',
    author: null,
  },
  body: Buffer.alloc(0),
  digest: Buffer.alloc(0),
};

/** What only HL7 V3 can tell: where an answer that comes later goes, and which release a return is of. */
function told({ id, command }: Asked): Asked {
  return { id, command: { ...command, replyTo: null, release: null } };
}

function sameBothWays<Message>(
  { fhir, converted, hl7 }: Kind<Message>,
  written: (act: Element) => Element,
): (message: Message) => void {
  return (message) => {
    const to = new Translation();
    const act = value(to.whole(converted(to, message)));
    assert.deepEqual(told(value(hl7(written(act), REQUEST))), told(fhir(message)));
  };
}

const parsed = (act: Element): Element => value(parseXml(xmlDocument(act)));

describe('a message about an order', () => {
  const any = acts(ANY);
  const carried = acts(CARRIED);
  const check = <Message>(
    name: string,
    kind: Kind<Message>,
    messages: fc.Arbitrary<Message>,
    plain: fc.Arbitrary<Message>,
  ): void => {
    test(`${name}: asks for the same in HL7 V3, ${EACH} of them, ${WRITTEN} as text`, () => {
      fc.assert(
        fc.property(
          messages,
          sameBothWays(kind, (act) => act),
        ),
        { numRuns: EACH },
      );
      fc.assert(fc.property(plain, sameBothWays(kind, parsed)), { numRuns: WRITTEN });
    });
  };
  check('cancel', CANCEL, any.cancel, carried.cancel);
  check('nominated release', RELEASE, any.nominatedRelease, carried.nominatedRelease);
  check('release by id', RELEASE, any.patientRelease, carried.patientRelease);
  check('return', RETURN, any.return, carried.return);
  check('withdraw', WITHDRAW, any.withdraw, carried.withdraw);
  check('dispense', DISPENSE, any.dispense, carried.dispense);
  check('claim', CLAIM, any.claim, carried.claim);
});
