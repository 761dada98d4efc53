import type { Bundle } from 'fhir/r4';

import { ok, type Result } from '../../kernel/result.ts';
import type { Failure } from '../client/failure.ts';
import { textAt } from '../client/json.ts';
import { withSignature } from '../sample-messages/index.ts';
import { notAsExpected } from './demo-story.ts';
import { PATHS, post, type Session } from './session.ts';

/**
 * Signs an order as a client does: `$prepare` says what is to be signed, and a card or the signing
 * service signs it with the prescriber's key, which never leaves it [EPS-SIGNATURE 4].
 */
export async function signed(
  session: Session,
  persona: string,
  order: Bundle,
): Promise<Result<Bundle, Failure>> {
  const prepared = await post(session, persona, PATHS.prepare, order);
  if (!prepared.ok) return prepared;
  const digest = textAt(prepared.value.body, 'parameter', 0, 'valueString');
  const algorithm = textAt(prepared.value.body, 'parameter', 2, 'valueString');
  if (session.sign !== undefined) {
    const own = await session.sign(digest ?? '', algorithm ?? '');
    return own.ok ? ok(withSignature(order, own.value)) : own;
  }
  const body = { persona, digest, algorithm };
  const answer = await session.client.call({ method: 'POST', path: '/_local/sign', body });
  if (!answer.ok) return answer;
  const signature = textAt(answer.value.body, 'signature');
  if (signature === null) return notAsExpected('The signing service answered without a signature.');
  return ok(withSignature(order, signature));
}
