import type { Invocation } from '../../cli/command.ts';
import { signWithToken } from '../../agent/open-card.ts';
import { ok } from '../../kernel/result.ts';
import { HASHES, isAlgorithm, signatureOf, signedInfoOf } from '../signing/sign.ts';
import { notAsExpected } from './demo-story.ts';
import type { SignDigest } from './session.ts';

/** Signs with the card in the reader of this machine, which is open only for that moment [EPS-SIGNATURE 4]. */
export function signWithCard(invocation: Invocation): SignDigest {
  return async (digest, algorithm) => {
    if (!isAlgorithm(algorithm)) return notAsExpected(`$prepare asked for ${algorithm}.`);
    const { certificate, value } = await signWithToken(
      invocation,
      HASHES[algorithm],
      signedInfoOf(digest),
    );
    return ok(signatureOf(digest, value, certificate.toString('base64')));
  };
}
