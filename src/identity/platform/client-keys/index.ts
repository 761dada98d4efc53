import { type CompactVerifyGetKey, createLocalJWKSet, createRemoteJWKSet } from 'jose';

import type { PublicKeys } from '../../clients/client.ts';

const URL_TIMEOUT_MS = 55_000; // [IDENTITY 3.2, 15], as is the next
const URL_CACHE_MS = 3_600_000;
const URL_AGAIN_AFTER_MS = 30_000; // a key that is not known is looked for sooner, but not for every assertion
const URLS_MAX = 1_000;

/** The keys of applications; those of a URL are remembered by this process. */
export type ClientKeys = (keys: PublicKeys) => CompactVerifyGetKey | null;

export function openClientKeys(): ClientKeys {
  const remote = new Map<string, CompactVerifyGetKey>();
  return (keys) => {
    if (keys.kind === 'none') return null;
    if (keys.kind === 'hosted') return createLocalJWKSet({ keys: [...keys.keys] });
    const known = remote.get(keys.url) ?? remoteKeys(keys.url);
    if (remote.size >= URLS_MAX) remote.clear();
    remote.set(keys.url, known);
    return known;
  };
}

function remoteKeys(url: string): CompactVerifyGetKey {
  return createRemoteJWKSet(new URL(url), {
    timeoutDuration: URL_TIMEOUT_MS,
    cacheMaxAge: URL_CACHE_MS,
    cooldownDuration: URL_AGAIN_AFTER_MS,
  });
}
