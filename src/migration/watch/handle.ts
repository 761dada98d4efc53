import type { Database } from '../../platform/database.ts';
import { alarms } from '../cut-over/repository.ts';
import * as repository from './repository.ts';

/** What is seen of a store that was moved here, while it takes messages. */
export type Watched = {
  /** Held back by the tripwire. */
  readonly tripped: number;
  /** Waiting for a pharmacy that had it: the tripwire would hold it back. */
  readonly waiting: number;
  /** Records that were moved here and those that messages brought since; null: not counted yet. */
  readonly origins: { readonly moved: number; readonly own: number } | null;
};

/** Looks again and again, each time for a short while. */
export type Watch = { look(last: Watched | null): Promise<Watched | null> };

const AT_ONCE = 10_000; // records whose origin is looked at in one statement
const LOOK_MS = 500;
const SHARE = 50; // what is more than a moment's work takes the database a fiftieth of its time at most

/** `look` answers null while nothing is to be watched: nothing was moved here, or it takes no messages. */
export function openWatch(database: Database, now: () => number = () => performance.now()): Watch {
  const counting = openCounting(database, now);
  let [waiting, notBefore] = [0, 0];
  return {
    look: async (last) => {
      const opened = await repository.openedAt(database);
      if (opened === null) return null;
      const begun = now();
      const isDue = begun >= notBefore;
      if (isDue) {
        waiting = await repository.waitingAgain(database);
        await counting.goOn(opened);
        notBefore = now() + (now() - begun) * SHARE;
      }
      const origins = counting.counted() ?? last?.origins ?? null;
      return { tripped: await alarms(database), waiting, origins };
    },
  };
}

/** Goes through all records, some each time, and begins anew behind the last. */
function openCounting(database: Database, now: () => number) {
  const first = { after: '', moved: 0, own: 0 };
  let under = first;
  let counted: Watched['origins'] = null;
  return {
    counted: () => counted,
    goOn: async (opened: Date): Promise<void> => {
      const until = now() + LOOK_MS;
      do {
        const { after } = under;
        const some = await repository.originsBehind(database, { after, opened, most: AT_ONCE });
        const moved = under.moved + some.moved;
        const own = under.own + some.own;
        if (some.last === null) {
          counted = { moved, own };
          under = first;
          return;
        }
        under = { after: some.last, moved, own };
      } while (now() < until);
    },
  };
}
