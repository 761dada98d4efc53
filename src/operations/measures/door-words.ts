/** The interfaces as people call them. */
export const DOOR_WORDS: Readonly<Record<string, string>> = {
  'fhir-prescribing': 'FHIR prescribing',
  'fhir-dispensing': 'FHIR dispensing',
  'fhir-legacy': 'FHIR legacy base',
  hl7v3: 'HL7 V3',
  pds: 'Personal Demographics Service',
  sds: 'Spine Directory Service',
  oauth2: 'Sign-in for applications (OAuth)',
  cis2: 'CIS2 Authentication',
  broker: 'Security Broker of 2014',
  'signing-service': 'Signing service',
  pki: 'Revocation lists',
  pages: 'Web pages',
  local: 'Helpers of the test system',
  health: 'Health of the processes',
  unknown: 'Addresses that are none',
};
