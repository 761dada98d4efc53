import type {
  Bundle,
  Claim,
  CodeableConcept,
  Coding,
  DomainResource,
  Extension,
  FhirResource,
  Identifier,
  Parameters,
  Reference,
  Task,
} from 'fhir/r4';

import type { JsonObject } from '../../gateways/fhir/json.ts';

/** A resource that went through the structure check, as the type that its resourceType says. */
export type Message = Bundle | Parameters | Task | Claim;

export function asMessage(resource: JsonObject): Message | null {
  const type = resource['resourceType'];
  const isKnown = type === 'Bundle' || type === 'Parameters' || type === 'Task' || type === 'Claim';
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the structure check has proved it
  return isKnown ? (resource as unknown as Message) : null;
}

export type OfType<Type extends FhirResource['resourceType']> = Extract<
  FhirResource,
  { resourceType: Type }
>;

export function isOfType<Type extends FhirResource['resourceType']>(
  resource: FhirResource | undefined,
  type: Type,
): resource is OfType<Type> {
  return resource?.resourceType === type;
}

/** The entries of one type, in the Bundle's order. */
export function resourcesOf<Type extends FhirResource['resourceType']>(
  bundle: Bundle,
  type: Type,
): OfType<Type>[] {
  const found: OfType<Type>[] = [];
  for (const { resource } of bundle.entry ?? []) if (isOfType(resource, type)) found.push(resource);
  return found;
}

/** The entry that a `urn:uuid:` reference names, by exact text. */
export function resolve<Type extends FhirResource['resourceType']>(
  bundle: Bundle,
  reference: Reference | undefined,
  type: Type,
): OfType<Type> | null {
  const wanted = reference?.reference;
  if (wanted === undefined) return null;
  const entry = bundle.entry?.find(({ fullUrl }) => fullUrl === wanted);
  return isOfType(entry?.resource, type) ? entry.resource : null;
}

/** The contained resource that a `#id` reference names; two of one id are nobody's. */
export function resolveContained<Type extends FhirResource['resourceType']>(
  resource: DomainResource,
  reference: Reference | undefined,
  type: Type,
): OfType<Type> | null {
  const id = reference?.reference?.replace(/^#/, '');
  const [found, other] = resource.contained?.filter((inner) => inner.id === id) ?? [];
  return other === undefined && isOfType(found, type) ? found : null;
}

export function extension(
  element: { readonly extension?: readonly Extension[] | undefined } | undefined,
  url: string,
): Extension | null {
  return element?.extension?.find((one) => one.url === url) ?? null;
}

export function identifierValue(
  identifiers: readonly Identifier[] | undefined,
  system: string,
): string | null {
  return identifiers?.find((one) => one.system === system)?.value ?? null;
}

export function codingOf(
  concept: CodeableConcept | undefined,
  system: string | null = null,
): Coding | null {
  return concept?.coding?.find((one) => system === null || one.system === system) ?? null;
}
