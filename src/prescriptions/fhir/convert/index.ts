import { randomUUID } from 'node:crypto';

import type { Bundle, Parameters } from 'fhir/r4';

import type { FhirInteraction, FhirRequest } from '../../../gateways/fhir/interaction.ts';
import { instantOf } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { derivedUuid } from '../../../kernel/uuid.ts';
import { hl7Message } from '../../hl7v3/envelope.ts';
import type { Element } from '../../../gateways/xml/element.ts';
import { xmlDocument } from '../../hl7v3/xml-document.ts';
import { readCancel } from '../../messages/cancel/fhir.ts';
import { claimRules, readClaim } from '../../messages/claim/fhir.ts';
import { parentPrescription } from '../../messages/create/hl7v3.ts';
import { readOrder } from '../../messages/create/fhir.ts';
import { readDispense } from '../../messages/dispense/fhir.ts';
import { readRelease, readReleaser, releaseRules, wantedId } from '../../messages/release/fhir.ts';
import type { Spine } from '../../perform.ts';
import { refusedResponse } from '../answer.ts';
import { INTERACTIONS } from '../../interactions.ts';
import { eventOf } from '../event.ts';
import { hl7Time } from '../../hl7v3/time.ts';
import { check, type Checks, MESSAGES } from '../process-message.ts';
import { asMessage } from '../r4.ts';
import { byRules, inTranslation, type Refusal } from '../refusal.ts';
import { readTask, taskRules } from '../task.ts';
import { Translation } from '../translation.ts';
import { cancelDocument } from '../cancel-document.ts';
import { cancellationRequest } from './cancel.ts';
import { dispenseClaim } from './claim.ts';
import { dispenseNotification } from './dispense.ts';
import { releaseRequest } from './release.ts';
import { proposalReturn, withdrawal } from './task.ts';

/** What a message is in HL7 V3: its interaction, its id, and what it says. */
type Converted = {
  readonly interaction: string;
  readonly messageId: string;
  readonly subject: Element;
};
type Conversion = Result<Converted, Refusal>;

/** `$convert`: the HL7 V3 message that a FHIR message would become; nothing is done with it [EPS-FHIR 2]. */
export function convert(spine: Spine): FhirInteraction {
  return {
    method: 'POST',
    path: '/$convert',
    bases: ['legacy', 'prescribing'],
    handle: (request) => {
      const converted = conversionOf(spine, request);
      if (!converted.ok) return refusedResponse(request, converted.error);
      const { interaction, messageId, subject } = converted.value;
      const { userId, roleProfile } = request.actor;
      const user = userId === null || roleProfile === null ? null : { id: userId, roleProfile };
      const createdAt = hl7Time(instantOf(request.at));
      const { asids } = spine.settings;
      const envelope = { interaction, messageId, createdAt, asids, user };
      return { status: 200, resource: xmlDocument(hl7Message(envelope, subject)) };
    },
  };
}

function conversionOf(spine: Spine, request: FhirRequest): Conversion {
  const message = asMessage(request.resource);
  switch (message?.resourceType) {
    case 'Bundle':
      return ofBundle(spine, request, message);
    case 'Parameters':
      return ofRelease(spine, request, message);
    case 'Task': {
      const isReturn = message.status === 'rejected';
      return ruled(spine, request, message, {
        half: 'Dispensing',
        rules: taskRules,
        read: () => readTask(message),
        interaction: isReturn ? INTERACTIONS.return : INTERACTIONS.withdraw,
        subjectOf: (to) => (isReturn ? proposalReturn(to, message) : withdrawal(to, message)),
      });
    }
    case 'Claim':
      return ruled(spine, request, message, {
        half: 'Dispensing',
        rules: claimRules,
        read: () => readClaim(message, request.at),
        interaction: INTERACTIONS.claim,
        subjectOf: (to) => dispenseClaim(to, message),
      });
    case undefined:
      return fail(NOT_SUPPORTED);
  }
}

