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
  /** Takes over what other processes have fetched and what has changed in lists of our own; says whether some list ought to be fetched. */
  readonly look: (now: Date) => Promise<boolean>;
  /** Fetches those that are missing or old. */
  readonly renew: (now: Date) => Promise<void>;
  /** Ends when nothing is being fetched any more. */
  readonly settled: () => Promise<void>;
};

export type ListKey = {
  /** SHA-256 of the certificate of the authority that signs it. */
  readonly authority: string;
  readonly uri: string;
};

export type StoredList = ListKey & {
  readonly wantedAt: Date;
  readonly fetchedAt: Date | null;
};

/** Where lists are kept, for all processes and for those after them. */
export type ListStore = {
  readonly all: () => Promise<readonly StoredList[]>;
  readonly bytesOf: (key: ListKey) => Promise<Buffer | null>;
  /** Notes that it is wanted; answers since when it is. */
  readonly want: (key: ListKey, at: Date) => Promise<Date>;
  readonly keep: (key: ListKey, bytes: Buffer, at: Date) => Promise<void>;
};

export type OwnList = ListKey & { readonly version: string };

/** Lists of this installation's own authorities, which nobody needs to fetch over the net or to keep. */
export type OwnLists = {
  /** Each with a version that is another one when it says something else. */
  readonly all: () => Promise<readonly OwnList[]>;
  /** As it is now, in DER; null: the distribution point is somebody else's. */
  readonly read: (uri: string, now: Date) => Promise<Buffer | null>;
};

export type ListParts = {
  readonly store: ListStore;
  /** Those whose certificates count: lists of others are not looked at. */
  readonly authorities: readonly Certificate[];
  readonly own: OwnLists;
};

const FETCH_TIMEOUT_MS = 10_000; // [EPS-SIGNATURE 5]
const FETCH_SIZE_MAX_BYTES = 64_000_000; // a million entries with reasons have some forty [RELIABILITY F25]
const REFRESH_AFTER_MS = 3_600_000; // a list an hour old is fetched again, though it still counts
const RETRY_AFTER_MS = 30_000;

type Entry = {
  readonly key: ListKey;
  readonly authority: Certificate;
  list: RevocationList | null;
  /** Of a list of our own, as it was when it was read; null: it is not one, or was not read yet. */
  version: string | null;
  /** When a list was first wanted and not there. */
  wantedAt: Date;
  /** As the store has it. */
  fetchedAt: Date | null;
  nextFetch: number;
};

/**
 * Fetches lists in the background and keeps the last good one of each. A message never waits for one: it
 * is told what is known, and a list that is missing is fetched for the next.
 */
export function revocationLists(parts: ListParts): RevocationLists {
  const entries = new Map<string, Entry>();
  const fetching = new Set<Promise<void>>();

  const entryOf = (uri: string, authority: Certificate, now: Date): Entry => {
    const key = { authority: authority.x509.fingerprint256, uri };
    const name = `${key.authority} ${uri}`;
    const known = entries.get(name);
    if (known !== undefined) return known;
    const times = { wantedAt: now, fetchedAt: null, nextFetch: 0 };
    const wanted: Entry = { key, authority, list: null, version: null, ...times };
    entries.set(name, wanted);
    return wanted;
  };

  const begin = (entry: Entry, now: Date): void => {
    if (now.getTime() < entry.nextFetch) return;
    // With the database away it is tried again as with the list away.
    const done: Promise<void> = renewEntry(parts, entry, now)
      .then(undefined, () => undefined)
      .finally(() => fetching.delete(done));
    fetching.add(done);
  };

  return {
    known(uri, authority, now) {
      const entry = entryOf(uri, authority, now);
      const { list } = entry;
      if (list === null) {
        begin(entry, now);
        return { list, missingSince: entry.wantedAt };
      }
      return { list, missingSince: list.nextUpdate > now ? null : list.nextUpdate };
    },
    look: async (now) => {
      for (const stored of await parts.store.all()) await takeOver(parts, stored, now, entryOf);
      for (const own of await parts.own.all()) await readAgain(parts, own, now, entryOf);
      return [...entries.values()].some(({ nextFetch }) => nextFetch <= now.getTime());
    },
    renew: async (now) => {
      const wanted = [...entries.values()].filter(({ nextFetch }) => nextFetch <= now.getTime());
      await Promise.all(wanted.map((entry) => renewEntry(parts, entry, now)));
    },
    settled: async () => {
      await Promise.all(fetching);
    },
  };
}

type EntryOf = (uri: string, authority: Certificate, now: Date) => Entry;

/** What the store has, when it is newer than what is known here. */
async function takeOver(
  { store, authorities }: ListParts,
  stored: StoredList,
  now: Date,
  entryOf: EntryOf,
): Promise<void> {
  const authority = authorityOf(authorities, stored);
  if (authority === undefined) return;
  const entry = entryOf(stored.uri, authority, now);
  if (stored.wantedAt < entry.wantedAt) entry.wantedAt = stored.wantedAt;
  const { fetchedAt } = stored;
  if (fetchedAt === null || fetchedAt.getTime() === entry.fetchedAt?.getTime()) return;
  const bytes = await store.bytesOf(stored);
  const list = bytes === null ? null : await readRevocationList(bytes, authority, stored.uri);
  if (list !== null) accept(entry, list, fetchedAt);
}

function authorityOf(authorities: readonly Certificate[], key: ListKey): Certificate | undefined {
  return authorities.find(({ x509 }) => x509.fingerprint256 === key.authority);
}

/** A list of our own when it is not what is known here. */
async function readAgain(
  parts: ListParts,
  { version, ...key }: OwnList,
  now: Date,
  entryOf: EntryOf,
): Promise<void> {
  const authority = authorityOf(parts.authorities, key);
  if (authority === undefined) return;
  const entry = entryOf(key.uri, authority, now);
  if (entry.version === version && now.getTime() < entry.nextFetch) return;
  const before = entry.list;
  await renewEntry(parts, entry, now);
  if (entry.list !== before) entry.version = version;
}

async function renewEntry(parts: ListParts, entry: Entry, now: Date): Promise<void> {
  entry.nextFetch = now.getTime() + RETRY_AFTER_MS;
  const { key, authority } = entry;
  const own = await parts.own.read(key.uri, now);
  if (own === null) return fetchEntry(parts, entry, now);
  const list = await readRevocationList(own, authority, key.uri);
  if (list !== null) accept(entry, list, now);
}

async function fetchEntry({ store }: ListParts, entry: Entry, now: Date): Promise<void> {
  const { key, authority } = entry;
  if (entry.list === null) entry.wantedAt = await store.want(key, entry.wantedAt);
  const bytes = await fetchBytes(key.uri);
  const list = bytes === null ? null : await readRevocationList(bytes, authority, key.uri);
  if (bytes === null || list === null || isOlder(list, entry)) return;
  await store.keep(key, bytes, now);
  accept(entry, list, now);
}

/** Somebody on the way could show yesterday's list, before the card was revoked. */
function isOlder({ thisUpdate }: RevocationList, { list }: Entry): boolean {
  return list !== null && thisUpdate < list.thisUpdate;
}

function accept(entry: Entry, list: RevocationList, fetchedAt: Date): void {
  if (!isOlder(list, entry)) entry.list = list;
  entry.fetchedAt = fetchedAt;
  entry.nextFetch = fetchedAt.getTime() + REFRESH_AFTER_MS;
}

/** Null when they cannot be had. */
async function fetchBytes(address: string): Promise<Buffer | null> {
  try {
    const answer = await fetch(address, {
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
    return Buffer.concat(parts);
  } catch {
    return null;
  }
}
