import type { SdsParts } from './directory/index.ts';
import { clientOfKey, type Identity } from './identity/index.ts';
import type { Config } from './platform/config.ts';
import type { Database } from './platform/database.ts';

type Standing = {
  readonly database: Database;
  readonly identity: Identity;
  /** Of this process. */
  readonly url: string;
  readonly isReady: () => Promise<boolean>;
};

/** What the Spine Directory Service of one process stands on. */
export function sdsParts(
  { publicUrls, spineParty, requestsPerMinute, sdsRequestsPerSecond }: Config,
  { database, identity, url, isReady }: Standing,
): SdsParts {
  return {
    database,
    spineOds: spineParty.split('-')[0] ?? '',
    publicUrl: publicUrls[0] ?? url,
    isReady,
    applicationOf: async (key) => (await clientOfKey(database, key))?.applicationId ?? null,
    limits: {
      requestsPerMinute,
      requestsPerSecond: sdsRequestsPerSecond,
      takeOfMinute: identity.limiter.take,
      takeOfSecond: identity.limiter.takeOfSecond,
    },
  };
}
