import type { Actor } from '../../gateways/actor.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import type { Refusal } from '../outcome.ts';
import { type ApplicationGrants, MODES, type Mode } from '../reader.ts';

const APPLICATION = 'urn:nhsd:apim:app:level3:';
const API = 'personal-demographics-service';

const SCOPES: Readonly<Record<string, Mode>> = {
  [`urn:nhsd:apim:user-nhs-id:aal3:${API}`]: 'worker',
  [`urn:nhsd:apim:user-nhs-cis2:aal2:${API}`]: 'worker',
  [`urn:nhsd:apim:user-nhs-cis2:aal3:${API}`]: 'worker',
  [`urn:nhsd:apim:user-nhs-login:P9:${API}`]: 'patient',
  [`${APPLICATION}privileged-${API}`]: 'privileged',
  [`${APPLICATION}${API}`]: 'application',
};
const WEAK_SCOPES = ['P5', 'P0'].map((level) => `urn:nhsd:apim:user-nhs-login:${level}:${API}`);

/** Vectors of trust of a person whom NHS login knows well enough [PDS 3]. */
const SURE = ['P9.Cp.Cd', 'P9.Cm', 'P9.Cp.Ck'];

/** What a patient may not do, or may not do with this token [PDS 3]. */
export const PATIENT_CANNOT: Refusal = {
  code: 'ACCESS_DENIED',
  status: 403,
  display: 'Patient cannot perform this action',
  diagnostics:
    'Your access token has insufficient permissions. See documentation regarding Patient access restrictions https://digital.nhs.uk/developer/api-catalogue/personal-demographics-service-fhir',
};

const NO_SCOPE: Refusal = {
  code: 'ACCESS_DENIED',
  status: 403,
  diagnostics:
    'Your app has insufficient permissions to use this operation. Please contact support.',
};

/** In whose name a token speaks [PDS 3]; an application may have been granted that its own counts as a worker's. */
export function modeOf({ scopes }: Actor, grants: ApplicationGrants): Result<Mode, Refusal> {
  const found = Object.entries(SCOPES).find(([scope]) => scopes.has(scope));
  if (found !== undefined) {
    const [, mode] = found;
    return ok(mode === 'application' && grants.update ? 'worker' : mode);
  }
  return fail(WEAK_SCOPES.some((scope) => scopes.has(scope)) ? PATIENT_CANNOT : NO_SCOPE);
}

/** What is asked for, as far as the modes tell it apart. */
export type Wanted =
  | { readonly kind: 'search'; readonly most: string | undefined }
  | { readonly kind: 'read' | 'update'; readonly nhsNumber: string }
  | { readonly kind: 'create' | 'poll' | 'other' }
  /** Null: it names no number. */
  | {
      readonly kind: 'coverage';
      readonly method: 'GET' | 'POST';
      readonly nhsNumber: string | null;
    };

/** What a mode does not allow; null when it does [PDS 3]. */
export function modeRefusal(mode: Mode, actor: Actor, wanted: Wanted): Refusal | null {
  if (mode === 'patient') return patientRefusal(actor, wanted);
  if (wanted.kind === 'coverage') return { ...NO_SCOPE, display: cannot(wanted.method, mode) };
  if (mode === 'worker') return null;
  switch (wanted.kind) {
    case 'search':
      return wanted.most === undefined || wanted.most === '1' ? null : oneResult(mode);
    case 'update':
      return wrongMethod(`Cannot update resource with ${MODES[mode]} access token`);
    case 'create':
      return wrongMethod(`Cannot create resource with ${MODES[mode]} access token`);
    case 'poll':
      return { ...NO_SCOPE, display: cannot('GET', mode) };
    case 'read':
    case 'other':
      return null;
  }
}

function patientRefusal({ patient, vot }: Actor, wanted: Wanted): Refusal | null {
  if (patient === null || vot === null || !SURE.includes(vot)) return PATIENT_CANNOT;
  switch (wanted.kind) {
    case 'search':
    case 'poll':
      return PATIENT_CANNOT;
    case 'create':
      return wrongMethod(`Cannot create resource with ${MODES.patient} access token`);
    case 'read':
    case 'update':
      return wanted.nhsNumber === patient ? null : PATIENT_CANNOT;
    case 'coverage':
      return wanted.nhsNumber === null || wanted.nhsNumber === patient ? null : PATIENT_CANNOT;
    case 'other':
      return null;
  }
}

function cannot(method: string, mode: Mode): string {
  return `Cannot ${method} resource with ${MODES[mode]} access token`;
}

function oneResult(mode: Mode): Refusal {
  return {
    code: 'INVALID_VALUE',
    status: 403,
    issue: 'token',
    display: `Cannot retrieve more than one result with ${MODES[mode]} access token`,
    diagnostics:
      'Your app has insufficient permissions to perform this search. Please contact support.',
  };
}

function wrongMethod(display: string): Refusal {
  const diagnostics =
    'Your app has insufficient permissions to use this method. Please contact support.';
  return { code: 'INVALID_METHOD', display, diagnostics };
}
