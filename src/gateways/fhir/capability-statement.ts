import { type Base, BASES } from './interaction.ts';

/** What each base says of itself [EPS-FHIR 2.3]. */
const STATEMENTS = {
  legacy: {
    id: 'apim-electronic-prescription-service',
    name: 'EPS FHIR API',
    resources: ['Bundle', 'MedicationRequest', 'MedicationDispense', 'Task', 'Medication'],
    operations: ['process-message', 'prepare'],
    messages: [
      'prescription-order',
      'prescription-order-update',
      'dispense-notification',
      'dispense-notification-update',
      'dispense-claim',
      'dispense-claim-update',
    ],
  },
  prescribing: {
    id: 'apim-fhir-prescribing-service',
    name: 'FHIR Prescribing API',
    resources: ['Bundle', 'MedicationRequest', 'Task', 'Medication'],
    operations: ['process-message', 'prepare'],
    messages: ['prepare', 'prescription-order', 'prescription-order-update'],
  },
  dispensing: {
    id: 'apim-fhir-dispensing-service',
    name: 'FHIR Dispensing API',
    resources: ['Bundle', 'MedicationRequest', 'MedicationDispense', 'Task', 'Medication'],
    operations: ['process-message'],
    messages: [
      'dispense-notification',
      'dispense-notification-update',
      'dispense-claim',
      'dispense-claim-update',
    ],
  },
} as const satisfies Record<Base, object>;

const OPERATIONS = {
  'process-message': 'http://hl7.org/fhir/OperationDefinition/MessageHeader-process-message',
  prepare: 'https://fhir.nhs.uk/OperationDefinition/MessageHeader-prepare-message',
} as const;

const PACKAGES = [
  { name: 'fhir.r4.ukcore.stu3.currentbuild', version: '0.0.3-pre-release' },
  { name: 'uk.nhsdigital.r4.test', version: '2.18.12-prerelease' },
  { name: 'uk.nhsdigital.medicines.r4.test', version: '2.8.21-prerelease' },
] as const;

const API_DEFINITION = {
  url: 'https://fhir.nhs.uk/StructureDefinition/Extension-NHSDigital-APIDefinition',
  extension: PACKAGES.map((validated) => ({
    url: 'implementationGuide',
    extension: [
      { url: 'name', valueString: validated.name },
      { url: 'version', valueString: validated.version },
    ],
  })),
};

export function capabilityStatement(base: Base, version: string): object {
  const { id, name, resources, operations, messages } = STATEMENTS[base];
  return {
    resourceType: 'CapabilityStatement',
    id,
    extension: [API_DEFINITION],
    url: `https://fhir.nhs.uk/CapabilityStatement/${id}`,
    name,
    status: 'active',
    date: '2021-08-13T00:00:00+00:00',
    publisher: 'digital.nhs.uk',
    kind: 'instance',
    software: { name, version },
    implementation: { description: name, url: BASES[base] },
    fhirVersion: '4.0.1',
    format: ['application/fhir+json'],
    implementationGuide: [
      'https://simplifier.net/guide/digitalmedicines',
      'https://simplifier.net/guide/nhsdigital',
    ],
    rest: [
      {
        mode: 'server',
        security: { service: [OAUTH] },
        resource: resources.map((type) => ({ type, profile: profileOf(type) })),
        operation: operations.map((operation) => ({
          name: operation,
          definition: OPERATIONS[operation],
        })),
      },
    ],
    messaging: [
      {
        supportedMessage: messages.map((message) => ({
          mode: 'receiver',
          definition: `https://fhir.nhs.uk/MessageDefinition/${message}`,
        })),
      },
    ],
  };
}

const OAUTH = {
  coding: [
    {
      system: 'http://terminology.hl7.org/CodeSystem/restful-security-service',
      code: 'OAuth',
      display: 'OAuth2 Token',
    },
  ],
};

function profileOf(type: string): string {
  return type === 'Medication'
    ? 'https://fhir.hl7.org.uk/StructureDefinition/UKCore-Medication'
    : `https://fhir.nhs.uk/StructureDefinition/NHSDigital-${type}`;
}
