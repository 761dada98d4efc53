import { sourceAddress } from '../platform/audit/source.ts';
import { type Sql, sql } from '../platform/sql.ts';
import { ACCESS_TOKEN_SECONDS, CLOCK_TOLERANCE_S } from './limits.ts';

/** Something that was done to what identity keeps, for the audit. */
export type IdentityAct = {
  /** `sign-in`, `client-import` … */
  readonly interaction: string;
  readonly at: Date;
  readonly outcome: string;
  readonly userId?: string | null;
  readonly roleProfile?: string | null;
  readonly organisation?: string | null;
  readonly asid?: string | null;
  readonly session?: string | null;
};

/** An `insert` of the audit line, as a part of the statement that does it [DESIGN D1]. */
export function auditLine(act: IdentityAct): Sql {
  return sql`insert into platform.audit
      (at, interaction, request_id, user_id, role_profile, organisation, asid, session, source_address, outcome)
    select ${auditValues(act)}`;
}

/** The same for each row of a part that has a column `session`, and perhaps `user_id`. */
export function auditLines(act: IdentityAct, part: Sql): Sql {
  return sql`insert into platform.audit
      (at, interaction, request_id, user_id, session, source_address, outcome)
    select ${act.at}::timestamptz, ${act.interaction}::text, gen_random_uuid(), user_id, session::text,
      ${sourceAddress()}::text, ${act.outcome}::text from ${part}`;
}

function auditValues(act: IdentityAct): Sql {
  return sql`${act.at}::timestamptz, ${act.interaction}::text, gen_random_uuid(), ${act.userId ?? null}::text,
    ${act.roleProfile ?? null}::text, ${act.organisation ?? null}::text, ${act.asid ?? null}::text,
    ${act.session ?? null}::text, ${sourceAddress()}::text, ${act.outcome}::text`;
}

const LONGEST_TOKEN_S = ACCESS_TOKEN_SECONDS + CLOCK_TOLERANCE_S;

export type RevocationKind = 'client' | 'role' | 'session' | 'token' | 'user';

/**
 * An `insert` that revokes what was issued before `at`; `values` has a row for each, and the value in its first
 * column. `from`: a time from which on it counts, of a column of the row or not; what is revoked already stays so.
 */
export function revocationOf(
  kind: RevocationKind,
  values: Sql,
  at: Date,
  from: Sql = sql`'-infinity'::timestamptz`,
): Sql {
  return sql`insert into identity.revocation as r (kind, value, issued_before, from_at, until)
    select ${kind}::text, v.value, ${at}::timestamptz, ${from},
      greatest(${at}::timestamptz, ${from}) + make_interval(secs => ${2 * LONGEST_TOKEN_S})
    from (${values}) as v(value)
    on conflict (kind, value) do update set issued_before = excluded.issued_before, recorded_at = now(),
      until = greatest(r.until, excluded.until),
      from_at = case when r.until < ${at}::timestamptz then excluded.from_at
        else least(r.from_at, excluded.from_at) end`;
}
