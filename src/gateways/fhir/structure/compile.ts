/**
 * The table of HL7's definitions, turned into check functions once, at load: a message then costs
 * one map look-up and one call for each of its members.
 */
import { assure } from '../../../kernel/bug.ts';
import type { JsonObject } from '../json.ts';
import { isJsonObject } from '../json.ts';
import { checkCode } from './code-systems.ts';
import definitions from './definitions.generated.json' with { type: 'json' };
import { ISSUES_MAX, kindOf, maximum, minimum, nameHere, report, safeName } from './issues.ts';
import { STRUCTURE_STEPS_MAX, type Walk } from './issues.ts';
import type { Fault } from './primitives.ts';
import { PRIMITIVES } from './primitives.ts';

type CheckValue = (value: unknown, walk: Walk) => void;

type Member = {
  readonly name: string;
  /** The element as defined: `value[x]` for `valueString`. */
  readonly defined: string;
  readonly isList: boolean;
  readonly isPrimitive: boolean;
  /** One bit for each element that must be there or that may be there in one form only; else 0. */
  readonly bit: number;
  readonly check: CheckValue;
};

type Type = {
  readonly name: string;
  readonly profile: string;
  readonly isResource: boolean;
  readonly members: Map<string, Member>;
  readonly required: { readonly bit: number; readonly path: string }[];
  readonly choices: { bits: number };
  requiredBits: number;
};

type Row = readonly (string | number)[];
type Table = { readonly base: string | null; readonly elements: Readonly<Record<string, Row>> };
type Codes = { readonly title: string; readonly codes: readonly string[] };

const tables: Readonly<Record<string, Table>> = definitions.types;
const valueSets: Readonly<Record<string, Codes>> = definitions.valueSets;
const resources: ReadonlySet<string> = new Set(definitions.resources);
/** Every name of R4: a resource that EPS does not use is the business of a later rule. */
const knownNames: ReadonlySet<string> = new Set(
  valueSets['http://hl7.org/fhir/ValueSet/all-types|4.0.1']?.codes,
);
const types = new Map<string, Type>();
for (const name of Object.keys(tables)) types.set(name, emptyType(name));
for (const [name, table] of Object.entries(tables)) fill(name, table);

export function isOtherResource(resourceType: string): boolean {
  return knownNames.has(resourceType) && !types.has(resourceType) && !PRIMITIVES.has(resourceType);
}

export function checkResource(value: unknown, walk: Walk): void {
  if (!isJsonObject(value)) {
    report(
      walk,
      'This_property_must_be_an_object',
      `Resource must be an object, not ${kindOf(value)}`,
    );
    return;
  }
  const resourceType = value['resourceType'];
  if (typeof resourceType !== 'string') {
    const words = 'Unable to find resourceType property';
    report(walk, 'Unable_to_find_resourceType_property', words);
    return;
  }
  const type = resources.has(resourceType) ? types.get(resourceType) : undefined;
  if (type === undefined) {
    const name = safeName(resourceType);
    const words = `This does not appear to be a FHIR resource (unknown name ${name})`;
    report(walk, 'This_does_not_appear_to_be_a_FHIR_resource_unknown_name', words);
    return;
  }
  walk.path[walk.depth] = walk.depth === 0 ? resourceType : `.ofType(${resourceType})`;
  walk.depth += 1;
  checkObject(type, value, walk);
  walk.depth -= 1;
}

function checkObject(type: Type, value: unknown, walk: Walk): void {
  if (!isJsonObject(value)) {
    const words = `The property ${nameHere(walk)} must be an Object, not ${kindOf(value)}`;
    report(walk, 'The_property__must_be_an_Object_not_', words);
    return;
  }
  if (walk.issues.length >= ISSUES_MAX) return;
  if (walk.depth > STRUCTURE_STEPS_MAX)
    return report(walk, 'Too_deep', 'Elements are nested too deep');
  const seen = checkMembers(type, value, walk);
  if ((seen & type.requiredBits) !== type.requiredBits) reportMissing(type, seen, walk);
  if (type.name === 'Extension') checkExtension(value, walk);
  if (type.name === 'Coding') checkCode(value, walk);
}

