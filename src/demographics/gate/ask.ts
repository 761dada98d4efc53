import type { Actor } from '../../gateways/actor.ts';
import type { Uuid } from '../../kernel/uuid.ts';
import type { Reader } from '../reader.ts';

export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

/** A request that has passed the gate. */
export type Ask = {
  readonly requestId: Uuid;
  readonly actor: Actor;
  readonly reader: Reader;
  readonly method: string;
  readonly path: string;
  readonly query: Query;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly at: Date;
};
