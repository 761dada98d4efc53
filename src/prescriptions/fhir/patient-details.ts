import type { Bundle, Patient } from 'fhir/r4';

import type { PatientDetails } from '../hl7v3/order-document.ts';
import { addressOf, dayOf, genderOf, nameOf, telecomOf } from './hl7-values.ts';
import { onlyIdentifier, onlyReferred } from './only.ts';
import { resourcesOf } from './r4.ts';
import { ID } from './systems.ts';
import type { Translation } from './translation.ts';

const NO_PRACTICE = 'V81999'; // "general practice not known" [EPS-SIGNATURE 2.3]

/** The patient that the first item is for. */
export function patientDetails(to: Translation, bundle: Bundle): PatientDetails {
  const [first] = resourcesOf(bundle, 'MedicationRequest');
  const patient = to.take(onlyReferred(bundle, first?.subject, 'Patient'), NOBODY);
  const { address = [], telecom = [], name = [], gender, birthDate, generalPractitioner } = patient;
  const number = onlyIdentifier(patient.identifier, ID.nhsNumber, 'Patient.identifier');
  return {
    nhsNumber: to.take(number, ''),
    addresses: address.map((one) => addressOf(to, one, 'Patient.address')),
    telecoms: telecom.map((one) => telecomOf(to, one, 'Patient.telecom')),
    names: name.map((one) => nameOf(to, one, 'Patient.name')),
    gender: genderOf(to, gender ?? '', 'Patient.gender'),
    birthDate: dayOf(to, birthDate ?? '', 'Patient.birthDate'),
    generalPractice: generalPractitioner?.[0]?.identifier?.value ?? NO_PRACTICE,
  };
}

const NOBODY: Patient = { resourceType: 'Patient' };
