const USER = 'urn:nhsd:apim:user-nhs-id:aal3';
const APP = 'urn:nhsd:apim:app:level3';
const LEGACY = 'electronic-prescription-service-api';

// Scopes of both kinds of base path, so that one token serves either [EPS-FHIR 3].
export const PRESCRIBING = [
  `${USER}:${LEGACY}:prescribing`,
  `${USER}:${LEGACY}:tracker`,
  `${USER}:fhir-prescribing`,
];
export const DISPENSING = [
  `${USER}:${LEGACY}:dispensing`,
  `${USER}:${LEGACY}:tracker`,
  `${USER}:fhir-dispensing`,
];
export const UNATTENDED = [
  `${APP}:${LEGACY}:prescribing`,
  `${APP}:${LEGACY}:dispensing`,
  `${APP}:${LEGACY}:tracker`,
  `${APP}:fhir-dispensing`,
];
export const DEMOGRAPHICS_ONLY = [`${USER}:personal-demographics-service`];

/** Of the synthetic journeys, which go through all of it with one token. */
export const PROBING = [...PRESCRIBING, ...DEMOGRAPHICS_ONLY];

export const CLINICIAN = {
  code: 'S8000:G8000:R8000',
  display: 'Clinical Practitioner Access Role',
};
export const NURSE = { code: 'S8000:G8000:R8001', display: 'Nurse Access Role' };
export const PHARMACIST = { code: 'S0050:G0200:R1290', display: 'Pharmacist' };
export const RECEPTIONIST = { code: 'S8001:G8002:R8009', display: 'Receptionist Access Role' };

/** What a pharmacist's profile usually has [IDENTITY 1.5]. */
export const PHARMACY_ACTIVITIES = ['B0570', 'B0068', 'B0572', 'B0401'] as const;
export const RA_MANAGER = {
  code: 'S0080:G0450:R5080',
  display: 'Registration Authority Manager',
};
export const RA_AGENT = { code: 'S0080:G0450:R5090', display: 'Registration Authority Agent' };
export const SYSTEM_ADMINISTRATOR = { code: 'S0080:G0450:R5007', display: 'System Administrator' };
