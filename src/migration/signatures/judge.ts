import { Trouble } from '../../platform/trouble.ts';

/** What is wrong with the signature of each order, in words; null: nothing, or it cannot be read as an order at all. */
export type Judge = (orders: readonly Uint8Array[]) => Promise<(string | null)[]>;

/** A judge that somebody must dismiss. */
export type Judging = { readonly judge: Judge; readonly close: () => Promise<void> };

/** One that is made with the first order: whoever has none to judge loads nothing for it. */
export function judgeLater(authorities: string): Judge {
  let judge: Promise<Judge> | null = null;
  return async (orders) => {
    if (orders.length === 0) return [];
    judge ??= judgeHere(authorities);
    return (await judge)(orders);
  };
}

/**
 * By these authorities alone, in PEM; throws `Trouble` where none of them can be read. All that reads signatures is loaded
 * by whoever needs one.
 */
export async function judgeHere(authorities: string): Promise<Judge> {
  const { OLD_FINDINGS, oldSignature, readTrust } = await import(
    '../../prescriptions/old-signature/index.ts'
  );
  const trust = readTrust(authorities);
  if (trust === null || trust.anchors.length + trust.authorities.length === 0) {
    throw new Trouble(
      'there is no certificate of an authority that can be read',
      'name those of whoever certified the prescribers of the old store, in PEM: --authorities',
    );
  }
  return (orders) =>
    Promise.resolve(
      orders.map((order) => {
        const finding = oldSignature(
          Buffer.from(order.buffer, order.byteOffset, order.length),
          trust,
        );
        return finding === null ? null : OLD_FINDINGS[finding];
      }),
    );
}
