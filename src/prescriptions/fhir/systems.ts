/** Identifier systems, code systems and extensions by their short names [EPS-CODES 3, 4]. */
const NHS_ID = 'https://fhir.nhs.uk/Id';
const UK_ID = 'https://fhir.hl7.org.uk/Id';
const CODES = 'https://fhir.nhs.uk/CodeSystem';
const EXTENSIONS = 'https://fhir.nhs.uk/StructureDefinition';

export const ID = {
  message: 'https://tools.ietf.org/html/rfc4122',
  shortForm: `${NHS_ID}/prescription-order-number`,
  longForm: `${NHS_ID}/prescription`,
  item: `${NHS_ID}/prescription-order-item-number`,
  dispensedItem: `${NHS_ID}/prescription-dispense-item-number`,
  nhsNumber: `${NHS_ID}/nhs-number`,
  ods: `${NHS_ID}/ods-organization-code`,
  user: `${NHS_ID}/sds-user-id`,
  roleProfile: `${NHS_ID}/sds-role-profile-id`,
  spurious: `${UK_ID}/nhsbsa-spurious-code`,
  gmc: `${UK_ID}/gmc-number`,
  gmp: `${UK_ID}/gmp-number`,
  nmc: `${UK_ID}/nmc-number`,
  gphc: `${UK_ID}/gphc-number`,
  hcpc: `${UK_ID}/hcpc-number`,
  din: `${UK_ID}/din-number`,
  professional: `${UK_ID}/professional-code`,
} as const;

export const CODE = {
  messageEvent: `${CODES}/message-event`,
  issue: `${CODES}/EPS-IssueCode`,
  spineError: `${CODES}/Spine-ErrorOrWarningCode`,
  gatewayError: 'https://fhir.nhs.uk/R4/CodeSystem/Spine-ErrorOrWarningCode',
  cancelAnswer: `${CODES}/medicationrequest-status-history`,
  cancelReason: `${CODES}/medicationrequest-status-reason`,
  businessStatus: `${CODES}/EPS-task-business-status`,
  returnReason: `${CODES}/EPS-task-dispense-return-status-reason`,
  withdrawReason: `${CODES}/EPS-task-dispense-withdraw-reason`,
  itemStatus: `${CODES}/medicationdispense-type`,
  endorsement: `${CODES}/medicationdispense-endorsement`,
  charge: `${CODES}/DM-prescription-charge`,
  exemption: `${CODES}/prescription-charge-exemption`,
  evidence: `${CODES}/DM-exemption-evidence`,
  dispenseReason: `${CODES}/medicationdispense-status-reason`,
  jobRole: `${CODES}/NHSDigital-SDS-JobRoleCode`,
  jobRoleName: 'https://fhir.hl7.org.uk/CodeSystem/UKCore-SDSJobRoleName',
  courseOfTherapy: 'http://terminology.hl7.org/CodeSystem/medicationrequest-course-of-therapy',
  category: 'http://terminology.hl7.org/CodeSystem/medicationrequest-category',
  snomed: 'http://snomed.info/sct',
  units: 'http://unitsofmeasure.org',
  taskCode: 'http://hl7.org/fhir/CodeSystem/task-code',
} as const;

export const EXTENSION = {
  prescriptionType: `${EXTENSIONS}/Extension-DM-PrescriptionType`,
  responsiblePractitioner: `${EXTENSIONS}/Extension-DM-ResponsiblePractitioner`,
  endorsement: `${EXTENSIONS}/Extension-DM-PrescriptionEndorsement`,
  controlledDrug: `${EXTENSIONS}/Extension-DM-ControlledDrug`,
  repeatInformation:
    'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-MedicationRepeatInformation',
  epsRepeatInformation: `${EXTENSIONS}/Extension-EPS-RepeatInformation`,
  siteType: `${EXTENSIONS}/Extension-DM-PerformerSiteType`,
  longFormId: `${EXTENSIONS}/Extension-DM-PrescriptionId`,
  statusHistory: `${EXTENSIONS}/Extension-DM-PrescriptionStatusHistory`,
  dispensingPerformer: `${EXTENSIONS}/Extension-DM-DispensingPerformer`,
  dispensingInformation: `${EXTENSIONS}/Extension-EPS-DispensingInformation`,
  releaseInformation: `${EXTENSIONS}/Extension-EPS-DispensingReleaseInformation`,
  prescription: `${EXTENSIONS}/Extension-EPS-Prescription`,
  businessStatus: `${EXTENSIONS}/Extension-EPS-TaskBusinessStatus`,
  businessStatusReason: `${EXTENSIONS}/Extension-EPS-TaskBusinessStatusReason`,
  nonDispensingReason: `${EXTENSIONS}/Extension-DM-PrescriptionNonDispensingReason`,
  replacementOf: `${EXTENSIONS}/Extension-replacementOf`,
  messageId: `${EXTENSIONS}/Extension-MessageHeader-messageId`,
  relationships: `${EXTENSIONS}/Extension-ODS-OrganisationRelationships`,
  groupIdentifier: `${EXTENSIONS}/Extension-DM-GroupIdentifier`,
  claimSequence: `${EXTENSIONS}/Extension-ClaimSequenceIdentifier`,
  claimRequest: `${EXTENSIONS}/Extension-ClaimMedicationRequestReference`,
  failedPrescription: `${EXTENSIONS}/Extension-Spine-supportingInfo-prescription`,
  supportingInfo: `${EXTENSIONS}/Extension-Spine-supportingInfo`,
} as const;
