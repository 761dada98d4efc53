/** What the contract's FHIR validator checks before any rule of the service [EPS-FHIR 5.2]. */
import type { JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import type { Issue } from '../operation-outcome.ts';
import { checkResource, isOtherResource } from './compile.ts';
import type { Walk } from './issues.ts';
import { newWalk, report, safeName } from './issues.ts';
import { checkMessageDefinition, eventOf } from './message-definition.ts';
import { checkMinimums } from './nhs-minimums.ts';

/** R4 alone: what is wrong with the form of `resource`, at most twenty findings. */
export function checkStructure(resource: unknown, expected?: string): Issue[] {
  const walk = newWalk();
  checkResource(resource, walk);
  const resourceType = isJsonObject(resource) ? resource['resourceType'] : undefined;
  if (expected !== undefined && typeof resourceType === 'string' && resourceType !== expected) {
    const words = `The type ${safeName(resourceType)} is not valid - must be ${expected}`;
    report(walk, 'This_element_does_not_match_any_known_slice_', words);
  }
  return walk.issues;
}

/** All that the validator says of a request body; nothing means that the rules may look at it. */
export function checkMessage(resource: unknown): Issue[] {
  const walk = newWalk();
  if (!isJsonObject(resource)) {
    checkResource(resource, walk);
    return walk.issues;
  }
  const { resourceType } = resource;
  // Valid R4, but no message of this service: refused with other words by the rules [EPS-FHIR 5.3].
  if (typeof resourceType === 'string' && isOtherResource(resourceType)) return [];
  const isBundle = resourceType === 'Bundle';
  const alone = isBundle ? checkMessageDefinition(resource) : [];
  if (alone.length > 0) return alone;
  checkResource(resource, walk);
  if (isBundle) checkEntries(resource, walk);
  else checkAlone(resource, walk);
  return walk.issues;
}

function checkAlone(resource: JsonObject, walk: Walk): void {
  walk.path[0] = String(resource['resourceType']);
  walk.depth = 1;
  checkMinimums(resource, null, walk);
}

function checkEntries(bundle: JsonObject, walk: Walk): void {
  const entries = bundle['entry'];
  const event = eventOf(bundle);
  if (!Array.isArray(entries) || event === null) return;
  walk.path.splice(0, walk.path.length, 'Bundle', 'entry', 0, 'resource', '');
  walk.depth = 5;
  entries.forEach((entry: unknown, index) => {
    const resource = isJsonObject(entry) ? entry['resource'] : undefined;
    if (!isJsonObject(resource)) return;
    walk.path[2] = index;
    walk.path[4] = `.ofType(${String(resource['resourceType'])})`;
    checkMinimums(resource, event, walk);
  });
}
