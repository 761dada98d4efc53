import {
  chained,
  CHAIN_START,
  evolveAll,
  type PrescriptionEvent,
  type PrescriptionId,
} from '../../prescriptions/rules.ts';
import type { Uuid } from '../../kernel/uuid.ts';

/** A record with its events as they are stored. */
export type StoredChain = {
  readonly id: PrescriptionId;
  readonly version: number;
  readonly state: unknown;
  readonly headHash: Buffer;
  readonly events: readonly {
    readonly number: number;
    readonly messageId: Uuid;
    readonly data: PrescriptionEvent;
    readonly hash: Buffer;
  }[];
};

/** What is wrong with a chain, or with its fold; null when it leads to the head that is stored [MIGRATION 6, L4]. */
export function brokenChain({ id, version, state, headHash, events }: StoredChain): string | null {
  let head: { version: number; hash: Buffer } = { version: 0, hash: CHAIN_START };
  for (const { number, messageId, data, hash } of events) {
    const [made] = chained(id, head, messageId, [data]);
    if (made === undefined || made.number !== number || !made.hash.equals(hash)) {
      return `event ${number} is not in the chain`;
    }
    head = { version: number, hash };
  }
  if (events.length !== version) return `${events.length} events where ${version} are counted`;
  if (!head.hash.equals(headHash)) return 'the chain does not end at the head';
  const told = evolveAll(
    id,
    null,
    events.map(({ data }) => data),
  );
  return JSON.stringify(told) === JSON.stringify(state)
    ? null
    : 'the head is not what the events tell';
}
