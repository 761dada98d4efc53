import { hl7Name } from '../../gateways/hl7v3/names.ts';
import { xmlOf } from '../../gateways/hl7v3/read-parts.ts';
import { readOrder } from '../hl7v3/read-order.ts';
import { Reading } from '../hl7v3/reading.ts';
import { fragmentsSignedInfo } from '../hl7v3/signed-info.ts';
import { signedOrderOf } from '../hl7v3/signed-order.ts';
import { readTime } from '../hl7v3/time.ts';
import { ORDER } from '../kept-hl7.ts';
import { type Finding, FINDINGS } from '../signature/finding.ts';
import type { RevocationLists } from '../signature/fetch-lists.ts';
import type { Trust } from '../signature/trust.ts';
import { verifySignature } from '../signature/verify.ts';

export { readTrust, type Trust } from '../signature/trust.ts';

/** What is wrong with the signature of an order that another store took. */
export type OldFinding = Finding | 'NotSigned';

export const OLD_FINDINGS: Readonly<Record<OldFinding, string>> = {
  NotSigned: 'Not signed',
  ...FINDINGS,
};

/**
 * The first thing that is wrong with the signature of an order, judged as the doors judge it, at the time at which it was
 * signed, and by these authorities alone; null where nothing is, or where its bytes are no order that can be read. SHA-1 is
 * taken, and no revocation list is asked: of the years before there may be none any more [MIGRATION 3, 4 D20].
 */
export function oldSignature(body: Buffer, trust: Trust): OldFinding | null {
  const root = xmlOf(body, hl7Name);
  if (!root.ok) return null;
  const from = new Reading();
  const act = from.whole(from.only(root.value, 'ControlActEvent', 'subject', ORDER));
  const order = act.ok ? readOrder(act.value) : act;
  if (!act.ok || !order.ok) return null;
  const { author } = order.value;
  if (author.signature === null) return 'NotSigned';
  const at = new Date(readTime(author.time) ?? Number.NaN);
  const { fragments, prescriber } = signedOrderOf(act.value, author);
  const signed = {
    signature: author.signature,
    expectedSignedInfo: (algorithm: Parameters<typeof fragmentsSignedInfo>[1]) =>
      fragmentsSignedInfo(fragments(), algorithm),
    at,
    prescriber,
    isSha1Allowed: true,
  };
  const [finding] = verifySignature({ trust, lists: NO_LISTS }, signed, at).findings;
  return finding ?? null;
}

const NO_LISTS: RevocationLists = {
  known: () => ({ list: null, missingSince: null }),
  look: () => Promise.resolve(false),
  renew: () => Promise.resolve(),
  settled: () => Promise.resolve(),
};
