/**
 * Identifier and code systems of the messages [EPS-CODES 1, 4]. Apart from the table of the
 * service on purpose: a client that took its names from the server could not find a slip in them.
 */
export const ID = {
  message: 'https://tools.ietf.org/html/rfc4122',
  shortForm: 'https://fhir.nhs.uk/Id/prescription-order-number',
  longForm: 'https://fhir.nhs.uk/Id/prescription',
  item: 'https://fhir.nhs.uk/Id/prescription-order-item-number',
  dispensedItem: 'https://fhir.nhs.uk/Id/prescription-dispense-item-number',
  claimedItem: 'https://fhir.nhs.uk/Id/claim-sequence-identifier',
  nhsNumber: 'https://fhir.nhs.uk/Id/nhs-number',
  ods: 'https://fhir.nhs.uk/Id/ods-organization-code',
  user: 'https://fhir.nhs.uk/Id/sds-user-id',
  roleProfile: 'https://fhir.nhs.uk/Id/sds-role-profile-id',
} as const;

export const CODES = {
  event: 'https://fhir.nhs.uk/CodeSystem/message-event',
  messageReason: 'https://fhir.nhs.uk/CodeSystem/message-reason-prescription',
  prescriptionType: 'https://fhir.nhs.uk/CodeSystem/prescription-type',
  siteType: 'https://fhir.nhs.uk/CodeSystem/dispensing-site-preference',
  category: 'http://terminology.hl7.org/CodeSystem/medicationrequest-category',
  courseOfTherapy: 'http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy',
  cancelReason: 'https://fhir.nhs.uk/CodeSystem/medicationrequest-status-reason',
  issueStatus: 'https://fhir.nhs.uk/CodeSystem/EPS-task-business-status',
  itemStatus: 'https://fhir.nhs.uk/CodeSystem/medicationdispense-type',
  notDispensedReason: 'https://fhir.nhs.uk/CodeSystem/medicationdispense-status-reason',
  claimReason: 'https://fhir.nhs.uk/CodeSystem/EPS-task-business-status-reason',
  returnReason: 'https://fhir.nhs.uk/CodeSystem/EPS-task-dispense-return-status-reason',
  withdrawReason: 'https://fhir.nhs.uk/CodeSystem/EPS-task-dispense-withdraw-reason',
  endorsement: 'https://fhir.nhs.uk/CodeSystem/medicationdispense-endorsement',
  exemption: 'https://fhir.nhs.uk/CodeSystem/prescription-charge-exemption',
  evidence: 'https://fhir.nhs.uk/CodeSystem/DM-exemption-evidence',
  charge: 'https://fhir.nhs.uk/CodeSystem/DM-prescription-charge',
  task: 'http://hl7.org/fhir/CodeSystem/task-code',
  jobRole: 'https://fhir.nhs.uk/CodeSystem/NHSDigital-SDS-JobRoleCode',
  organisationRole: 'https://fhir.nhs.uk/CodeSystem/organisation-role',
  snomed: 'http://snomed.info/sct',
  units: 'http://unitsofmeasure.org',
  claimType: 'http://terminology.hl7.org/CodeSystem/claim-type',
  priority: 'http://terminology.hl7.org/CodeSystem/processpriority',
  payee: 'http://terminology.hl7.org/CodeSystem/payeetype',
  signature: 'urn:iso-astm:E1762-95:2013',
} as const;

const NHS = 'https://fhir.nhs.uk/StructureDefinition/Extension';

export const EXTENSION = {
  prescriptionType: `${NHS}-DM-PrescriptionType`,
  responsiblePractitioner: `${NHS}-DM-ResponsiblePractitioner`,
  siteType: `${NHS}-DM-PerformerSiteType`,
  prescriptionId: `${NHS}-DM-PrescriptionId`,
  groupIdentifier: `${NHS}-DM-GroupIdentifier`,
  repeat: `${NHS}-EPS-RepeatInformation`,
  issueStatus: `${NHS}-EPS-TaskBusinessStatus`,
  statusReason: `${NHS}-EPS-TaskBusinessStatusReason`,
  nonDispensingReason: `${NHS}-DM-PrescriptionNonDispensingReason`,
  replacementOf: `${NHS}-replacementOf`,
  organisationRelationships: `${NHS}-ODS-OrganisationRelationships`,
  provenanceAgent: `${NHS}-Provenance-agent`,
  claimSequence: `${NHS}-ClaimSequenceIdentifier`,
  claimRequest: `${NHS}-ClaimMedicationRequestReference`,
  claimDispense: `${NHS}-ClaimMedicationDispenseReference`,
  ukRepeat:
    'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-MedicationRepeatInformation',
} as const;
