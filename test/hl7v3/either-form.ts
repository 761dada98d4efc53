import type { Bundle, BundleEntry, FhirResource } from 'fhir/r4';

import { parseXml } from '../../src/gateways/xml/parse-xml.ts';
import { canonicalXml } from '../../src/prescriptions/hl7v3/canonical.ts';

type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };
type Members = { readonly [name: string]: Json };

/**
 * What HL7 V3 has no place for, and so a pharmacy is told of orders only that came by FHIR [EPS-HL7-MAP 3]:
 * how a code is displayed (but for products), which line of an address is the city, spaces in a telephone
 * number, the kind of an address, how long acute items last and until when they are valid, the hour at
 * which a day ends, and whose list a person's code is of. Who answers for a prescription has entries of
 * their own as soon as their code for payment is not the prescriber's code.
 */
export function whatBothTell(bundle: Bundle): Json {
  const entries = bundle.entry ?? [];
  const told = ['MessageHeader', 'CommunicationRequest', 'MedicationRequest', 'Provenance'];
  return entries
    .flatMap(({ resource }) => (resource === undefined ? [] : [resource]))
    .filter(({ resourceType }) => told.includes(resourceType))
    .map((resource) => withReferences(plain(resource), entries));
}

function plain(resource: FhirResource): Members {
  return JSON.parse(JSON.stringify(resource));
}

function isMembers(value: Json): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Each reference as what it names. */
function withReferences(value: Json, entries: readonly BundleEntry[]): Json {
  if (Array.isArray(value)) return value.map((one: Json) => withReferences(one, entries));
  if (!isMembers(value)) return value;
  const { reference } = value;
  if (typeof reference === 'string' && reference.startsWith('urn:uuid:')) {
    const named = entries.find(({ fullUrl }) => fullUrl === reference)?.resource;
    return named === undefined ? reference : withReferences(plain(named), entries);
  }
  const told = said(value);
  return Object.fromEntries(
    Object.keys(told)
      .toSorted()
      .map((name): [string, Json] => [name, withReferences(told[name] ?? null, entries)]),
  );
}

/** An object without what only FHIR says of it. */
function said(value: Members): Members {
  const type = value['resourceType'];
  if (type === 'MessageHeader') return without(value, ['focus']);
  if (type === 'Provenance') return without(value, ['target']);
  if (type === 'Practitioner') return without(value, ['identifier']);
  if (type === 'Organization' && isOwnBody(value)) return without(value, ['partOf']);
  if (type === 'PractitionerRole') return { ...value, identifier: roleProfile(value) };
  if ('postalCode' in value || 'line' in value) return address(value);
  if ('numberOfRepeatsAllowed' in value) return supply(value);
  if (value['system'] === 'phone') return { ...value, value: squeezed(value['value'] ?? null) };
  if (typeof value['data'] === 'string') return { ...value, data: canonical(value['data']) };
  const isProduct = value['system'] === 'http://snomed.info/sct';
  return 'code' in value && !isProduct ? without(value, ['display']) : value;
}

/** One that answers to no other: FHIR may say so, or leave it out. */
function isOwnBody({ name, partOf }: Members): boolean {
  return isMembers(partOf ?? null) && (partOf as Members)['display'] === name;
}

function without(value: Members, names: readonly string[]): Members {
  return Object.fromEntries(Object.entries(value).filter(([name]) => !names.includes(name)));
}

function roleProfile({ identifier }: Members): Json {
  return (Array.isArray(identifier) ? identifier : []).filter(
    (one: Json) => isMembers(one) && textOf(one['system'] ?? null).endsWith('/sds-role-profile-id'),
  );
}

function address({ use, line, city, district, state, postalCode }: Members): Members {
  const lines = [...(Array.isArray(line) ? line : []), city, district, state];
  return {
    use: use ?? null,
    line: lines.filter((one: Json | undefined) => typeof one === 'string'),
    postalCode: postalCode ?? null,
  };
}

/** Only repeat dispensing has a window, told in days. */
function supply(value: Members): Members {
  const { validityPeriod, numberOfRepeatsAllowed } = value;
  if (numberOfRepeatsAllowed === 0) {
    return without(value, ['validityPeriod', 'expectedSupplyDuration']);
  }
  const { start = null, end = null } = isMembers(validityPeriod ?? null)
    ? (validityPeriod as Members)
    : {};
  return { ...value, validityPeriod: [textOf(start).slice(0, 10), textOf(end).slice(0, 10)] };
}

function squeezed(value: Json): string {
  return textOf(value).replaceAll(/\s/g, '');
}

function textOf(value: Json): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function canonical(data: string): string {
  const read = parseXml(Buffer.from(data, 'base64').toString('utf8'));
  return read.ok ? canonicalXml(read.value) : read.error;
}
