import {
  type Hl7Answer,
  type LateAnswer,
  lateAnswers,
  type LateAnswers,
} from '../../../gateways/hl7v3/index.ts';
import { hl7Name } from '../../../gateways/hl7v3/names.ts';
import { xmlOf } from '../../../gateways/hl7v3/read-parts.ts';
import type { Element } from '../../../gateways/xml/element.ts';
import { assure, present } from '../../../kernel/bug.ts';
import type { Instant } from '../../../kernel/instant.ts';
import { derivedUuid, type Uuid } from '../../../kernel/uuid.ts';
import { Reading } from '../../hl7v3/reading.ts';
import { INTERACTIONS } from '../../interactions.ts';
import { SUBSEQUENT_CANCELLATION } from '../../leaving.ts';
import type { Spine } from '../../perform.ts';
import type { ReplyTo } from '../../reply-to.ts';
import * as repository from '../../repository.ts';
import { cancellationResponse } from './hl7v3.ts';

/** What the outbox holds of a cancellation that waited and is done: `item` is null where the whole prescription went. */
type DoneCancellation = {
  readonly item: Uuid | null;
  /** Message id of the cancel request. */
  readonly request: Uuid;
  readonly at: Instant;
  readonly replyTo: ReplyTo;
};

/** The late answers to cancel requests that waited [EPS-HL7V3 7.2, EPS-LIFECYCLE 6.4]. */
export function subsequentCancellations(spine: Spine): LateAnswers {
  return lateAnswers<DoneCancellation>(SUBSEQUENT_CANCELLATION, (key, done) =>
    subsequentResponse(spine, key, done),
  );
}

/** From the request as it was received. */
async function subsequentResponse(
  { database }: Spine,
  key: string,
  { item, request, at, replyTo }: DoneCancellation,
): Promise<LateAnswer> {
  const body = await repository.received(database, request, INTERACTIONS.cancel);
  const act = actOf(present(body, 'cancel request that waited'));
  const messageId = derivedUuid('subsequent cancellation response', key);
  const answered = { code: 'R-0001', detail: null, performer: null, at } as const;
  const answer: Hl7Answer = {
    interaction: 'PORX_IN050102UK32',
    messageId,
    acknowledgement: 'AA',
    details: [],
    reasons: [],
    subject: cancellationResponse(act, messageId, answered, item === null),
    at: new Date(at),
  };
  return { replyTo, inAnswerTo: request, answer };
}

function actOf(body: Buffer): Element {
  const root = xmlOf(body, hl7Name);
  assure(root.ok, 'a kept message is no longer XML');
  const act = new Reading().at(root.value, 'ControlActEvent', 'subject', 'CancellationRequest');
  return present(act, 'act of a cancel request');
}
