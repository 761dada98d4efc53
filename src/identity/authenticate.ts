import {
  accessDenied,
  type GatewayFault,
  SESSION_URID_MISSING,
  sessionUridInvalid,
  TOO_MANY_REQUESTS,
} from '../gateways/fhir/faults.ts';
import type { Authenticate } from '../gateways/fhir/gateway.ts';
import type { Actor } from '../gateways/actor.ts';
import { fail } from '../kernel/result.ts';
import type { AccessTokenFault, VerifyAccessToken } from './access-token.ts';
import type { Limiter } from './rate-limit/index.ts';

/** Who sends a request to the FHIR gateway: by its token, in the role that it names [IDENTITY 3.2, Headers]. */
export function authenticateWith(verify: VerifyAccessToken, within: WithinRate): Authenticate {
  return async ({ headers, path }, at) => {
    const roleProfile = headers['nhsd-session-urid'];
    const actor = await verify({ authorization: headers['authorization'], roleProfile, at });
    if (!actor.ok) return fail(faultOf(actor.error, roleProfile ?? ''));
    return (await within(actor.value, path)) ? actor : fail(TOO_MANY_REQUESTS);
  };
}

type WithinRate = (actor: Actor, path: string) => ReturnType<Limiter['take']>;

/** How often one application may come through one base in a minute; null: as often as it likes [EPS-FHIR 2.1]. */
export function withinRequests(limiter: Limiter, perMinute: number | null): WithinRate {
  if (perMinute === null) return () => true;
  return ({ application, asid }, path) => {
    const base = path.slice(0, path.indexOf('/', 1));
    return limiter.take(`${base} ${application.id ?? asid}`, perMinute);
  };
}

function faultOf(fault: AccessTokenFault, roleProfile: string): GatewayFault {
  if (fault === 'SessionUridMissing') return SESSION_URID_MISSING;
  return fault === 'SessionUridInvalid' ? sessionUridInvalid(roleProfile) : accessDenied(fault);
}