/** Answers the bits of the elements found. */
function checkMembers(type: Type, object: JsonObject, walk: Walk): number {
  let seen = 0;
  let members = 0;
  for (const name of Object.keys(object)) {
    const member = type.members.get(name);
    if (member === undefined) {
      checkOtherMember(type, object, name, walk);
      members += 1;
      continue;
    }
    if ((seen & member.bit & type.choices.bits) !== 0) reportChoice(type, member, walk);
    seen |= member.bit;
    if (name !== 'id' || type.isResource) members += 1;
    checkMember(member, object, walk);
  }
  for (const { bit } of type.required) if (hasSiblingOnly(type, object, seen, bit)) seen |= bit;
  if (members === 0) report(walk, 'Object_must_have_some_content', 'Object must have some content');
  return seen;
}

function checkMember(member: Member, object: JsonObject, walk: Walk): void {
  const value = object[member.name];
  const { depth } = walk;
  walk.path[depth] = member.name;
  walk.depth = depth + 1;
  if (!member.isList) member.check(value, walk);
  else if (Array.isArray(value)) checkItems(member, value, object, walk);
  else {
    const words = `This property must be an Array, not ${kindOf(value)}`;
    report(walk, 'This_property_must_be_an_Array_not_', words);
  }
  walk.depth = depth;
}

function checkItems(member: Member, items: unknown[], object: JsonObject, walk: Walk): void {
  if (items.length === 0) {
    const words = 'Array cannot be empty - the property should not be present if it has no values';
    report(walk, 'Array_cannot_be_empty', words);
    return;
  }
  const { depth } = walk;
  walk.depth = depth + 1;
  for (let i = 0; i < items.length; i += 1) {
    if (walk.issues.length >= ISSUES_MAX) break;
    walk.path[depth] = i;
    // A list of primitives may have a hole where only an extension stands [FHIR-R4 json].
    if (items[i] === null && hasSiblingItem(member, object, i)) continue;
    member.check(items[i], walk);
  }
  walk.depth = depth;
}

function hasSiblingItem(member: Member, object: JsonObject, index: number): boolean {
  if (!member.isPrimitive) return false;
  const siblings = object[`_${member.name}`];
  return Array.isArray(siblings) && isJsonObject(siblings[index]);
}

/** `_name` beside a primitive, `resourceType` of a resource, or nothing FHIR knows. */
function checkOtherMember(type: Type, object: JsonObject, name: string, walk: Walk): void {
  if (name === 'resourceType' && type.isResource) return;
  const member = name.startsWith('_') ? type.members.get(name.slice(1)) : undefined;
  const element = types.get('Element');
  if (member === undefined || !member.isPrimitive || element === undefined) {
    report(walk, 'Unrecognised_property_', `Unrecognised property ${safeName(name)}`);
    return;
  }
  const sibling: Member = {
    name,
    defined: name,
    isPrimitive: false,
    isList: member.isList,
    bit: 0,
    check: (value, at) => {
      if (value !== null || !member.isList) checkObject(element, value, at);
    },
  };
  checkMember(sibling, object, walk);
}

function hasSiblingOnly(type: Type, object: JsonObject, seen: number, bit: number): boolean {
  if ((seen & bit) !== 0) return false;
  for (const member of type.members.values()) {
    if (member.bit === bit && isJsonObject(object[`_${member.name}`])) return true;
  }
  return false;
}

function reportMissing(type: Type, seen: number, walk: Walk): void {
  for (const { bit, path } of type.required) {
    if ((seen & bit) !== 0) continue;
    report(walk, 'Validation_VAL_Profile_Minimum', minimum(path, type.profile));
  }
}

