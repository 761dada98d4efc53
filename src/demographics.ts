import type { DemographicsParts } from './demographics/index.ts';
import { openAccreditation } from './directory/index.ts';
import { grantsReader, type Identity, may } from './identity/index.ts';
import type { Clock } from './platform/clock.ts';
import type { Config } from './platform/config.ts';
import type { Database } from './platform/database.ts';
import { VERSION } from './version.ts';

type Standing = {
  readonly database: Database;
  readonly identity: Identity;
  readonly clock: Clock;
  /** Of this process. */
  readonly url: string;
  readonly isReady: () => Promise<boolean>;
};

/** What the Personal Demographics Service of one process stands on. */
export function demographicsParts(
  { pds, publicUrls, requestsPerMinute, roleCheck }: Config,
  { identity, url, ...standing }: Standing,
): DemographicsParts {
  return {
    ...standing,
    ...grantsReader(standing.database),
    verify: identity.verify,
    missingRights: (actor, act) => {
      if (roleCheck === 'compatible') return [];
      const allowed = may(actor.role ?? NO_ROLE, act);
      return allowed.ok ? [] : allowed.error.anyOf;
    },
    limits: {
      ...pds,
      requestsPerMinute,
      takeOfMinute: identity.limiter.take,
      takeOfSecond: identity.limiter.takeOfSecond,
    },
    mayUse: openAccreditation(standing.database),
    ethnicityFor: pds.ethnicityFor,
    publicUrl: publicUrls[0] ?? url,
    version: VERSION,
  };
}

const NO_ROLE = { jobRole: '', activities: [] };
