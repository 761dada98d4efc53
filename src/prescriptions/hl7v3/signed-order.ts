import type { Element } from '../../gateways/xml/element.ts';
import { fragmentsOf } from '../messages/create/hl7v3.ts';
import type { Signed } from '../signature/verify.ts';
import { OID } from './oids.ts';
import type { OrderDocument } from './order-document.ts';

/** A signed order, whichever form it has: what its signature has to be over is told apart. */
export type SignedOrder = {
  readonly author: Pick<OrderDocument['author'], 'time' | 'signature'>;
  readonly fragments: () => string;
  readonly prescriber: Signed['prescriber'];
};

/** Over the message's own elements, as the prescriber's system had them before it when they were signed [EPS-HL7V3 9]. */
export function signedOrderOf(act: Element, author: OrderDocument['author']): SignedOrder {
  const { id, name } = author.agent.person ?? { id: null, name: null };
  return {
    author,
    fragments: () => fragmentsOf(act),
    prescriber: {
      userId: id?.root === OID.user ? id.extension : null,
      family: name?.family ?? null,
    },
  };
}
