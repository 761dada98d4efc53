import { findOrganisations, type Organisation } from '../../directory/index.ts';
import type { LondonDate } from '../../kernel/london.ts';
import {
  localAddress,
  type Page,
  type PageAnswer,
  type PageRequest,
  type View,
  type Visitor,
} from '../../pages/index.ts';
import { changeRole } from '../sessions/index.ts';
import {
  jobTitle,
  type PageParts,
  reasonWord,
  type Role,
  today,
  type WithoutRole,
  withoutRole,
} from './signed-in.ts';

/** The choice of the role in which somebody works [EXPERIENCE 4.1]. */
export function rolePages(parts: PageParts): readonly Page[] {
  const choose = withoutRole(parts, (request, who) => chooseRole(parts, request, who));
  return [
    {
      method: 'GET',
      path: '/roles',
      handle: withoutRole(parts, (request, who) => rolesPage(parts, request, who)),
    },
    { method: 'POST', path: '/roles', handle: choose },
    {
      method: 'GET',
      path: '/roles/change',
      handle: withoutRole(parts, (request, who) => rolesView(parts, request, who)),
    },
    { method: 'POST', path: '/roles/change', handle: choose },
  ];
}

/** Nobody is asked to choose from one role. */
async function rolesPage(
  parts: PageParts,
  request: PageRequest,
  who: WithoutRole,
): Promise<PageAnswer> {
  const [only, ...others] = who.roles;
  if (only === undefined || others.length > 0) return rolesView(parts, request, who);
  if (who.role !== null) return { to: localAddress(request.query('return'), '/') };
  return useRole(parts, who, only.roleProfileId, request.query('return'));
}

async function chooseRole(
  parts: PageParts,
  request: PageRequest,
  who: WithoutRole,
): Promise<PageAnswer> {
  const { form } = request;
  const wanted = form.text('role');
  if (!who.roles.some(({ roleProfileId }) => roleProfileId === wanted)) {
    const view = await rolesView(parts, request, who);
    return { ...view, errors: [{ field: 'roles', text: 'Choose a role that you have today' }] };
  }
  return useRole(parts, who, wanted, form.text('return'));
}

async function useRole(
  { database, clock }: PageParts,
  { session, roles }: WithoutRole,
  roleProfile: string,
  back: string,
): Promise<PageAnswer> {
  const wanted = { roleProfile, roles: roles.map(({ roleProfileId }) => roleProfileId) };
  const moved = await changeRole(database, session, wanted, clock.securityNow());
  if (moved.ok) return { to: localAddress(back, '/'), session: { id: moved.value.id } };
  const reason = typeof moved.error === 'string' ? 'elsewhere' : reasonWord(moved.error.ended);
  return { to: `/signedout?reason=${reason}` };
}

export async function rolesView(
  parts: PageParts,
  request: PageRequest,
  who: Pick<WithoutRole, 'user' | 'role' | 'roles'> & { readonly visitor?: Visitor },
): Promise<View> {
  const { user, role, roles, visitor } = who;
  const codes = user.roleProfiles.map(({ ods }) => ods);
  const found = await findOrganisations(parts.database, [...new Set(codes)]);
  const organisations = new Map(found.map((one) => [one.ods, one]));
  const held = new Set(roles.map(({ roleProfileId }) => roleProfileId));
  const without = user.roleProfiles.filter(({ roleProfileId }) => !held.has(roleProfileId));
  const day = today(parts);
  return {
    view: 'identity/roles.njk',
    title: titleOf(who),
    ...(visitor === undefined ? {} : { visitor }),
    model: {
      userId: user.userId,
      current: role === null ? null : roleCard(role, organisations),
      roles: roles
        .filter(({ roleProfileId }) => roleProfileId !== role?.roleProfileId)
        .map((one) => roleCard(one, organisations)),
      without: without.map((one) => ({
        ...roleCard(one, organisations),
        why: whyWithout(one, day),
      })),
      back: request.form.text('return') || request.query('return'),
    },
  };
}

function titleOf({ role, roles }: Pick<WithoutRole, 'role' | 'roles'>): string {
  if (roles.length === 0) return 'You have no role today';
  return role === null ? 'Select your role' : 'Change your role';
}

function roleCard(role: Role, organisations: ReadonlyMap<string, Organisation>) {
  const place = organisations.get(role.ods);
  const { addressLines = [], city = '', postcode = '' } = place ?? {};
  return {
    id: role.roleProfileId,
    organisation: role.organisationName,
    ods: role.ods,
    address: [...addressLines, city, postcode].filter((line) => line !== '').join(', '),
    role: jobTitle(role),
  };
}

function whyWithout(
  { startsOn, endsOn }: Role,
  day: LondonDate,
): { readonly text: string; readonly on: LondonDate | null } {
  if (startsOn !== null && startsOn > day) return { text: 'begins on', on: startsOn };
  if (endsOn !== null && endsOn < day) return { text: 'ended on', on: endsOn };
  return { text: 'you are not in this organisation today', on: null };
}
