import type { Bundle, FhirResource } from 'fhir/r4';

import type { Issue } from '../../gateways/fhir/operation-outcome.ts';
import { extension, resourcesOf } from './r4.ts';
import { invalidIssue, type Rule, valueIssue } from './rules.ts';
import { CODE, EXTENSION } from './systems.ts';

/** Rules of every Bundle message, in their order [EPS-FHIR 5.3]. */
export const bundleRules: readonly Rule<Bundle>[] = [
  intents,
  oneMedicationField,
  telecoms,
  practitioners,
  organizations,
];

function intents(bundle: Bundle): Issue[] {
  const isWrong = resourcesOf(bundle, 'MedicationRequest').some(
    ({ intent }) => !['order', 'original-order', 'instance-order'].includes(intent),
  );
  const text = 'MedicationRequest.intent must be order, original-order or instance-order.';
  return isWrong
    ? [valueIssue(text, 'Bundle.entry.resource.ofType(MedicationRequest).intent')]
    : [];
}

function oneMedicationField(bundle: Bundle): Issue[] {
  return (['MedicationRequest', 'MedicationDispense'] as const).flatMap((type) => {
    const hasBoth = resourcesOf(bundle, type).some(
      (one) => one.medicationCodeableConcept !== undefined && one.medicationReference !== undefined,
    );
    return hasBoth ? [conflict(type)] : [];
  });
}

function conflict(type: string): Issue {
  const display = 'Conflicting values have been specified in different fields';
  return {
    severity: 'error',
    code: 'structure',
    details: { coding: [{ system: CODE.gatewayError, code: 'CONFLICTING_VALUES', display }] },
    diagnostics: `${type} cannot contain both medicationReference and medicationCodeableConcept fields.`,
  };
}

function telecoms(bundle: Bundle): Issue[] {
  return (bundle.entry ?? []).flatMap(({ resource }, entry) =>
    telecomOf(resource).flatMap((telecom, index) =>
      (['value', 'use'] as const)
        .filter((field) => telecom[field] === undefined)
        .map((field) =>
          invalidIssue(
            `Required field bundle.entry[${entry}].resource.telecom[${index}].${field} is missing.`,
          ),
        ),
    ),
  );
}

function telecomOf(resource: FhirResource | undefined) {
  switch (resource?.resourceType) {
    case 'Organization':
    case 'Practitioner':
    case 'PractitionerRole':
      return resource.telecom ?? [];
    default:
      return [];
  }
}

function practitioners(bundle: Bundle): Issue[] {
  const responsible = responsibleReferences(bundle);
  return (bundle.entry ?? []).flatMap(({ fullUrl, resource }) => {
    if (resource?.resourceType !== 'PractitionerRole') return [];
    const { practitioner } = resource;
    const hasReference = practitioner?.reference !== undefined;
    const hasIdentifier = practitioner?.identifier !== undefined;
    if (fullUrl !== undefined && responsible.has(fullUrl)) {
      // An organisation alone may be responsible: then no practitioner is named [EPS-HL7V3].
      const isUnclear = practitioner !== undefined && hasReference === hasIdentifier;
      return isUnclear ? [invalidIssue(RESPONSIBLE)] : [];
    }
    return practitioner !== undefined && !hasReference ? [populatedWrongly('practitioner')] : [];
  });
}

const RESPONSIBLE =
  'Responsible practitioner must be either a reference to a Practitioner resource or an identifier reference.';

function responsibleReferences(bundle: Bundle): Set<string> {
  const references = resourcesOf(bundle, 'MedicationRequest').map(
    (request) => extension(request, EXTENSION.responsiblePractitioner)?.valueReference?.reference,
  );
  return new Set(references.filter((reference) => reference !== undefined));
}

function organizations(bundle: Bundle): Issue[] {
  return resourcesOf(bundle, 'PractitionerRole').flatMap((role) => [
    ...(role.organization !== undefined && role.organization.reference === undefined
      ? [populatedWrongly('organization')]
      : []),
    ...(role.healthcareService ?? []).flatMap(({ reference }, index) =>
      reference === undefined ? [populatedWrongly(`healthcareService[${index}]`)] : [],
    ),
  ]);
}

function populatedWrongly(field: string): Issue {
  return invalidIssue(
    `practitionerRole.${field} populated incorrectly. Please populate with Reference to resource within Bundle.`,
  );
}
