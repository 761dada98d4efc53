import type { Page, PageAnswer, PageRequest, Visitor } from '../../pages/index.ts';
import { problemOf } from '../../pages/index.ts';
import { effectiveActivities } from '../rbac/index.ts';
import { type PageParts, type Role, signedIn } from './signed-in.ts';

const ADMINISTRATION = 'B0062'; // Local System Administration [IDENTITY 1.5]

/** Whether somebody in this role looks after the service: a system administrator of an organisation that runs it. */
export function isOperator(role: Role, operators: readonly string[]): boolean {
  return operators.includes(role.ods) && effectiveActivities(role).has(ADMINISTRATION);
}

/** Who looks after the service, as the audit trail names them. */
export type Operator = Readonly<
  Record<'userId' | 'roleProfile' | 'organisation' | 'session', string>
>;

/** Makes a page one for those who look after the service. */
export type ForOperators = (
  handle: (
    request: PageRequest,
    visitor: Visitor,
    by: Operator,
  ) => Promise<PageAnswer> | PageAnswer,
) => Page['handle'];

export function forOperators(parts: PageParts): ForOperators {
  return (handle) =>
    signedIn(parts, (request, { role, visitor, user: { userId }, session: { id: session } }) =>
      isOperator(role, parts.operators)
        ? handle(request, visitor, {
            userId,
            roleProfile: role.roleProfileId,
            organisation: role.ods,
            session,
          })
        : { ...problemOf({ kind: 'Forbidden', needed: NEEDED }, request.requestId), visitor },
    );
}

const NEEDED =
  'a role with the activity Local System Administration (B0062) at an organisation that runs this service';
