import {
  accessDenied,
  type GatewayFault,
  SESSION_URID_MISSING,
  sessionUridInvalid,
} from '../gateways/fhir/faults.ts';
import type { Authenticate } from '../gateways/fhir/gateway.ts';
import { fail } from '../kernel/result.ts';
import type { AccessTokenFault, VerifyAccessToken } from './access-token.ts';

/** Who sends a request to the FHIR gateway: by its token, in the role that it names [IDENTITY 3.2, Headers]. */
export function authenticateWith(verify: VerifyAccessToken): Authenticate {
  return async ({ headers }, at) => {
    const roleProfile = headers['nhsd-session-urid'];
    const actor = await verify({ authorization: headers['authorization'], roleProfile, at });
    return actor.ok ? actor : fail(faultOf(actor.error, roleProfile ?? ''));
  };
}

function faultOf(fault: AccessTokenFault, roleProfile: string): GatewayFault {
  if (fault === 'SessionUridMissing') return SESSION_URID_MISSING;
  return fault === 'SessionUridInvalid' ? sessionUridInvalid(roleProfile) : accessDenied(fault);
}
