import { setTimeout as delay } from 'node:timers/promises';

/** What the Patroni of a standby says of it; null: nobody answers, or it is no standby. */
export type StandbySeen = {
  /** `running`, `starting`, `creating replica`…, as Patroni says it. */
  readonly state: string;
  /** Bytes of the log that it has; null while it cannot say. */
  readonly position: number | null;
} | null;

/** What the primary has for it. */
export type KeptFor = {
  /** It gets the log as it is written. */
  readonly isFollowing: boolean;
  /** Where the log begins that the primary still has, in bytes. */
  readonly keptFrom: number;
  /** What the slot of the standby was to keep is gone (max_slot_wal_keep_size). */
  readonly isSlotLost: boolean;
};

export type WatchParts = {
  readonly standby: () => Promise<StandbySeen>;
  /** Null: there is no primary now. */
  readonly primary: () => Promise<KeptFor | null>;
  /** Has the database copied anew; why not, or null. */
  readonly copyAnew: () => Promise<string | null>;
  /** A slot that is lost keeps nothing for the new copy either: it begins again. */
  readonly renewSlot: () => Promise<void>;
  readonly tell: (line: string) => void;
  readonly nowMs: () => number;
};

/** Longer than a query on the standby may hold up what it replays (max_standby_streaming_delay). */
export const STILL_MS = 60_000;
const LOOK_EVERY_MS = 5_000;

/**
 * Whether a standby can never follow: the log after what it has is not kept any more. One that replays its own log
 * has come less far than it will, so that this counts only while it does not move.
 */
export function isLeftBehind(standby: StandbySeen, kept: KeptFor): boolean {
  if (standby === null || kept.isFollowing) return false;
  if (standby.position === null) return standby.state === 'starting' && kept.isSlotLost;
  return standby.state === 'running' && standby.position < kept.keptFrom;
}

/** Sees to it that a standby which can never follow is copied anew. */
export class StandbyWatch {
  readonly #parts: WatchParts;
  /** Since when it has been left behind, and where it stood. */
  #still: { readonly sinceMs: number; readonly position: number | null } | null = null;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  async look(): Promise<void> {
    const standby = await this.#parts.standby();
    const kept = standby === null ? null : await this.#parts.primary();
    if (standby === null || kept === null) {
      this.#still = null;
    } else if (isLeftBehind(standby, kept)) {
      await this.#leftBehind(standby.position);
    } else {
      this.#still = null;
      if (kept.isSlotLost && !kept.isFollowing && standby.state !== 'starting') {
        await this.#parts.renewSlot();
      }
    }
  }

  async #leftBehind(position: number | null): Promise<void> {
    const { nowMs, copyAnew, renewSlot, tell } = this.#parts;
    if (this.#still === null || this.#still.position !== position) {
      this.#still = { sinceMs: nowMs(), position };
      return;
    }
    if (nowMs() - this.#still.sinceMs < STILL_MS) return;
    this.#still = null;
    const problem = await copyAnew();
    if (problem !== null) return tell(`it can follow no more, and is not copied anew: ${problem}`);
    tell('the log that it needs is not kept any more: its database is copied anew');
    await renewSlot();
  }

  /** Looks until told to stop. */
  async run(stopping: AbortSignal): Promise<void> {
    while (!stopping.aborted) {
      try {
        await this.look();
      } catch {
        this.#still = null; // nobody knows what is: it is looked at again
      }
      await delay(LOOK_EVERY_MS, undefined, { signal: stopping, ref: false }).catch(
        () => undefined,
      ); // told to stop
    }
  }
}
