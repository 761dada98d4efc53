import type { Bundle, CodeableConcept, Coding, DomainResource, Extension } from 'fhir/r4';
import type { FhirResource, Identifier, Reference } from 'fhir/r4';

import type { Issue } from '../../gateways/fhir/operation-outcome.ts';
import { fail, ok, type Result } from '../../kernel/result.ts';
import { isOfType, type OfType } from './r4.ts';
import { atMostOne, invalidValue, onlyOne, tooFew } from './rules.ts';
import { CODE } from './systems.ts';

/*
 * What must be there once and no more, in the contract's words [EPS-FHIR 5.4]. To take the first of two
 * would leave it to chance which patient, product or pharmacy a message is about.
 */

/** The entry that a reference names, by exact text. */
export function onlyReferred<Type extends FhirResource['resourceType']>(
  bundle: Bundle,
  reference: Reference | undefined,
  type: Type,
): Result<OfType<Type>, Issue> {
  const wanted = reference?.reference ?? '';
  const found = onlyOne(
    bundle.entry,
    'Bundle.entry',
    `fullUrl == '${wanted}'`,
    ({ fullUrl, resource }) => fullUrl === wanted && isOfType(resource, type),
  );
  if (!found.ok) return found;
  const { resource } = found.value;
  return isOfType(resource, type)
    ? ok(resource)
    : fail(tooFew(`fullUrl == '${wanted}'`, 'Bundle.entry'));
}

/** The contained resource that a `#id` reference names; two of one id are nobody's. */
export function onlyContained<Type extends FhirResource['resourceType']>(
  resource: DomainResource,
  reference: Reference | undefined,
  type: Type,
): Result<OfType<Type>, Issue> {
  const name = reference?.reference ?? '';
  const id = name.replace(/^#/, '');
  const [found, other] = resource.contained?.filter((inner) => inner.id === id) ?? [];
  const text = `Contained resource with reference ${name}`;
  if (found === undefined || other !== undefined) {
    return fail(invalidValue(`${text} not found`, null));
  }
  return isOfType(found, type)
    ? ok(found)
    : fail(invalidValue(`${text} is not of type ${type}`, null));
}

/** The value of the identifier of this system. */
export function onlyIdentifier(
  identifiers: readonly Identifier[] | undefined,
  system: string,
  path: string,
): Result<string, Issue> {
  const condition = `system == '${system}'`;
  const found = onlyOne(identifiers, path, condition, (one) => one.system === system);
  if (!found.ok) return found;
  return found.value.value === undefined ? fail(tooFew(condition, path)) : ok(found.value.value);
}

export function onlyExtension(
  extensions: readonly Extension[] | undefined,
  url: string,
  path: string,
): Result<Extension, Issue> {
  return onlyOne(extensions, path, `url == '${url}'`, (one) => one.url === url);
}

/** Null when there is none. */
export function onlyExtensionIfAny(
  extensions: readonly Extension[] | undefined,
  url: string,
  path: string,
): Result<Extension | null, Issue> {
  const found = extensions?.filter((one) => one.url === url) ?? [];
  return atMostOne(found, path, `url == '${url}'`);
}

/** The coding of this system, with a code. */
export function onlyCoding(
  concepts: readonly CodeableConcept[] | undefined,
  system: string,
  path: string,
): Result<Coding & { code: string }, Issue> {
  const codings = concepts?.flatMap(({ coding }) => coding ?? []);
  const condition = `system == '${system}'`;
  const found = onlyOne(codings, path, condition, (one) => one.system === system);
  if (!found.ok) return found;
  const { code } = found.value;
  return code === undefined ? fail(tooFew(condition, path)) : ok({ ...found.value, code });
}

/** The product: one SNOMED coding, here or in the Medication that is referred to [EPS-FHIR 4.2, 4.7]. */
export function onlyMedication(
  bundle: Bundle,
  item: {
    readonly resourceType: string;
    readonly medicationCodeableConcept?: CodeableConcept | undefined;
    readonly medicationReference?: Reference | undefined;
  },
): Result<Coding, Issue> {
  if (item.medicationReference === undefined) {
    const concept = item.medicationCodeableConcept;
    const path = `${item.resourceType}.medicationCodeableConcept.coding`;
    return onlyCoding(concept === undefined ? undefined : [concept], CODE.snomed, path);
  }
  const medication = onlyReferred(bundle, item.medicationReference, 'Medication');
  if (!medication.ok) return medication;
  const { code } = medication.value;
  return onlyCoding(code === undefined ? undefined : [code], CODE.snomed, 'Medication.code.coding');
}
