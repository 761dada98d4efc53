import { fail, ok, type Result } from '../../kernel/result.ts';
import { NOMINATION_URLS, URLS } from '../codes.ts';
import { at, isMap, isSame, type Json, type JsonMap, listAt, mapsAt, textAt } from '../json.ts';
import { invalidUpdate, invalidValue, type Refusal } from '../outcome.ts';
import { pythonText } from '../python.ts';

const OPS = ['add', 'replace', 'remove', 'test'] as const;

/** One step of a change [PDS 6.1]. */
export type Patch = {
  readonly op: (typeof OPS)[number];
  readonly path: string;
  /** The path, taken apart. */
  readonly steps: readonly string[];
  readonly value: Json | undefined;
};

/** What a patch may begin with, and which of it are lists. */
const LISTS = ['name', 'address', 'telecom', 'contact', 'generalPractitioner', 'extension'];
const PROPERTIES = [
  ...LISTS,
  'gender',
  'birthDate',
  'multipleBirthInteger',
  'deceasedDateTime',
  'managingOrganization',
];
const PATCHES_MAX = 100; // more than the longest form changes

/** Reads `{"patches": […]}` as far as that can be done without the record; in the order of the contract [PDS 6.1]. */
export function readPatches(body: Json): Result<readonly Patch[], Refusal> {
  const list = listAt(body, 'patches');
  if (list.length === 0) return fail(invalidUpdate('No patches found'));
  if (list.length > PATCHES_MAX) return fail(invalidUpdate(`More than ${PATCHES_MAX} patches`));
  const patches: Patch[] = [];
  for (const [place, one] of list.entries()) {
    const op = OPS.find((name) => name === at(one, 'op'));
    if (op === undefined) return fail(invalidValue(pythonText(at(one, 'op')), `${place}/op`));
    const path = textAt(one, 'path');
    const isPath = path.startsWith('/');
    if (!isPath) return fail(invalidValue(pythonText(at(one, 'path')), `${place}/path`));
    const value = at(one, 'value');
    if (op !== 'remove' && value === undefined) {
      return fail({ code: 'MISSING_VALUE', diagnostics: `Missing value - '${place}/value'` });
    }
    patches.push({ op, path, steps: path.slice(1).split('/').map(unescaped), value });
  }
  const fault = propertyFault(patches) ?? identityFault(patches) ?? removalFault(patches);
  return fault === null ? ok(patches) : fail(fault);
}

function unescaped(step: string): string {
  return step.replaceAll('~1', '/').replaceAll('~0', '~');
}

function propertyFault(patches: readonly Patch[]): Refusal | null {
  const property = patches
    .map(({ steps }) => steps[0] ?? '')
    .find((step) => !PROPERTIES.includes(step) || step === 'managingOrganization');
  return property === undefined
    ? null
    : invalidUpdate(`Update unsupported for resource - '${property}'`);
}

const INDEX = /^(0|[1-9]\d{0,3})$/;

/** The item of a list that a path is about, as `/name/0`; null when it is about none. */
export function rootOf({ steps }: Patch): string | null {
  const [property = '', index = ''] = steps;
  return LISTS.includes(property) && INDEX.test(index) ? `/${property}/${index}` : null;
}

/** Who changes an item of a list says which one it is [PDS 6.1]. */
function identityFault(patches: readonly Patch[]): Refusal | null {
  const named = new Set(
    patches.flatMap((patch) => (identityIn(patch) === null ? [] : [rootOf(patch)])),
  );
  const tested = new Set<string | null>();
  for (const patch of patches) {
    const root = rootOf(patch);
    if (patch.op === 'test') tested.add(root);
    if (root === null || patch.op === 'test') continue;
    const isItem = patch.steps.length === 2;
    const isPart = patch.op === 'remove' && !isItem;
    const isSub = isSubExtension(patch);
    if (isPart && !tested.has(root) && !named.has(root)) return noIdentity(root);
    if (patch.op !== 'remove' && !named.has(root) && !isSub) return noIdentity(root);
  }
  return null;
}

function noIdentity(root: string): Refusal {
  return invalidUpdate(`no id or url found for path with root ${root}`);
}

/** The id or url by which an add or a replace names its item; null when it names none. */
export function identityIn({ op, steps, value }: Patch): string | null {
  if (op !== 'add' && op !== 'replace') return null;
  if (steps.length === 3 && (steps[2] === 'id' || steps[2] === 'url')) return pythonText(value);
  if (steps.length !== 2 || !isMap(value)) return null;
  return textAt(value, 'id') || textAt(value, 'url') || null;
}

/** A whole part of an extension, with its url [PDS 6.1]. */
function isSubExtension({ op, steps, value }: Patch): boolean {
  const isWhole = steps.length === 4 && steps[0] === 'extension' && steps[2] === 'extension';
  return isWhole && op !== 'remove' && isMap(value) && 'url' in value;
}

function removalFault(patches: readonly Patch[]): Refusal | null {
  for (const [place, patch] of patches.entries()) {
    if (patch.op !== 'remove' || patch.steps.length !== 2 || rootOf(patch) === null) continue;
    const before = patches[place - 1];
    const equivalents = [patch.path, `${patch.path}/id`, `${patch.path}/url`];
    if (before?.op === 'test' && equivalents.includes(before.path)) continue;
    const instead =
      before === undefined
        ? 'it is the first item'
        : `it is preceded by ${before.op} '${before.path}'`;
    return invalidUpdate(
      `removal '${patch.path}' is not immediately preceded by equivalent test - instead ${instead}`,
    );
  }
  return null;
}

const OWN_URLS: readonly string[] = [...NOMINATION_URLS, URLS.communication, URLS.birthPlace];
const NOT_OWN = invalidUpdate(
  'This user does not have permission to update the fields in the patches provided.',
);

/** What patients may not ask for of their own record; null when they may ask for all of it [PDS 6.6]. */
export function ownPatchFault(patches: readonly Patch[]): Refusal | null {
  return patches.every(isOwnPatch) ? null : NOT_OWN;
}

/** Whoever adds or replaces gives the whole object. */
function isOwnPatch({ op, steps, value }: Patch): boolean {
  const [property = ''] = steps;
  if (property === 'address' || property === 'contact') return true;
  if (property !== 'telecom' && property !== 'extension') return false;
  return op === 'remove' || op === 'test' || (steps.length === 2 && isMap(value));
}

/** What patches came to, as places in a list move while they are applied: items that patients may not touch [PDS 6.6]. */
export function ownChangeFault(before: JsonMap, after: JsonMap): Refusal | null {
  const isOwn =
    touched(before, after, 'telecom').every(isOwnTelecom) &&
    touched(before, after, 'extension').every((one) => OWN_URLS.includes(textAt(one, 'url')));
  return isOwn ? null : NOT_OWN;
}

/** As they were and as they are. */
function touched(before: JsonMap, after: JsonMap, list: string): JsonMap[] {
  const [was, is] = [mapsAt(before, list), mapsAt(after, list)];
  const missingIn = (others: readonly JsonMap[]) => (one: JsonMap) =>
    !others.some((other) => isSame(one, other));
  return [...was.filter(missingIn(is)), ...is.filter(missingIn(was))];
}

function isOwnTelecom(point: Json): boolean {
  return textAt(point, 'use') === 'mobile' || textAt(point, 'system') === 'email';
}
