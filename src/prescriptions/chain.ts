import { hash as digest } from 'node:crypto';

import type { Uuid } from '../kernel/uuid.ts';
import type { PrescriptionEvent } from './prescription.ts';
import type { PrescriptionId } from './prescription-id.ts';

/** An event as it is written: numbered, and chained to the one before it [RELIABILITY I17]. */
export type ChainedEvent = {
  readonly number: number;
  readonly kind: string;
  /** The event as JSON; the hash is over this very text. */
  readonly data: string;
  readonly hash: Buffer;
};

export const CHAIN_START = Buffer.alloc(32);

export function chained(
  id: PrescriptionId,
  after: { readonly version: number; readonly hash: Buffer },
  messageId: Uuid,
  events: readonly PrescriptionEvent[],
): ChainedEvent[] {
  let hash = after.hash;
  return events.map((event, index) => {
    const number = after.version + index + 1;
    const data = JSON.stringify(event);
    hash = eventHash(hash, [id, String(number), event.kind, messageId, data]);
    return { number, kind: event.kind, data, hash };
  });
}

/** hash(n) = SHA-256(hash(n-1), event n). */
export function eventHash(previous: Buffer, parts: readonly string[]): Buffer {
  return digest('sha256', Buffer.concat([previous, Buffer.from(parts.join('\n'))]), 'buffer');
}
