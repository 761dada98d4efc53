import type { LondonDate } from '../../kernel/london.ts';
import { displayName, PROFESSIONAL_REGISTERS, rolesOn, type User } from '../people/person.ts';
import { ACTIVITIES } from '../rbac/activities.ts';
import { AUTHENTICATORS, isAuthenticator } from './assurance.ts';

/** Which claims a scope brings [IDENTITY 3.1]. */
export const SCOPE_CLAIMS: Readonly<Record<string, readonly string[]>> = {
  openid: [
    'sub',
    'azp',
    'amr',
    'id_assurance_level',
    'authentication_assurance_level',
    'tokenName',
    'tokenType',
    'realm',
    'auditTrackingId',
  ],
  profile: ['name', 'family_name', 'given_name', 'uid'],
  email: ['email'],
  nhsperson: [
    'nhsid_useruid',
    'title',
    'initials',
    'middle_names',
    'display_name',
    'idassurancelevel',
  ],
  nationalrbacaccess: ['nhsid_nrbac_roles'],
  associatedorgs: ['nhsid_user_orgs'],
  professionalmemberships: PROFESSIONAL_REGISTERS,
  organisationalmemberships: ['nhsid_org_memberships', 'nhsid_org_roles'],
  selectedrole: ['selected_roleid'],
  changedrole: ['selected_roleid'],
};

export type Claims = Readonly<Record<string, unknown>>;

/** Who is signed in, and how. */
export type SignedIn = {
  readonly user: User;
  readonly sessionId: string;
  readonly roleProfile: string | null;
  readonly amr: readonly string[];
  readonly assuranceLevel: string | null;
};

/** What the id token says besides the words of the protocol: nothing of the person [IDENTITY 3.1]. */
export function idTokenClaims(signedIn: SignedIn, clientId: string | undefined): Claims {
  const { user, sessionId, roleProfile } = signedIn;
  return present({
    sub: user.userId,
    azp: clientId,
    ...levels(signedIn),
    selected_roleid: roleProfile,
    // As ForgeRock writes them.
    tokenName: 'id_token',
    tokenType: 'JWTToken',
    realm: '/NHSIdentity/Healthcare',
    auditTrackingId: sessionId,
  });
}

/** All that the directory knows; the scopes of a token decide what of it is told. */
export function userinfoClaims(signedIn: SignedIn, day: LondonDate): Claims {
  const { user, roleProfile } = signedIn;
  const { userId, title, family, email } = user;
  const [first = '', ...middle] = user.given.split(' ');
  return present({
    sub: userId,
    ...levels(signedIn),
    selected_roleid: roleProfile,
    name: `${user.given} ${family}`,
    family_name: family,
    given_name: first,
    uid: userId,
    email,
    nhsid_useruid: userId,
    title,
    initials: [first, ...middle].map((name) => name.slice(0, 1)).join(''),
    middle_names: middle.length === 0 ? null : middle.join(' '),
    display_name: displayName(user),
    idassurancelevel: String(user.idAssuranceLevel),
    nhsid_nrbac_roles: nrbacRoles(user, day),
    ...organisations(user, day),
    ...user.professionalIds,
  });
}

function levels({ user, amr, assuranceLevel }: SignedIn): Claims {
  return {
    amr,
    id_assurance_level: String(user.idAssuranceLevel),
    authentication_assurance_level: assuranceLevel,
  };
}

/** The level of what somebody proved who they are with. */
export function levelOf(authenticator: string): string | null {
  return isAuthenticator(authenticator) ? String(AUTHENTICATORS[authenticator].level) : null;
}

function nrbacRoles(user: User, day: LondonDate): Claims[] {
  const memberships = new Map(user.memberships.map((one) => [one.ods, one.membershipId]));
  return rolesOn(user, day).map((role) => {
    const { activities, workgroups, areasOfWork } = role;
    return present({
      person_orgid: memberships.get(role.ods),
      person_roleid: role.roleProfileId,
      org_code: role.ods,
      role_name: role.jobRoleName,
      role_code: role.jobRole,
      activities: filled(activities.map((code) => ACTIVITIES[code]?.name ?? code)),
      activity_codes: filled(activities),
      workgroups: filled(workgroups.map(({ name }) => name)),
      workgroups_codes: filled(workgroups.map(({ code }) => code)),
      aow: filled(areasOfWork.map(({ name }) => name)),
      aow_codes: filled(areasOfWork.map(({ code }) => code)),
    });
  });
}

/** An optional list is left out rather than empty [IDENTITY 3.1]. */
function filled(list: readonly string[]): readonly string[] | null {
  return list.length === 0 ? null : list;
}

function organisations(user: User, day: LondonDate): Claims {
  const open = user.memberships.filter(
    ({ openedOn, closedOn }) =>
      (openedOn === null || openedOn <= day) && (closedOn === null || day <= closedOn),
  );
  const withRole = new Set(rolesOn(user, day).map(({ ods }) => ods));
  const membership = (one: User['memberships'][number]): Claims => ({
    person_orgid: one.membershipId,
    org_name: one.organisationName,
    org_code: one.ods,
  });
  return {
    nhsid_user_orgs: open.map(({ ods, organisationName }) => ({
      org_name: organisationName,
      org_code: ods,
    })),
    nhsid_org_memberships: open.map(membership),
    nhsid_org_roles: open.filter(({ ods }) => withRole.has(ods)).map(membership),
  };
}

function present(claims: Claims): Claims {
  return Object.fromEntries(
    Object.entries(claims).filter(([, value]) => value !== null && value !== undefined),
  );
}
