import { BlockList, isIP } from 'node:net';

import { plainAddress } from '../../../platform/address.ts';
import type { HttpRequest, HttpResponse } from '../../../platform/http.ts';
import { describeBug } from '../../../platform/log.ts';
import { endSessions, findByProviderSession } from '../../sessions/index.ts';
import { json, readForm, refused } from '../answer/index.ts';
import { ERRORS } from '../answer/oauth-error.ts';
import { isIssuer } from '../id-token.ts';
import { readJwt, textClaim } from '../jwt.ts';
import { LOGOUT_ERRORS, logoutFault } from '../logout-token.ts';
import type { Face } from '../parts/index.ts';
import type { Provider } from '../provider/index.ts';

/** POST /backchannel_logout: a provider says that somebody signed out there [IDENTITY 3.2]. */
export async function logout(face: Face, request: HttpRequest): Promise<HttpResponse> {
  if (!isAllowed(face.logoutFrom, request.peer.remote)) return refused(ERRORS.NotAllowedHere);
  const form = readForm(request);
  if (!form.ok) return refused(ERRORS.ContentType);
  const token = form.value('logout_token') ?? '';
  const jwt = readJwt(token);
  if (jwt === null) return refused(LOGOUT_ERRORS.Malformed);
  const { cis2, nhsLogin } = face.providers[face.base];
  const providers = [cis2, nhsLogin].filter((one) => one !== null);
  // Of a token from nobody that is known, CIS2 says what is wrong.
  const provider: Provider | undefined =
    providers.find(({ issuer }) => isIssuer(jwt.claims, issuer)) ?? providers[0];
  if (provider === undefined) return refused(LOGOUT_ERRORS.Unverified);
  const fault = logoutFault(jwt.claims, provider);
  if (fault !== null) return refused(fault);
  const signature = await provider.checkSignature(token);
  if (!signature.ok) return refused(LOGOUT_ERRORS.Unverified);
  const sid = textClaim(jwt.claims, 'sid') ?? '';
  const sessions = sid.includes('\0')
    ? []
    : await findByProviderSession(face.database, provider.issuer, sid);
  if (sessions.length === 0) return refused(ERRORS.SessionUnknown);
  return (await ended(face, sessions)) ? json({ success: true }) : refused(ERRORS.LogoutFailed);
}

/** False when they could not be ended: the provider is told so, whatever the reason [IDENTITY 3.2]. */
async function ended(
  { database, clock, log }: Face,
  sessions: readonly { readonly id: string }[],
): Promise<boolean> {
  const at = clock.securityNow();
  try {
    for (const { id } of sessions) await endSessions(database, { session: id }, 'signed-out', at);
    return true;
  } catch (error) {
    log({ event: 'bug', requestId: 'backchannel_logout', outcome: describeBug(error) });
    return false;
  }
}

/** Whether an address is within one of the nets; a net is `10.1.0.0/16` or one address. */
function isAllowed(nets: readonly string[], address: string): boolean {
  const list = new BlockList();
  for (const net of nets) {
    const [start = '', bits] = net.split('/');
    const family = isIP(start) === 6 ? 'ipv6' : 'ipv4';
    list.addSubnet(start, Number(bits ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  const plain = plainAddress(address);
  return isIP(plain) !== 0 && list.check(plain, isIP(plain) === 6 ? 'ipv6' : 'ipv4');
}
