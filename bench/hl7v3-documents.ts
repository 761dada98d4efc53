import { randomUUID } from 'node:crypto';

import type { Bundle, Parameters } from 'fhir/r4';

import { documentOf } from './documents.ts';
import type { Facts } from './prescriptions.ts';
import type { Element } from '../src/gateways/xml/element.ts';
import { instantOf } from '../src/kernel/instant.ts';
import type { Result } from '../src/kernel/result.ts';
import type { SigningKey } from '../src/local/signing/card-key.ts';
import { dispenseNotification } from '../src/prescriptions/fhir/convert/dispense.ts';
import { releaseRequest } from '../src/prescriptions/fhir/convert/release.ts';
import { Translation } from '../src/prescriptions/fhir/translation.ts';
import { hl7Message } from '../src/prescriptions/hl7v3/envelope.ts';
import { hl7Time } from '../src/prescriptions/hl7v3/time.ts';
import { xmlDocument } from '../src/prescriptions/hl7v3/xml-document.ts';
import { INTERACTIONS } from '../src/prescriptions/interactions.ts';
import { readOrder } from '../src/prescriptions/messages/create/fhir.ts';
import { parentPrescription } from '../src/prescriptions/messages/create/hl7v3.ts';
import { readReleaser } from '../src/prescriptions/messages/release/fhir.ts';

/** Steps that are sent over HL7 V3 too. */
export type Hl7Kind = 'create' | 'releaseNominated' | 'dispense';

export type Asids = { readonly own: string; readonly spine: string };

/** What a step is sent as over HL7 V3: what the NHS's facade makes of its FHIR message. */
export function hl7DocumentOf(kind: Hl7Kind, facts: Facts, key: SigningKey, asids: Asids): string {
  const now = new Date();
  const createdAt = hl7Time(instantOf(now));
  const subject = SUBJECTS[kind](documentOf(kind, facts, key), now);
  const messageId = randomUUID().toUpperCase();
  const frame = { interaction: INTERACTIONS[kind], messageId, createdAt, asids, user: null };
  return xmlDocument(hl7Message(frame, subject));
}

const SUBJECTS: Record<Hl7Kind, (document: object, now: Date) => Element> = {
  create: (document, now) =>
    parentPrescription(right(readOrder(document as Bundle, instantOf(now)))),
  releaseNominated: (document, now) =>
    releaseRequest({
      releaser: right(readReleaser(document as Parameters)),
      shortFormId: null,
      messageId: randomUUID().toUpperCase(),
      now: hl7Time(instantOf(now)),
    }),
  dispense: (document, now) => {
    const to = new Translation();
    const act = dispenseNotification(to, document as Bundle, hl7Time(instantOf(now)));
    return right(to.whole(act));
  },
};

function right<Value>(result: Result<Value, unknown>): Value {
  if (!result.ok) throw new Error(`not carried over: ${JSON.stringify(result.error)}`);
  return result.value;
}
