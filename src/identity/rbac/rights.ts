import { fail, ok, type Result } from '../../kernel/result.ts';
import { ACTIVITIES } from './activities.ts';
import { roleOf } from './job-roles.ts';
import { type Interaction, NEEDS } from './needs.ts';

/** The part of a role profile that rights hang on. */
export type Role = {
  readonly jobRole: string;
  /** Those that were given to it. */
  readonly activities: readonly string[];
};

export type RightsRefusal = {
  readonly kind: 'ActivityMissing';
  readonly interaction: Interaction;
  /** One of these would do. */
  readonly anyOf: readonly string[];
};

/** Whether somebody in this role may do it; else, what they lack [IDENTITY 1.5]. */
export function may(role: Role, interaction: Interaction): Result<null, RightsRefusal> {
  const { anyOf, isGivenOnly = false } = NEEDS[interaction];
  if (anyOf.length === 0) return ok(null);
  const held = isGivenOnly ? new Set(role.activities) : effectiveActivities(role);
  return anyOf.some((code) => held.has(code))
    ? ok(null)
    : fail({ kind: 'ActivityMissing', interaction, anyOf });
}

/** Baseline of the job role, what was given to the profile, and all that these include [IDENTITY 1.5]. */
export function effectiveActivities({ jobRole, activities }: Role): ReadonlySet<string> {
  const role = roleOf(jobRole);
  const baseline = CODES.filter((code) => ACTIVITIES[code]?.baseline.includes(role) === true);
  const held = new Set([...baseline, ...activities]);
  // A set is walked to its end, also to what was added on the way: inclusion is transitive.
  for (const code of held) for (const parent of INCLUDED_IN.get(code) ?? []) held.add(parent);
  return held;
}

const CODES = Object.keys(ACTIVITIES);
const INCLUDED_IN = includedIn();

/** By an activity, those that it lets its holder do besides. */
function includedIn(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const [code, { heldThrough }] of Object.entries(ACTIVITIES)) {
    for (const child of heldThrough) found.set(child, [...(found.get(child) ?? []), code]);
  }
  return found;
}
