import assert from 'node:assert/strict';

import type { Bundle, Extension, FhirResource } from 'fhir/r4';

/** For tests: looks into the messages that the builders make. */
export type Of<Type extends FhirResource['resourceType']> = Extract<
  FhirResource,
  { resourceType: Type }
>;

const NHS = 'https://fhir.nhs.uk/StructureDefinition/';

export function all<Type extends FhirResource['resourceType']>(
  bundle: Bundle,
  type: Type,
): Of<Type>[] {
  return (bundle.entry ?? []).flatMap(({ resource }) =>
    resource?.resourceType === type ? [resource as Of<Type>] : [],
  );
}

export function one<Type extends FhirResource['resourceType']>(
  bundle: Bundle,
  type: Type,
): Of<Type> {
  const [first] = all(bundle, type);
  assert.ok(first, `the message has a ${type}`);
  return first;
}

export function urls(bundle: Bundle, type: string): (string | undefined)[] {
  return (bundle.entry ?? [])
    .filter(({ resource }) => resource?.resourceType === type)
    .map(({ fullUrl }) => fullUrl);
}

export function extension(
  on: { extension?: Extension[] | undefined },
  name: string,
): Extension | undefined {
  return on.extension?.find((each) => each.url === `${NHS}${name}`);
}

export function containedRole(
  contained: FhirResource[] | undefined,
  reference: string | undefined,
): void {
  const role = contained?.find((each) => `#${each.id}` === reference) as Of<'PractitionerRole'>;
  assert.ok(
    role.practitioner?.identifier?.value &&
      role.identifier?.[0]?.value &&
      role.code &&
      role.telecom,
  );
  const organisation = contained?.find(
    (each) => `#${each.id}` === role.organization?.reference,
  ) as Of<'Organization'>;
  assert.equal(organisation.identifier?.[0]?.value, 'FA565');
}
