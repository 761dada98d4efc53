import type { Bundle } from 'fhir/r4';

import { instantOf } from '../src/kernel/instant.ts';
import { withSignature } from '../src/local/sample-messages/index.ts';
import type { SigningKeyOf } from '../src/local/signing/index.ts';
import { signatureData } from '../src/local/signing/sign.ts';
import { translatedOrder, orderSignedInfo } from '../src/prescriptions/fhir/prepare.ts';

const ALGORITHM = 'RS256';

/** The order as its prescriber signs it: over what `$prepare` would answer, with a real key [EPS-SIGNATURE 4]. */
export function signed(order: Bundle, key: SigningKeyOf): Bundle {
  const translated = translatedOrder(order, instantOf(new Date()));
  if (!translated.ok) throw new Error(`cannot be signed: ${JSON.stringify(translated.error)}`);
  const digest = Buffer.from(orderSignedInfo(translated.value, ALGORITHM)).toString('base64');
  return withSignature(order, signatureData(key, digest, ALGORITHM));
}