const NOT_SUPPORTED = byRules([
  {
    severity: 'fatal',
    code: 'invalid',
    diagnostics: 'Message not supported by $convert endpoint',
  },
]);

function ofBundle(spine: Spine, request: FhirRequest, bundle: Bundle): Conversion {
  const event = eventOf(bundle);
  if (!event.ok) return event;
  const now = instantOf(request.at);
  const checks = MESSAGES[event.value];
  switch (event.value) {
    case 'prescription-order':
      return ofOrder(spine, request, bundle);
    case 'prescription-order-update':
      return ruled(spine, request, bundle, {
        ...checks,
        read: () => readCancel(bundle, request.at),
        interaction: INTERACTIONS.cancel,
        subjectOf: (to) => cancellationRequest(cancelDocument(to, bundle), hl7Time(now)),
      });
    case 'dispense-notification':
      return ruled(spine, request, bundle, {
        ...checks,
        read: () => readDispense(bundle, request.at),
        interaction: INTERACTIONS.dispense,
        subjectOf: (to) => dispenseNotification(to, bundle, hl7Time(now)),
      });
  }
}

function ofOrder(spine: Spine, request: FhirRequest, bundle: Bundle): Conversion {
  const problem = problemOf(spine, request, bundle, MESSAGES['prescription-order']);
  if (problem !== null) return fail(problem);
  const order = readOrder(bundle, instantOf(request.at));
  if (!order.ok) return order;
  const subject = parentPrescription(order.value);
  return ok({ interaction: INTERACTIONS.create, messageId: idOf(subject), subject });
}

function ofRelease(spine: Spine, request: FhirRequest, parameters: Parameters): Conversion {
  const shortFormId = wantedId(parameters);
  // The id is always a new one, whatever the request calls itself [EPS-HL7-MAP 1].
  const messageId = randomUUID().toUpperCase();
  const now = hl7Time(instantOf(request.at));
  const requestId = derivedUuid('release request', request.requestId);
  return ruled(spine, request, parameters, {
    half: 'Dispensing',
    release: shortFormId === null ? 'nominated' : 'patient',
    rules: releaseRules,
    read: () => readRelease(parameters, requestId, request.at),
    interaction: shortFormId === null ? INTERACTIONS.releaseNominated : INTERACTIONS.releaseById,
    subjectOf: (to) => {
      const releaser = to.take(readReleaser(parameters), null);
      return releaseRequest({ releaser, shortFormId, messageId, now });
    },
  });
}

type Conversions<Message> = Checks<Message> & {
  readonly read: () => Result<unknown, Refusal>;
  readonly interaction: string;
  readonly subjectOf: (to: Translation) => Element;
};

/** Then the first thing that cannot be carried over. What Spine would refuse is no matter here: it is not asked. */
function ruled<Message>(
  spine: Spine,
  request: FhirRequest,
  message: Message,
  { read, interaction, subjectOf, ...checks }: Conversions<Message>,
): Conversion {
  const problem = problemOf(spine, request, message, checks);
  if (problem !== null) return fail(problem);
  const done = read();
  if (!done.ok && done.error.step === 'translation') return done;
  const to = new Translation();
  const subject = to.whole(subjectOf(to));
  if (!subject.ok) return fail(inTranslation(subject.error));
  return ok({ interaction, messageId: idOf(subject.value), subject: subject.value });
}

/** Who asks; then the rules, all of them. */
function problemOf<Message>(
  spine: Spine,
  request: FhirRequest,
  message: Message,
  checks: Checks<Message>,
): Refusal | null {
  // Who may use a new base may do so for either half [EPS-FHIR 3].
  const { rules } = checks;
  const asked = request.base === 'legacy' ? checks : ({ half: 'Prescribing', rules } as const);
  return check(spine, request, asked, message);
}

/** The first child of every message is its id. */
function idOf({ children }: Element): string {
  return typeof children === 'string' ? '' : (children[0]?.attributes['root'] ?? '');
}
