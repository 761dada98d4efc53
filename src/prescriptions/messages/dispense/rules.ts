import type { Bundle, MedicationDispense } from 'fhir/r4';

import type { Issue } from '../../../gateways/fhir/operation-outcome.ts';
import { bundleRules } from '../../fhir/bundle-rules.ts';
import { extension, resolve, resourcesOf } from '../../fhir/r4.ts';
import { differIssue, invalidIssue, type Rule, valueIssue } from '../../fhir/rules.ts';
import { EXTENSION } from '../../fhir/systems.ts';
import { performerOf } from './fhir.ts';

/** Rules of a dispense notification, in their order [EPS-FHIR 5.3]. */
export const dispenseRules: readonly Rule<Bundle>[] = [
  ...bundleRules,
  sameThroughout,
  hasPerformer,
  practitionerIsNamed,
  hasReimbursementAuthority,
];

const SAME: readonly (readonly [path: string, read: (dispense: MedicationDispense) => unknown])[] =
  [
    ['whenHandedOver', (dispense) => dispense.whenHandedOver],
    ['subject.identifier.value', (dispense) => dispense.subject?.identifier?.value],
    [
      `extension("${EXTENSION.epsRepeatInformation}")`,
      (dispense) => extension(dispense, EXTENSION.epsRepeatInformation),
    ],
    ['performer', (dispense) => dispense.performer],
  ];

function sameThroughout(bundle: Bundle): Issue[] {
  const dispenses = resourcesOf(bundle, 'MedicationDispense');
  return SAME.flatMap(([path, read]) =>
    differIssue('MedicationDispense', path, dispenses.map(read)),
  );
}

function hasPerformer(bundle: Bundle): Issue[] {
  const [first] = resourcesOf(bundle, 'MedicationDispense');
  return first !== undefined && (first.performer?.length ?? 0) === 0
    ? [
        valueIssue(
          'Expected MedicationDispense to have a value for performer.ofType(PractitionerRole).',
          'Bundle.entry.resource.ofType(MedicationDispense).performer.ofType(PractitionerRole)',
        ),
      ]
    : [];
}

function practitionerIsNamed(bundle: Bundle): Issue[] {
  const [first] = resourcesOf(bundle, 'MedicationDispense');
  const role = first === undefined ? null : performerOf(first);
  return role?.practitioner?.reference === undefined
    ? []
    : [
        invalidIssue(
          'Bundle.entry("PractitionerRole").practitioner populated incorrectly. Please populate with Identifier and Display.',
        ),
      ];
}

function hasReimbursementAuthority(bundle: Bundle): Issue[] {
  const [first] = resourcesOf(bundle, 'MedicationDispense');
  const role = first === undefined ? null : performerOf(first);
  // That of the dispenser, whatever other organisations are described; of any while nobody dispenses.
  const [any] = resourcesOf(bundle, 'Organization');
  const organization = resolve(bundle, role?.organization, 'Organization') ?? any;
  if (organization === undefined) return [];
  const relationships = extension(organization, EXTENSION.relationships);
  if (relationships === null) {
    return [
      invalidIssue(
        'The dispense notification is missing the reimbursement authority and it should be provided.',
      ),
    ];
  }
  const authority = extension(relationships, 'reimbursementAuthority');
  return authority?.valueIdentifier?.value === undefined
    ? [
        invalidIssue(
          'The dispense notification is missing the ODS code for reimbursement authority and it should be provided.',
        ),
      ]
    : [];
}
