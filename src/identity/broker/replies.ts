import { commonName } from '../people/index.ts';
import type { Challenge } from './challenge.ts';
import { type WrittenParameter, writeGpObject } from './gp-object.ts';
import type { LoggedIn } from './handle.ts';
import { REFUSALS, type Refused, textOf } from './refusals.ts';

/** Where the broker is, as the one who asks sees it. */
export type Place = {
  /** `https://host` */
  readonly origin: string;
  readonly serverAddress: string;
};

const GAS_VERSION = '5.2.7'; // the one that clients have seen [IDENTITY 2.2]

export function activationReply(
  login: string,
  { challenge, signature }: Challenge,
  { origin }: Place,
): string {
  return writeGpObject([
    ['log_session_id', login],
    ['challenge', challenge.toString('base64')],
    ['signature', signature.toString('base64')],
    ['reply_url', `${origin}/login/authvalidate`],
  ]);
}

export function validationReply(
  login: string,
  { ticket, user, roles, lifeMinutes }: LoggedIn,
  place: Place,
): string {
  const { origin, serverAddress } = place;
  const named = roles.map(
    (role, index): WrittenParameter => [
      `nhsjobrole${index}`,
      `${role.organisationName}, ${role.jobRoleName}`,
      { id: role.roleProfileId, orgcode: role.ods },
    ],
  );
  return writeGpObject([
    ['log_session_id', login],
    ['gas_version', GAS_VERSION],
    ['error_url', `${origin}/login/error`],
    ['server_ip', serverAddress],
    ['cn', commonName(user)],
    ...named,
    ['sso_ticket', ticket],
    ['sso_domain', new URL(origin).hostname],
    ['sso_session_url', `${origin}/saml/RoleAssertion`],
    ['sso_keep_alive', 'false'],
    ['sso_session_time', String(lifeMinutes)],
    ['sso_max_session_time', String(lifeMinutes)],
    ['sso_logout_url', `${origin}/login/authlogout`],
    ['auth_method', '3'],
    ['app_url', 'NHST'],
    ['service', 'AUTHENTICATION'],
  ]);
}

export function refusalReply(refused: Refused, { origin }: Place): string {
  const { code } = refused;
  return writeGpObject([
    ['error_code', code],
    ['error_concerns', REFUSALS[code].concerns],
    ['error_text', textOf(refused)],
    ['error_url', `${origin}/login/error?code=${code}`],
  ]);
}

/** What a step that was done is answered with; clients look for the word. */
export const DONE = '<HTML><STATUS>OK</STATUS></HTML>';
