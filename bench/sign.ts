import type { Bundle } from 'fhir/r4';

import { instantOf } from '../src/kernel/instant.ts';
import { withSignature } from '../src/local/sample-messages/index.ts';
import type { SigningKey } from '../src/local/signing/card-key.ts';
import { signatureData } from '../src/local/signing/sign.ts';
import { orderSignedInfo } from '../src/prescriptions/fhir/prepare.ts';
import { readOrder } from '../src/prescriptions/messages/create/fhir.ts';

const ALGORITHM = 'RS256';

/** The order as its prescriber signs it: over what `$prepare` would answer, with a real key [EPS-SIGNATURE 4]. */
export function signed(order: Bundle, key: SigningKey): Bundle {
  const read = readOrder(order, instantOf(new Date()));
  if (!read.ok) throw new Error(`cannot be signed: ${JSON.stringify(read.error)}`);
  const digest = Buffer.from(orderSignedInfo(read.value, ALGORITHM)).toString('base64');
  return withSignature(order, signatureData(key, digest, ALGORITHM));
}
