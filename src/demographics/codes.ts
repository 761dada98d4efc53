/** Names of the wire form of a patient [PDS 4]. */
const UK = 'https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-';
const UKCS = 'https://fhir.hl7.org.uk/CodeSystem/UKCore-';

export const NHS_NUMBER_SYSTEM = 'https://fhir.nhs.uk/Id/nhs-number';
export const ODS_SYSTEM = 'https://fhir.nhs.uk/Id/ods-organization-code';

export const URLS = {
  verification: `${UK}NHSNumberVerificationStatus`,
  pharmacy: `${UK}NominatedPharmacy`,
  appliance: `${UK}MedicalApplianceSupplier`,
  dispensingDoctor: `${UK}PreferredDispenserOrganization`,
  death: `${UK}DeathNotificationStatus`,
  communication: `${UK}NHSCommunication`,
  preference: `${UK}ContactPreference`,
  birthPlace: 'http://hl7.org/fhir/StructureDefinition/patient-birthPlace',
  removal: 'https://fhir.nhs.uk/StructureDefinition/Extension-PDS-RemovalFromRegistration',
  consent: 'https://hl7.org/fhir/R4/consent.html',
  ethnicity: `${UK}EthnicCategory`,
  addressKey: `${UK}AddressKey`,
  otherContact: `${UK}OtherContactSystem`,
  registeringAuthority: `${UK}RegisteringAuthority`,
  birthSex: `${UK}BirthSex`,
  residence: `${UK}ResidentialStatus`,
  numberUnavailable: `${UK}NHSNumberUnavailableReason`,
  donor: 'http://hl7.org/fhir/StructureDefinition/patient-cadavericDonor',
  interpreter: 'http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired',
} as const;

/** The three kinds of nominated dispenser: P1, P2, P3 [PDS 4.5]. */
export const NOMINATION_URLS: readonly string[] = [
  URLS.pharmacy,
  URLS.appliance,
  URLS.dispensingDoctor,
];

export const VERIFICATION_SYSTEM = `${UKCS}NHSNumberVerificationStatus`;
export const LANGUAGE_SYSTEM = `${UKCS}HumanLanguage`;
export const DEATH_SYSTEM = `${UKCS}DeathNotificationStatus`;

/** How much of a record leaves the service [PDS 4.1, 4.6]. */
export const SENSITIVITIES = {
  U: 'unrestricted',
  R: 'restricted',
  V: 'very restricted',
  REDACTED: 'redacted',
} as const;
export type Sensitivity = keyof typeof SENSITIVITIES;

export const CONFIDENTIALITY_SYSTEM = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';

export function isSensitivity(text: string): text is Sensitivity {
  return Object.hasOwn(SENSITIVITIES, text);
}

export const DEATH_STATUSES: Readonly<Record<string, string>> = {
  '1': 'Informal - death notice received via an update from a local NHS Organisation such as GP or Trust',
  '2': 'Formal - death notice received from Registrar of Deaths',
  U: 'Removed',
};

export const GENDERS = ['male', 'female', 'other', 'unknown'] as const;
export const NAME_USES = ['usual', 'temp', 'nickname', 'old', 'maiden'] as const;

export const TEMPORARY_PLACES: readonly string[] = [
  'Second Home',
  'Student Accommodation',
  'Respite Care Address',
  'Temporary Residence Address',
  'Convalescence Home',
  'Mobile Home',
  'Holiday Home',
];
