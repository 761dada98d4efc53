import type { Bundle } from 'fhir/r4';

import { fail, ok, type Result } from '../../../kernel/result.ts';
import { resourcesOf } from '../../fhir/r4.ts';
import { inTranslation, type Refusal } from '../../fhir/refusal.ts';
import { invalidValue } from '../../fhir/rules.ts';

/** When it was signed, as the Provenance says. Presence and form are checked here, as the real Spine does on receipt [EPS-SIGNATURE 5]. */
export function readSignature(bundle: Bundle): Result<{ signedAt: string }, Refusal> {
  const [provenance] = resourcesOf(bundle, 'Provenance');
  const signature = provenance?.signature?.[0];
  if (signature?.data === undefined) {
    return fail({ step: 'spine', rejection: { kind: 'SignatureMissing' } });
  }
  const text = Buffer.from(signature.data, 'base64').toString('utf8').trimStart();
  if (!/^<(?:\?xml|[A-Za-z_:])/.test(text)) return fail(inTranslation(MALFORMED));
  return ok({ signedAt: signature.when });
}

const MALFORMED = invalidValue('Invalid signature format.', 'Provenance.signature.data');
