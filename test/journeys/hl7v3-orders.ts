import assert from 'node:assert/strict';
import { createHash, randomUUID, verify, X509Certificate } from 'node:crypto';

import type { Bundle } from 'fhir/r4';

import { type Actor, NO_APPLICATION } from '../../src/gateways/actor.ts';
import { present } from '../../src/kernel/bug.ts';
import { instantOf } from '../../src/kernel/instant.ts';
import { derivedUuid, parseUuid, type Uuid } from '../../src/kernel/uuid.ts';
import type { Database } from '../../src/platform/database.ts';
import { orderDocument } from '../../src/prescriptions/fhir/order-document.ts';
import { hl7Message } from '../../src/prescriptions/hl7v3/envelope.ts';
import { INTERACTIONS } from '../../src/prescriptions/interactions.ts';
import { create } from '../../src/prescriptions/messages/create/handle.ts';
import { parentPrescription } from '../../src/prescriptions/messages/create/hl7v3.ts';
import { receiveOrder } from '../../src/prescriptions/messages/create/receive.ts';
import { releaseById, releaseNominated } from '../../src/prescriptions/messages/release/handle.ts';
import { releasedBy } from '../../src/prescriptions/messages/release/released-by.ts';
import { releasedOrder } from '../../src/prescriptions/messages/release/released-order.ts';
import { releaseResponseXml } from '../../src/prescriptions/messages/release/release-response.ts';
import { prescriptionKey } from '../../src/prescriptions/prescription-id.ts';
import type { Envelope } from '../../src/prescriptions/repository.ts';
import { aParty, aSpine, ods } from '../../src/prescriptions/testing.ts';
import { readBundle } from '../hl7v3/order-bundle.ts';
import { ownFragments } from '../hl7v3/own-canonical.ts';
import { spelled } from '../hl7v3/spelling.ts';

/** An order of FHIR as the same in HL7 V3, written as no writer of ours does, and kept as one that came so. */
export async function keepAsHl7(
  database: Database,
  message: Bundle,
  tamper = (xml: string): string => xml,
): Promise<void> {
  const at = instantOf(new Date());
  const document = orderDocument(readBundle(JSON.stringify(message)), at);
  assert.ok(document.ok);
  const frame = {
    interaction: 'PORX_IN020101UK31',
    messageId: document.value.messageId,
    createdAt: document.value.author.time,
    asids: { own: '200000001285', spine: '567456789789' },
    user: null,
  };
  const { xml } = spelled(hl7Message(frame, parentPrescription(document.value)), SPELLING);
  const received = receiveOrder(document.value, at);
  assert.ok(received.ok, JSON.stringify(received));
  const { id, command } = received.value;
  const envelope = envelopeOf(command.messageId, 'create', Buffer.from(tamper(xml)));
  const signature = { findings: [], unlisted: [] };
  const { outcome } = await create(aSpine(database), envelope, id, { ...command, signature });
  assert.equal(outcome.kind, 'Accepted');
}

const SPELLING = {
  before: '\n',
  prefix: 'hl7:',
  signaturePrefix: 'ds:',
  quote: "'",
  space: '\n\t',
  between: '\n  ',
  comment: '<!-- a comment -->',
  isReversed: true,
  text: 'numbered',
  isClosedApart: true,
  isDeclaredTwice: false,
} as const;

const ACTOR: Actor = {
  userId: '555900040101',
  roleProfile: '555900040102',
  organisation: 'FA565',
  asid: '200000001285',
  session: 'none',
  scopes: new Set(),
  ...NO_APPLICATION,
};

function envelopeOf(
  messageId: Uuid,
  interaction: keyof typeof INTERACTIONS,
  body: Buffer,
): Envelope {
  return {
    messageId,
    requestId: derivedUuid(messageId),
    interaction: INTERACTIONS[interaction],
    digest: createHash('sha256').update(body).digest(),
    actor: ACTOR,
    body,
    at: instantOf(new Date()),
  };
}

/** The focal act of the answer to a release request that came by HL7 V3. */
export async function releaseByHl7(
  database: Database,
  pharmacy: string,
  shortFormId: string | null,
): Promise<string> {
  const requestId = present(parseUuid(randomUUID()), 'GUID');
  const spine = aSpine(database);
  const releaseId = derivedUuid('release', requestId);
  const at = instantOf(new Date());
  const by = shortFormId === null ? 'nomination' : 'id';
  const command = { by, dispenser: aParty(ods(pharmacy)), releaseId, at } as const;
  const interaction = by === 'id' ? 'releaseById' : 'releaseNominated';
  const envelope = envelopeOf(requestId, interaction, Buffer.from(requestId));
  const { outcome, prescriptionIds } =
    shortFormId === null
      ? await releaseNominated(spine, envelope, command)
      : await releaseById(spine, envelope, keyOf(shortFormId), command);
  assert.equal(outcome.kind, 'Released', JSON.stringify(outcome));
  const released = await releasedBy(spine, prescriptionIds, requestId);
  return releaseResponseXml({ releaseId, requestId, by, at, orders: released.map(releasedOrder) });
}

function keyOf(shortFormId: string) {
  return present(prescriptionKey(shortFormId), 'prescription id');
}

/** What an NHS client checks of a released prescription's signature, with nothing of ours [EPS-HL7V3 9]. */
export function assureSignature(text: string): void {
  const signature = present(
    /<(\w+:)?signatureText[^]*<\/\1signatureText>/.exec(text),
    'signature',
  )[0];
  const value = (name: string): string =>
    (new RegExp(`<(?:\\w+:)?${name}>([^]*?)</`).exec(signature)?.[1] ?? '').replaceAll(
      /&#x(\w+);/g,
      (_, code: string) => String.fromCodePoint(Number.parseInt(code, 16)),
    );
  const digest = createHash('sha256').update(ownFragments(text)).digest('base64');
  assert.equal(value('DigestValue'), digest);
  const der = Buffer.from(value('X509Certificate'), 'base64');
  const signed = signedInfo(digest);
  const { publicKey } = new X509Certificate(der);
  assert.ok(
    verify(
      'sha256',
      Buffer.from(signed),
      publicKey,
      Buffer.from(value('SignatureValue'), 'base64'),
    ),
  );
}

/** In canonical form [EPS-SIGNATURE 3]. */
function signedInfo(digest: string): string {
  const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';
  return [
    '<SignedInfo xmlns="http://www.w3.org/2000/09/xmldsig#">',
    `<CanonicalizationMethod Algorithm="${exclusive}"></CanonicalizationMethod>`,
    '<SignatureMethod Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"></SignatureMethod>',
    `<Reference><Transforms><Transform Algorithm="${exclusive}"></Transform></Transforms>`,
    '<DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"></DigestMethod>',
    `<DigestValue>${digest}</DigestValue></Reference></SignedInfo>`,
  ].join('');
}
