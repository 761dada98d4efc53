import { fail, ok, type Result } from '../../kernel/result.ts';
import { copyOf, isMap, isSame, type Json, type JsonMap, mapsAt, textAt } from '../json.ts';
import { forbiddenUpdate, invalidUpdate, type Refusal } from '../outcome.ts';
import { pythonClass, pythonLiteral, pythonText } from '../python.ts';
import { identityIn, type Patch, rootOf } from './patch.ts';

/** The patient as patches leave it, one after the other; refused as soon as one cannot be applied [PDS 6.1]. */
export function applyPatches(
  patient: JsonMap,
  patches: readonly Patch[],
  nextId: () => string,
): Result<JsonMap, Refusal> {
  const early = lineFault(patches) ?? strangerFault(patient, patches);
  if (early !== null) return fail(early);
  const work = copyOf(patient);
  for (const patch of patches) {
    const fault = isMap(work) ? applyOne(work, patch, nextId) : null;
    if (fault !== null) return fail(fault);
  }
  return ok(isMap(work) ? work : {});
}

/** Lines of an address are replaced one by one. */
function lineFault(patches: readonly Patch[]): Refusal | null {
  const whole = patches.find(
    ({ op, steps: [first, , third], steps }) =>
      op === 'replace' && steps.length === 3 && first === 'address' && third === 'line',
  );
  return whole === undefined ? null : notThere('replace', 'line');
}

function notThere(verb: 'replace' | 'remove', name: string): Refusal {
  return invalidUpdate(`Invalid patch - can't ${verb} non-existent object '${name}'`);
}

/** An id, or the url of an extension, that no item has. */
function strangerFault(patient: JsonMap, patches: readonly Patch[]): Refusal | null {
  for (const patch of patches) {
    const identity = rootOf(patch) === null ? null : identityIn(patch);
    const [property = ''] = patch.steps;
    const items = mapsAt(patient, property);
    const isKnown = items.some((item) =>
      [textAt(item, 'id'), textAt(item, 'url')].includes(identity ?? ''),
    );
    if (identity !== null && !isKnown) {
      return stranger(property, identity);
    }
  }
  return null;
}

function stranger(property: string, identity: string): Refusal {
  return invalidUpdate(`no '${property}' resources with object id '${identity}'`);
}

function applyOne(work: JsonMap, patch: Patch, nextId: () => string): Refusal | null {
  const { op, steps, value } = patch;
  const [property = ''] = steps;
  if (op === 'add' && steps.length === 2 && rootOf(patch) !== null) {
    return invalidUpdate(`Invalid patch - items are added to '/${property}/-' only`);
  }
  if (op === 'add' && steps.length === 2 && work[property] === undefined) work[property] = [];
  const parent = parentOf(work, patch);
  if (!parent.ok) return parent.error;
  const last = steps.at(-1) ?? '';
  const given = copyOf(value);
  if (op === 'test') return testFault(parent.value, last, given);
  if (op === 'add' && steps.length === 2 && last === '-')
    return addItem(parent.value, given, nextId);
  if (steps.length === 3 && (last === 'id' || last === 'url')) {
    return isMap(parent.value) && parent.value[last] === given
      ? null
      : stranger(property, pythonText(given));
  }
  if (op === 'replace' && steps.length === 2) return replaceItem(parent.value, patch, given);
  return put(parent.value, last, op, given);
}

/** Another value for an item, which stays the one that it is. */
function replaceItem(list: Json, { steps }: Patch, value: Json): Refusal | null {
  const [property = '', index = ''] = steps;
  if (!isMap(value)) return invalidUpdate('Invalid patch - no object to replace');
  const old = memberOf(list, index);
  const name = textAt(old, 'id') === '' ? 'url' : 'id';
  const identity = textAt(old, name);
  if (identity !== '' && name in value && value[name] !== identity) {
    return stranger(property, pythonText(value[name]));
  }
  return put(list, index, 'replace', identity === '' ? value : { ...value, [name]: identity });
}

