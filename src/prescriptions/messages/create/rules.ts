import type { Bundle, MedicationRequest } from 'fhir/r4';

import type { Issue } from '../../../gateways/fhir/operation-outcome.ts';
import { bundleRules } from '../../fhir/bundle-rules.ts';
import { codingOf, extension, identifierValue, resolve, resourcesOf } from '../../fhir/r4.ts';
import { differIssue, invalidIssue, type Rule, valueIssue } from '../../fhir/rules.ts';
import { EXTENSION, ID } from '../../fhir/systems.ts';

/** Rules of a prescription order, in their order [EPS-FHIR 5.3]. */
export const orderRules: readonly Rule<Bundle>[] = [
  ...bundleRules,
  sameThroughout,
  primaryCare,
  requesterHasNoGmpNumber,
  repeatDispensingIsTimed,
  each('status', 'MedicationRequest.status must be active.', ({ status }) => status === 'active'),
  itemIdsDiffer,
  dosagesAreOrdered,
];

const PATH = 'Bundle.entry.resource.ofType(MedicationRequest)';

type Read = (request: MedicationRequest) => unknown;

const SAME: readonly (readonly [path: string, read: Read])[] = [
  ['groupIdentifier', (request) => request.groupIdentifier],
  ['category', (request) => request.category],
  ['authoredOn', (request) => request.authoredOn],
  ['subject', (request) => request.subject],
  ['requester', (request) => request.requester],
  ['dispenseRequest.performer', (request) => request.dispenseRequest?.performer],
  ['dispenseRequest.validityPeriod', (request) => request.dispenseRequest?.validityPeriod],
  [
    'dispenseRequest.expectedSupplyDuration',
    (request) => request.dispenseRequest?.expectedSupplyDuration,
  ],
  [
    `dispenseRequest.extension("${EXTENSION.siteType}")`,
    (request) => extension(request.dispenseRequest, EXTENSION.siteType),
  ],
  [
    `extension("${EXTENSION.prescriptionType}")`,
    (request) => extension(request, EXTENSION.prescriptionType),
  ],
  [
    `extension("${EXTENSION.responsiblePractitioner}")`,
    (request) => extension(request, EXTENSION.responsiblePractitioner),
  ],
];

const REPEATS: (typeof SAME)[number] = [
  'dispenseRequest.numberOfRepeatsAllowed',
  (request) => request.dispenseRequest?.numberOfRepeatsAllowed,
];

/** Looked at only where the first item says something of it [EPS-FHIR 4.2]. */
const REPEAT_INFORMATION: (typeof SAME)[number] = [
  `extension("${EXTENSION.repeatInformation}")`,
  (request) => extension(request, EXTENSION.repeatInformation),
];

function mustBeSame(bundle: Bundle): typeof SAME {
  if (!isRepeatDispensing(bundle)) return SAME;
  const [first] = resourcesOf(bundle, 'MedicationRequest');
  const isTold = extension(first, EXTENSION.repeatInformation) !== null;
  return [...SAME, REPEATS, ...(isTold ? [REPEAT_INFORMATION] : [])];
}

function sameThroughout(bundle: Bundle): Issue[] {
  const requests = resourcesOf(bundle, 'MedicationRequest');
  return mustBeSame(bundle).flatMap(([path, read]) =>
    differIssue('MedicationRequest', path, requests.map(read)),
  );
}

export function isRepeatDispensing(bundle: Bundle): boolean {
  return courses(bundle)[0] === 'continuous-repeat-dispensing';
}

/** The code alone decides, whatever its system [EPS-CODES 1]. */
export function courses(bundle: Bundle): string[] {
  return resourcesOf(bundle, 'MedicationRequest').map(
    ({ courseOfTherapyType }) => codingOf(courseOfTherapyType)?.code ?? '',
  );
}

/** Type of the first item; only its setting (the first two digits) is looked at [EPS-CODES 1.1]. */
export function prescriptionType(bundle: Bundle): string {
  const [first] = resourcesOf(bundle, 'MedicationRequest');
  return extension(first, EXTENSION.prescriptionType)?.valueCoding?.code ?? '';
}

function primaryCare(bundle: Bundle): Issue[] {
  if (!prescriptionType(bundle).startsWith('01')) return [];
  const [first] = resourcesOf(bundle, 'MedicationRequest');
  const role = resolve(bundle, first?.requester, 'PractitionerRole');
  const organization = resolve(bundle, role?.organization, 'Organization');
  const isHospital = role?.healthcareService !== undefined;
  const hasNoParent = organization !== null && organization.partOf === undefined;
  return [
    ...(isHospital
      ? [invalidIssue('Unexpected field of practitionerRole.healthcareService.')]
      : []),
    ...(hasNoParent ? [invalidIssue('Required field organization.partOf is missing.')] : []),
  ];
}

function requesterHasNoGmpNumber(bundle: Bundle): Issue[] {
  const [first] = resourcesOf(bundle, 'MedicationRequest');
  const role = resolve(bundle, first?.requester, 'PractitionerRole');
  const practitioner = resolve(bundle, role?.practitioner, 'Practitioner');
  const hasOne = practitioner?.identifier?.some(({ system }) => system === ID.gmp) ?? false;
  return hasOne
    ? [
        valueIssue(
          'Bundle resource Practitioner.identifier expected exactly one professional code from GMC|NMC|GPhC|HCPC|professional-code.',
        ),
      ]
    : [];
}

function repeatDispensingIsTimed(bundle: Bundle): Issue[] {
  if (!isRepeatDispensing(bundle)) return [];
  const [first] = resourcesOf(bundle, 'MedicationRequest');
  const missing = (['validityPeriod', 'expectedSupplyDuration'] as const).filter(
    (name) => first?.dispenseRequest?.[name] === undefined,
  );
  return missing.map((name) =>
    valueIssue(
      `Expected MedicationRequest to have a value for dispenseRequest.${name}.`,
      `${PATH}.dispenseRequest.${name}`,
    ),
  );
}

function each(
  path: string,
  text: string,
  isRight: (request: MedicationRequest) => boolean,
): Rule<Bundle> {
  return (bundle) =>
    resourcesOf(bundle, 'MedicationRequest').every(isRight)
      ? []
      : [valueIssue(text, `${PATH}.${path}`)];
}

function itemIdsDiffer(bundle: Bundle): Issue[] {
  const ids = resourcesOf(bundle, 'MedicationRequest').map(({ identifier }) =>
    identifierValue(identifier, ID.item)?.toLowerCase(),
  );
  return new Set(ids).size === ids.length
    ? []
    : [
        valueIssue(
          'Expected all MedicationRequests to have a different value for identifier.',
          `${PATH}.identifier`,
        ),
      ];
}

function dosagesAreOrdered(bundle: Bundle): Issue[] {
  return resourcesOf(bundle, 'MedicationRequest').flatMap(({ dosageInstruction = [] }): Issue[] => {
    if (dosageInstruction.length === 0)
      return [invalidIssue('Required field dosageInstructions is missing.')];
    const isOrdered = dosageInstruction.every(({ sequence }) => sequence !== undefined);
    return dosageInstruction.length === 1 || isOrdered ? [] : [NO_SEQUENCE];
  });
}

const NO_SEQUENCE: Issue = {
  severity: 'error',
  code: 'invalid',
  details: {
    coding: [
      {
        code: 'MISSING_VALUE',
        display:
          'The request contains multiple dosage instruction lines but no corresponding dosage sequence number.',
      },
    ],
  },
};
