import type { Certificate } from './certificate.ts';
import { type RevocationList, readRevocationList } from './revocation-list.ts';

/** What is known of a distribution point just now. */
export type KnownList = {
  /** The last good one, also when it is out of date: what it revokes stays revoked. */
  readonly list: RevocationList | null;
  /** Since when there is none that counts; null: there is one. */
  readonly missingSince: Date | null;
};

/** Revocation lists as they are known, without waiting for any. */
export type RevocationLists = {
  readonly known: (uri: string, authority: Certificate, now: Date) => KnownList;
  /** Ends when nothing is being fetched any more. */
  readonly settled: () => Promise<void>;
};

const FETCH_TIMEOUT_MS = 10_000; // [EPS-SIGNATURE 5]
const FETCH_SIZE_MAX_BYTES = 8_000_000;
const REFRESH_AFTER_MS = 3_600_000; // a list an hour old is fetched again, though it still counts
const RETRY_AFTER_MS = 30_000;

type Entry = {
  list: RevocationList | null;
  /** When a list was first wanted and not there. */
  missingSince: Date;
  nextFetch: number;
};

/**
 * Fetches lists in the background and keeps the last good one of each, in this process. A message never
 * waits for one: it is told what is known, and a list that is missing or old is fetched for the next.
 */
export function revocationLists(): RevocationLists {
  const entries = new Map<string, Entry>();
  const fetching = new Set<Promise<void>>();

  function refresh(entry: Entry, uri: string, authority: Certificate, now: Date): void {
    if (now.getTime() < entry.nextFetch) return;
    entry.nextFetch = now.getTime() + RETRY_AFTER_MS;
    const fetched = fetchList(uri, authority).then((list) => {
      fetching.delete(fetched);
      if (list === null) return;
      entry.list = list;
      entry.nextFetch = now.getTime() + REFRESH_AFTER_MS;
    });
    fetching.add(fetched);
  }

  return {
    known(uri, authority, now) {
      const key = `${authority.x509.fingerprint256} ${uri}`;
      const entry = entries.get(key) ?? { list: null, missingSince: now, nextFetch: 0 };
      entries.set(key, entry);
      refresh(entry, uri, authority, now);
      const { list } = entry;
      if (list === null) return { list, missingSince: entry.missingSince };
      return { list, missingSince: list.nextUpdate > now ? null : list.nextUpdate };
    },
    settled: async () => {
      await Promise.all(fetching);
    },
  };
}

/** Null when it cannot be had, or is not what its authority signed. */
async function fetchList(uri: string, authority: Certificate): Promise<RevocationList | null> {
  try {
    const answer = await fetch(uri, {
      signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
      redirect: 'error', // the certificate names the place, and nobody else does
    });
    if (!answer.ok || answer.body === null) return null;
    const parts: Uint8Array[] = [];
    let sizeBytes = 0;
    const body: AsyncIterable<Uint8Array> = answer.body;
    for await (const part of body) {
      sizeBytes += part.length;
      if (sizeBytes > FETCH_SIZE_MAX_BYTES) return null;
      parts.push(part);
    }
    return await readRevocationList(Buffer.concat(parts), authority);
  } catch {
    return null;
  }
}