function addItem(list: Json, value: Json, nextId: () => string): Refusal | null {
  if (!Array.isArray(list) || !isMap(value))
    return invalidUpdate('Invalid patch - no object to add');
  const { id: _theirs, ...item } = value;
  list.push('url' in item ? item : { id: nextId(), ...item });
  return null;
}

/** What holds the member or item that a path ends with. A list that is not there yet is begun by an addition. */
function parentOf(work: JsonMap, { op, steps }: Patch): Result<Json, Refusal> {
  let here: Json = work;
  for (const [place, step] of steps.slice(0, -1).entries()) {
    const next = memberOf(here, step);
    const isLast = place === steps.length - 2;
    const isBegun = op === 'add' && isLast && isMap(here) && /^(-|0)$/.test(steps.at(-1) ?? '');
    if (next === undefined && isBegun && isMap(here)) here[step] = [];
    const found: Json | undefined = next ?? memberOf(here, step);
    if (found === undefined) {
      if (op === 'remove') return fail(notThere('remove', steps.at(-1) ?? ''));
      return fail(Array.isArray(here) ? outOfBounds(step) : missing(here, step));
    }
    here = found;
  }
  return ok(here);
}

function memberOf(value: Json, step: string): Json | undefined {
  if (Array.isArray(value)) return /^\d+$/.test(step) ? value[Number(step)] : undefined;
  return isMap(value) && Object.hasOwn(value, step) ? value[step] : undefined;
}

function outOfBounds(index: string): Refusal {
  return invalidUpdate(`Invalid patch - index '${index}' is out of bounds`);
}

function missing(holder: Json, name: string): Refusal {
  return invalidUpdate(`Invalid patch - member '${name}' not found in ${pythonLiteral(holder)}`);
}

function testFault(parent: Json, last: string, tested: Json): Refusal | null {
  const actual = memberOf(parent, last);
  if (actual === undefined)
    return Array.isArray(parent) ? outOfBounds(last) : missing(parent, last);
  if (isSame(actual, tested)) return null;
  const told = (value: Json): string => `${pythonText(value)} (<class '${pythonClass(value)}'>)`;
  return invalidUpdate(
    `Invalid patch - ${told(actual)} is not equal to tested value ${told(tested)}`,
  );
}

function put(parent: Json, last: string, op: Patch['op'], value: Json): Refusal | null {
  if (Array.isArray(parent)) return putInList(parent, last, op, value);
  if (!isMap(parent)) return invalidUpdate(`Invalid patch - nothing can be put at '${last}'`);
  const isThere = Object.hasOwn(parent, last);
  if (op === 'remove') {
    if (!isThere) return notThere('remove', last);
    delete parent[last];
    return null;
  }
  if (op === 'replace' && !isThere) return notThere('replace', last);
  // An own member whatever its name: `__proto__` is one that no rule knows.
  Object.defineProperty(parent, last, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  });
  return null;
}

function putInList(list: Json[], last: string, op: Patch['op'], value: Json): Refusal | null {
  const index = last === '-' ? list.length : /^\d{1,4}$/.test(last) ? Number(last) : Number.NaN;
  const most = op === 'add' ? list.length : list.length - 1;
  if (!(index <= most)) return op === 'remove' ? notThere('remove', last) : outOfBounds(last);
  if (op === 'add') list.splice(index, 0, value);
  else if (op === 'replace') list[index] = value;
  else list.splice(index, 1);
  return null;
}

/** What nobody takes out of a record by this interface; told as soon as it is asked for [PDS 6.2]. */
export function removalRefusal(patches: readonly Patch[]): Refusal | null {
  const field = patches.find(
    ({ op, steps }) => op === 'remove' && steps.length === 1 && KEPT.includes(steps[0] ?? ''),
  )?.steps[0];
  return field === undefined ? null : forbiddenUpdate(`source not permitted to remove '${field}'`);
}

const KEPT = ['gender', 'birthDate', 'deceasedDateTime'];
