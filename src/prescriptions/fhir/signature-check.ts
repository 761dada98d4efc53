import type { Bundle } from 'fhir/r4';

import type { OrderDocument } from '../hl7v3/order-document.ts';
import { fragmentsSignedInfo } from '../hl7v3/signed-info.ts';
import type { SignedOrder } from '../hl7v3/signed-order.ts';
import { signedFragments } from '../messages/create/hl7v3.ts';
import type { Spine } from '../perform.ts';
import { FINDINGS, type SignatureCheck } from '../signature/finding.ts';
import { type Signed, verifySignature } from '../signature/verify.ts';
import { isoTime } from './hl7-values.ts';
import { identifierValue, resolve, resourcesOf } from './r4.ts';
import type { Refusal } from './refusal.ts';
import { ID } from './systems.ts';

/** Verifies the signature of an order that has been read, over what is recomputed from it [EPS-SIGNATURE 5]. */
export function checkSignature(
  spine: Spine,
  bundle: Bundle,
  order: OrderDocument,
  isSha1Allowed: boolean,
): SignatureCheck {
  const { author } = order;
  const fragments = (): string => signedFragments(order);
  return checkFragments(
    spine,
    { author, fragments, prescriber: prescriberOf(bundle) },
    isSha1Allowed,
  );
}

export function checkFragments(
  { signatures }: Spine,
  { author, fragments, prescriber }: SignedOrder,
  isSha1Allowed: boolean,
): SignatureCheck {
  const signed: Signed = {
    signature: author.signature,
    expectedSignedInfo: (algorithm) => fragmentsSignedInfo(fragments(), algorithm),
    at: new Date(isoTime(author.time)),
    prescriber,
    isSha1Allowed,
  };
  return verifySignature(signatures, signed, signatures.now());
}

export function prescriberOf(bundle: Bundle): Signed['prescriber'] {
  const [first] = resourcesOf(bundle, 'MedicationRequest');
  const role = resolve(bundle, first?.requester, 'PractitionerRole');
  const practitioner = resolve(bundle, role?.practitioner, 'Practitioner');
  return {
    userId: identifierValue(practitioner?.identifier, ID.user) ?? null,
    family: practitioner?.name?.[0]?.family ?? null,
  };
}

/** One issue for each text [EPS-SIGNATURE 5]; null for a good signature. */
export function signatureRefusal({ findings }: SignatureCheck): Refusal | null {
  if (findings.length === 0) return null;
  const issues = findings.map(
    (finding) => ({ code: 'invalid', severity: 'error', diagnostics: FINDINGS[finding] }) as const,
  );
  return { step: 'rules', issues };
}
