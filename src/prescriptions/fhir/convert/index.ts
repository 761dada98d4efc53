import { randomUUID } from 'node:crypto';

import type { Bundle, Claim, Parameters, Task } from 'fhir/r4';

import type { FhirInteraction, FhirRequest } from '../../../gateways/fhir/interaction.ts';
import { instantOf } from '../../../kernel/instant.ts';
import { ok, type Result } from '../../../kernel/result.ts';
import { derivedUuid } from '../../../kernel/uuid.ts';
import { hl7Message } from '../../hl7v3/envelope.ts';
import type { Element } from '../../../gateways/xml/element.ts';
import { xmlDocument } from '../../hl7v3/xml-document.ts';
import { cancelRules, readCancel } from '../../messages/cancel/fhir.ts';
import { claimRules, readClaim } from '../../messages/claim/fhir.ts';
import { parentPrescription } from '../../messages/create/hl7v3.ts';
import { orderRules } from '../../messages/create/rules.ts';
import { readDispense } from '../../messages/dispense/fhir.ts';
import { dispenseRules } from '../../messages/dispense/rules.ts';
import {
  agentOf,
  ownerOf,
  readRelease,
  releaseRules,
  wantedId,
} from '../../messages/release/fhir.ts';
import type { Spine } from '../../perform.ts';
import { refusedResponse } from '../answer.ts';
import { INTERACTIONS } from '../envelope.ts';
import { eventOf } from '../event.ts';
import { hl7Time } from '../hl7-values.ts';
import { translatedOrder } from '../prepare.ts';
import { asMessage, resourcesOf } from '../r4.ts';
import { byRules, bySpine, inTranslation, type Refusal } from '../refusal.ts';
import { applyRules, type Rule } from '../rules.ts';
import { readTask, taskRules } from '../task.ts';
import { Translation } from '../translation.ts';
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
      const converted = conversionOf(request);
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

function conversionOf(request: FhirRequest): Conversion {
  const message = asMessage(request.resource);
  switch (message?.resourceType) {
    case 'Bundle':
      return ofBundle(request, message);
    case 'Parameters':
      return ofRelease(request, message);
    case 'Task':
      return ofTask(message);
    case 'Claim':
      return ofClaim(request, message);
    case undefined:
      return { ok: false, error: NOT_SUPPORTED };
  }
}

const NOT_SUPPORTED = byRules([
  {
    severity: 'fatal',
    code: 'invalid',
    diagnostics: 'Message not supported by $convert endpoint',
  },
]);

function ofBundle(request: FhirRequest, bundle: Bundle): Conversion {
  const event = eventOf(bundle);
  if (!event.ok) return event;
  const isDispensed = event.value === 'dispense-notification';
  const types = isDispensed ? 'MedicationDispense' : 'MedicationRequest';
  if (resourcesOf(bundle, types).length === 0) {
    const text = isDispensed ? 'At least 1 SuppliedLineItem must be provided' : NO_ITEMS;
    return { ok: false, error: bySpine(text) };
  }
  const now = instantOf(request.at);
  switch (event.value) {
    case 'prescription-order':
      return ofOrder(request, bundle);
    case 'prescription-order-update':
      return ruled(cancelRules, bundle, readCancel(bundle, request.at), {
        interaction: INTERACTIONS.cancel,
        subjectOf: (to) => cancellationRequest(to, bundle, hl7Time(now)),
      });
    case 'dispense-notification':
      return ruled(dispenseRules, bundle, readDispense(bundle, request.at), {
        interaction: INTERACTIONS.dispense,
        subjectOf: (to) => dispenseNotification(to, bundle, hl7Time(now)),
      });
  }
}

const NO_ITEMS = 'No valid line items found'; // [EPS-LIFECYCLE 3]

function ofOrder(request: FhirRequest, bundle: Bundle): Conversion {
  const issues = applyRules(orderRules, bundle);
  if (issues.length > 0) return { ok: false, error: byRules(issues) };
  const order = translatedOrder(bundle, instantOf(request.at));
  if (!order.ok) return order;
  const subject = parentPrescription(order.value);
  const { messageId } = order.value;
  return ok({ interaction: INTERACTIONS.create, messageId, subject });
}

function ofRelease(request: FhirRequest, parameters: Parameters): Conversion {
  const shortFormId = wantedId(parameters);
  const interaction =
    shortFormId === null ? INTERACTIONS.releaseNominated : INTERACTIONS.releaseById;
  // The id is always a new one, whatever the request calls itself [EPS-HL7-MAP 1].
  const messageId = randomUUID().toUpperCase();
  const now = hl7Time(instantOf(request.at));
  const requestId = derivedUuid('release request', request.requestId);
  return ruled(releaseRules, parameters, readRelease(parameters, requestId, request.at), {
    interaction,
    subjectOf: (to) => {
      const agent = agentOf(parameters) ?? ({ resourceType: 'PractitionerRole' } as const);
      const owner = ownerOf(parameters) ?? ({ resourceType: 'Organization' } as const);
      return releaseRequest(to, { agent, owner, shortFormId, messageId, now });
    },
  });
}

function ofTask(task: Task): Conversion {
  const isReturn = task.status === 'rejected';
  return ruled(taskRules, task, readTask(task), {
    interaction: isReturn ? INTERACTIONS.return : INTERACTIONS.withdraw,
    subjectOf: (to) => (isReturn ? proposalReturn(to, task) : withdrawal(to, task)),
  });
}

function ofClaim(request: FhirRequest, claim: Claim): Conversion {
  return ruled(claimRules, claim, readClaim(claim, request.at), {
    interaction: INTERACTIONS.claim,
    subjectOf: (to) => dispenseClaim(to, claim),
  });
}

type Conversions = {
  readonly interaction: string;
  readonly subjectOf: (to: Translation) => Element;
};

/**
 * Rules first, all of them; then the first thing that cannot be carried over. What Spine would
 * refuse is no matter here: it is not asked.
 */
function ruled<Message>(
  rules: readonly Rule<Message>[],
  message: Message,
  read: Result<unknown, Refusal>,
  { interaction, subjectOf }: Conversions,
): Conversion {
  const issues = applyRules(rules, message);
  if (issues.length > 0) return { ok: false, error: byRules(issues) };
  if (!read.ok && read.error.step === 'translation') return read;
  const to = new Translation();
  const subject = to.whole(subjectOf(to));
  if (!subject.ok) return { ok: false, error: inTranslation(subject.error) };
  return ok({ interaction, messageId: idOf(subject.value), subject: subject.value });
}

/** The first child of every message is its id. */
function idOf({ children }: Element): string {
  return typeof children === 'string' ? '' : (children[0]?.attributes['root'] ?? '');
}