function reportChoice(type: Type, member: Member, walk: Walk): void {
  // Two medications are a rule's to refuse, in its own words [EPS-FHIR 5.3].
  if (member.defined === 'medication[x]') return;
  const words = maximum(`${type.name}.${member.defined}`, 2, type.profile);
  report(walk, 'Validation_VAL_Profile_Maximum', words);
}

/** ext-1 [FHIR-R4 extensibility]. */
function checkExtension(object: JsonObject, walk: Walk): void {
  const hasValue = Object.keys(object).some((name) => /^_?value[A-Z]/.test(name));
  if (hasValue !== (object['extension'] !== undefined)) return;
  const url = 'http://hl7.org/fhir/StructureDefinition/Extension';
  const words = `ext-1: 'Must have either extensions or value[x], not both' (defined in ${url})`;
  report(walk, `${url}#ext-1`, `Constraint failed: ${words}`);
}

function emptyType(name: string): Type {
  const root = name.split('.')[0] ?? name;
  return {
    name,
    profile: `http://hl7.org/fhir/StructureDefinition/${root}|4.0.1`,
    isResource: resources.has(name),
    members: new Map(),
    required: [],
    choices: { bits: 0 },
    requiredBits: 0,
  };
}

function fill(name: string, table: Table): void {
  const type = types.get(name);
  if (type === undefined) return;
  let nextBit = 1;
  for (const [defined, row] of Object.entries(allElements(table))) {
    const isChoice = defined.endsWith('[x]');
    const isRequired = row[0] === 1;
    const bit = isChoice || isRequired ? nextBit : 0;
    if (bit !== 0) nextBit *= 2;
    assure(nextBit <= 2 ** 30, `${name} has more elements to count than an integer has bits`);
    if (isChoice) type.choices.bits |= bit;
    if (isRequired) {
      type.requiredBits |= bit;
      type.required.push({ bit, path: `${name}.${defined}` });
    }
    for (const code of String(row[2]).split(' ')) addMember(type, { defined, row, code, bit });
  }
}

type Part = {
  readonly defined: string;
  readonly row: Row;
  readonly code: string;
  readonly bit: number;
};

function addMember(type: Type, { defined, row, code, bit }: Part): void {
  const name = defined.replace('[x]', `${code.charAt(0).toUpperCase()}${code.slice(1)}`);
  const isPrimitive = PRIMITIVES.has(code);
  const check = checkOf(code, row[3]);
  type.members.set(name, { name, defined, isPrimitive, isList: row[1] === 0, bit, check });
}

function allElements(table: Table): Record<string, Row> {
  const base = table.base === null ? undefined : tables[table.base];
  return { ...(base === undefined ? {} : allElements(base)), ...table.elements };
}

function checkOf(code: string, valueSet: string | number | undefined): CheckValue {
  if (code === 'Resource') return checkResource;
  const primitive = PRIMITIVES.get(code);
  if (primitive !== undefined) {
    return typeof valueSet === 'string' ? bound(primitive, valueSet) : plain(primitive);
  }
  const type = types.get(code);
  if (type === undefined) return () => undefined;
  return (value, walk) => checkObject(type, value, walk);
}

function plain(primitive: (value: unknown) => Fault | null): CheckValue {
  return (value, walk) => {
    const fault = primitive(value);
    if (fault !== null) report(walk, fault.id, fault.text);
  };
}

function bound(primitive: (value: unknown) => Fault | null, valueSet: string): CheckValue {
  const codes = new Set<unknown>(valueSets[valueSet]?.codes);
  const title = valueSets[valueSet]?.title ?? '';
  const named = `the value set '${title}' (${valueSet})`;
  const set = `${named}, and a code is required from this value set`;
  return (value, walk) => {
    if (codes.has(value)) return;
    const fault = primitive(value);
    if (fault !== null) return report(walk, fault.id, fault.text);
    const words = `The value provided (${safeName(String(value))}) is not in ${set}`;
    return report(walk, 'Terminology_TX_NoValid_16', words);
  };
}
