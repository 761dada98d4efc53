import type { Base, FhirRequest } from '../../gateways/fhir/interaction.ts';
import type { Issue } from '../../gateways/fhir/operation-outcome.ts';
import type { Interaction } from '../../identity/index.ts';
import { missingActivities, roleWords } from '../role-check.ts';
import type { Settings } from '../settings.ts';

export type Half = 'Prescribing' | 'Dispensing' | 'Tracker';

const LEGACY_API = 'electronic-prescription-service-api';

/** What an application may do by itself: on the legacy base only a nominated release and the tracker, on the new one any release [EPS-FHIR 3]. */
export type Needs = {
  readonly half: Half;
  readonly release?: 'nominated' | 'patient';
  /** What a user's role must allow, any of these; absent: whoever is signed in. */
  readonly acts?: readonly Interaction[];
};

/** The checks of scope and role, which speak alone and before the rules [EPS-FHIR 5.3]; null when the caller may go on. */
export function scopeIssue(request: FhirRequest, settings: Settings, needs: Needs): Issue | null {
  return scopeProblem(request, settings, needs) ?? roleIssue(request, settings, needs.acts ?? []);
}

/** The check of the role alone, as the issue of it. */
export function roleIssue(
  { actor }: FhirRequest,
  settings: Settings,
  acts: readonly Interaction[],
): Issue | null {
  const missing = missingActivities(actor, settings, acts);
  return missing === null ? null : forbidden(roleWords(missing));
}

function scopeProblem(request: FhirRequest, { switchedOff }: Settings, needs: Needs): Issue | null {
  if (switchedOff.includes(needs.half)) {
    const diagnostics = `${needs.half} functionality is disabled.`;
    return { severity: 'fatal', code: 'not-supported', diagnostics };
  }
  const { scopes } = request.actor;
  const has = (scope: string): boolean => scopes.has(`urn:nhsd:apim:${scope}`);
  const isUser = userScopes(request.base, needs.half).some(has);
  if (isUser) return null;
  const isApplication = applicationScopes(request.base, needs.half).some(has);
  if (isApplication && applicationMay(request.base, needs)) return null;
  return isApplication
    ? forbidden(
        `${needs.half} functionality can only be accessed using the user-restricted access mode.`,
      )
    : forbidden(
        `Your app does not have permission to access ${needs.half.toLowerCase()} functionality.`,
      );
}

function userScopes(base: Base, half: Half): string[] {
  const word = half.toLowerCase();
  // The tracker is no part of the new bases: there nobody has its scope.
  if (base === 'legacy') return [`user-nhs-id:aal3:${LEGACY_API}:${word}`];
  return half === 'Tracker' || base !== word ? [] : [`user-nhs-id:aal3:fhir-${word}`];
}

function applicationScopes(base: Base, half: Half): string[] {
  const word = half.toLowerCase();
  if (base === 'legacy') return [`app:level3:${LEGACY_API}:${word}`];
  return half === 'Dispensing' ? ['app:level3:fhir-dispensing'] : [];
}

function applicationMay(base: Base, needs: Needs): boolean {
  if (needs.half === 'Tracker') return true;
  if (needs.release === undefined) return false;
  return base === 'dispensing' || needs.release === 'nominated';
}

function forbidden(diagnostics: string): Issue {
  return { severity: 'fatal', code: 'forbidden', diagnostics };
}
