import type {
  Bundle,
  OperationOutcome,
  Organization,
  Parameters,
  ParametersParameter,
  PractitionerRole,
} from 'fhir/r4';

import type { Issue } from '../../../gateways/fhir/operation-outcome.ts';
import { instantOf } from '../../../kernel/instant.ts';
import { fail, ok, type Result } from '../../../kernel/result.ts';
import { derivedUuid, type Uuid } from '../../../kernel/uuid.ts';
import { type Dispenser, readDispenser } from '../../fhir/dispenser.ts';
import { readOds } from '../../fhir/party.ts';
import { inTranslation, type Refusal } from '../../fhir/refusal.ts';
import { invalidIssue, invalidValue, onlyOne, type Rule } from '../../fhir/rules.ts';
import { ID } from '../../fhir/systems.ts';
import type { Release } from './decide.ts';
import { HELD } from './held.ts';
import { fhirTime } from './released-prescription.ts';

/** Rules of a release request, in their order [EPS-FHIR 5.3]. */
export const releaseRules: readonly Rule<Parameters>[] = [hasOwner, agentIsNamed];

function hasOwner(parameters: Parameters): Issue[] {
  return named(parameters, 'owner') === undefined ? [invalidIssue(NO_OWNER)] : [];
}

function agentIsNamed(parameters: Parameters): Issue[] {
  const agent = agentOf(parameters);
  if (agent === null) return [];
  return [
    ...(agent.practitioner?.reference === undefined ? [] : [invalidIssue(BY_REFERENCE)]),
    ...((agent.telecom?.length ?? 0) > 0 ? [] : [invalidIssue(NO_TELECOM)]),
  ];
}

const NO_OWNER = 'Required parameter owner is missing.';
const BY_REFERENCE =
  'Parameters.parameter("agent").resource.practitioner populated incorrectly. Please populate with Identifier and Display.';
const NO_TELECOM = 'Required field Parameters.parameter("agent").resource.telecom is missing.';

/** The id asked for; null in a nominated release. */
export function wantedId(parameters: Parameters): string | null {
  const wanted = named(parameters, 'group-identifier');
  return wanted === undefined ? null : (wanted.valueIdentifier?.value ?? '');
}

export function readRelease(
  parameters: Parameters,
  requestId: Uuid,
  at: Date,
): Result<Release, Refusal> {
  const told = readReleaser(parameters);
  if (!told.ok) return fail(inTranslation(told.error));
  const { person, organisation } = told.value;
  const ods = readOds(organisation);
  if (!ods.ok) return ods;
  const dispenser = { person, organisation: { ...organisation, ods: ods.value } };
  const by = wantedId(parameters) === null ? 'nomination' : 'id';
  const releaseId = derivedUuid('release response', requestId);
  return ok({ by, dispenser, releaseId, at: instantOf(at) });
}

/** The pharmacy that asks, all of it in the request [EPS-FHIR 4.4]. */
export function readReleaser(parameters: Parameters): Result<Dispenser, Issue> {
  const repeated = repeatedName(parameters);
  if (repeated !== null) return fail(repeated);
  const owner = ownerOf(parameters);
  const agent = agentOf(parameters);
  if (owner === null) return fail(notFound(parameters, 'owner'));
  if (agent === null) return fail(notFound(parameters, 'agent'));
  return readDispenser(agent, owner);
}

function notFound(parameters: Parameters, name: string): Issue {
  const isThere = named(parameters, name) !== undefined;
  const fault = isThere ? 'has wrong resourceType' : 'not found';
  return invalidValue(`Parameter with name ${name} ${fault}`, null);
}

/** Two owners, or two prescriptions: nobody can say which is meant [EPS-FHIR 5.4]. */
function repeatedName({ parameter = [] }: Parameters): Issue | null {
  for (const name of ['owner', 'agent', 'group-identifier']) {
    const found = parameter.filter((one) => one.name === name);
    if (found.length <= 1) continue;
    const only = onlyOne(found, 'Parameters.parameter', `name == '${name}'`);
    if (!only.ok) return only.error;
  }
  return null;
}

function named(parameters: Parameters, name: string): ParametersParameter | undefined {
  return parameters.parameter?.find((parameter) => parameter.name === name);
}

function ownerOf(parameters: Parameters): Organization | null {
  const resource = named(parameters, 'owner')?.resource;
  return resource?.resourceType === 'Organization' ? resource : null;
}

function agentOf(parameters: Parameters): PractitionerRole | null {
  const resource = named(parameters, 'agent')?.resource;
  return resource?.resourceType === 'PractitionerRole' ? resource : null;
}

/** The answer: what was released, and what failed, each with what is wrong before it [EPS-FHIR 4.5]. */
export function releaseResponse(
  { releaseId, at }: { readonly releaseId: Uuid; readonly at: string },
  {
    passed,
    failed,
    held,
  }: {
    readonly passed: readonly Bundle[];
    readonly failed: readonly (OperationOutcome | Bundle)[];
    /** Of those that were released, the ids of those about which a person must decide. */
    readonly held: readonly string[];
  },
): Parameters {
  const warnings = held.length === 0 ? [] : [{ name: 'warnings', resource: heldOutcome(held) }];
  return {
    resourceType: 'Parameters',
    id: derivedUuid(releaseId, 'parameters'),
    parameter: [
      { name: 'passedPrescriptions', resource: searchset('passed', releaseId, at, passed) },
      { name: 'failedPrescriptions', resource: searchset('failed', releaseId, at, failed) },
      ...warnings,
    ],
  };
}

/** A parameter of its own: whoever knows the two others only is not disturbed [MIGRATION 1]. */
function heldOutcome(held: readonly string[]): OperationOutcome {
  return {
    resourceType: 'OperationOutcome',
    issue: held.map((id) => ({
      severity: 'warning',
      code: 'incomplete',
      diagnostics: `${id}: ${HELD}`,
    })),
  };
}

function searchset(
  name: string,
  releaseId: Uuid,
  at: string,
  resources: readonly (OperationOutcome | Bundle)[],
): Bundle {
  return {
    resourceType: 'Bundle',
    id: derivedUuid(releaseId, name),
    meta: { lastUpdated: fhirTime(at) },
    identifier: { system: ID.message, value: releaseId },
    type: 'searchset',
    total: resources.length,
    entry: resources.map((resource) => ({ fullUrl: `urn:uuid:${resource.id}`, resource })),
  };
}
