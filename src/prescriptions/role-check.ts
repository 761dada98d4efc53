import { type Actor, type Interaction, may } from '../identity/index.ts';
import type { Settings } from './settings.ts';

/**
 * In strict mode a user does only what their role allows, by any of these; an application by itself has no
 * role [IDENTITY 1.5]. Null: they may; else what would do.
 */
export function missingActivities(
  { userId, role }: Pick<Actor, 'userId' | 'role'>,
  { roleCheck }: Settings,
  acts: readonly Interaction[],
): readonly string[] | null {
  if (roleCheck === 'compatible' || userId === null || acts.length === 0) return null;
  const refusals = acts.map((act) => may(role ?? NO_ROLE, act));
  if (refusals.some(({ ok }) => ok)) return null;
  return [...new Set(refusals.flatMap((refusal) => (refusal.ok ? [] : refusal.error.anyOf)))];
}

const NO_ROLE = { jobRole: '', activities: [] };

/** In the words of every door. */
export function roleWords(missing: readonly string[]): string {
  return `The role profile has none of the activities ${missing.join(', ')}.`;
}
