import type { JsonObject } from '../json.ts';
import { report, type Walk } from './issues.ts';

/**
 * The code lists that messages of this service use, each with all its codes [EPS-CODES 1]. A system
 * that is not here (SNOMED CT, units, job roles, organisation roles) is not looked up.
 */
const NHS = 'https://fhir.nhs.uk/CodeSystem/';
const HL7 = 'http://terminology.hl7.org/CodeSystem/';

const CODES: Readonly<Record<string, string>> = {
  [`${NHS}message-event`]:
    'prescription-order prescription-order-update prescription-order-response dispense-notification unsolicited-observations patient-notification vaccinations document document-notification dispense-notification-update appointment referral notification encounter patient unsolicited-action',
  [`${NHS}message-reason-prescription`]: 'cancel notification claim',
  [`${NHS}dispensing-site-preference`]: 'P1 P2 P3 0004',
  [`${NHS}medicationrequest-endorsement`]: 'ACBS AF CC FS SLS',
  [`${NHS}medicationrequest-controlled-drug`]: 'CD1 CD2 CD3 CD4 CD5',
  [`${NHS}medicationrequest-status-reason`]: '0001 0002 0003 0004 0005 0006 0007 0008 0009',
  [`${NHS}medicationrequest-status-history`]:
    'R-0001 R-0002 R-0003 R-0004 R-0005 R-0006 R-0007 R-0008 R-0009 R-0010 R-0099 R-5000 R-5888 R-5006',
  [`${NHS}EPS-task-business-status`]: '0001 0002 0003 0004 0005 0006 0007',
  [`${NHS}medicationdispense-type`]: '0001 0002 0003 0004 0005 0006 0007 0008',
  [`${NHS}medicationdispense-status-reason`]:
    '0001 0002 0003 0004 0005 0006 0007 0008 0009 0010 0011',
  [`${NHS}EPS-task-dispense-return-status-reason`]: '0001 0002 0003 0004 0005 0006 0007 0008',
  [`${NHS}EPS-task-dispense-withdraw-reason`]: 'QU MU DA PA OC ONC',
  [`${NHS}medicationdispense-endorsement`]: 'BB IP MF NCSO PC PNC RC XP ZD SP ED NDEC SSP PD WR',
  [`${NHS}prescription-charge-exemption`]:
    '0000 0001 0002 0003 0004 0005 0006 0007 0008 0009 0010 0011 0012 0013 0014 0015 0016 0017 0018 0019 0020 9180 9181 9182 9183 9184 9185 9186 9200 1001 1002',
  [`${NHS}DM-exemption-evidence`]: 'evidence-seen no-evidence-seen',
  [`${NHS}DM-prescription-charge`]: 'paid-twice paid-once not-paid',
  [`${NHS}EPS-task-business-status-reason`]:
    '0001 0002 0003 0004 0005 0006 0007 0008 0009 0010 0011',
  [`${NHS}prescription-type`]:
    '0001 0002 0003 0004 0006 0007 0009 0012 0101 0102 0103 0104 0105 0106 0107 0108 0109 0110 0113 0114 0116 0117 0119 0120 0121 0122 0123 0124 0125 0201 0204 0205 0208 0213 0214 0216 0217 0224 0225 0304 0305 0306 0307 0406 0607 0707 0708 0709 0713 0714 0716 0717 0718 0719 0721 0722 0901 0904 0908 0913 0914 0916 0917 0924 0925 1001 1004 1005 1008 1013 1014 1016 1017 1024 1025 1101 1104 1105 1108 1113 1114 1116 1117 1124 1125 1201 1204 1205 1208 1213 1214 1216 1217 1224 1225 2001 2004 2005 2008 2013 2014 2016 2017 2024 2025',
  [`${NHS}medicationrequest-course-of-therapy`]: 'continuous-repeat-dispensing',
  [`${HL7}medicationrequest-course-of-therapy`]: 'acute continuous seasonal',
  [`${HL7}medicationrequest-category`]: 'inpatient outpatient community discharge',
  [`${HL7}claim-type`]: 'institutional oral pharmacy professional vision',
  [`${HL7}processpriority`]: 'stat normal deferred',
  [`${HL7}payeetype`]: 'subscriber provider beneficiary other',
  'http://hl7.org/fhir/CodeSystem/task-code': 'approve fulfill abort replace change suspend resume',
};

/** Each list and its codes. */
export const codeSystems: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(CODES).map(([system, codes]) => [system, new Set(codes.split(' '))]),
);

/** A code that its list does not have; a code of a list that is not here may be any [EPS-FHIR 5.2]. */
export function checkCode({ system, code }: JsonObject, walk: Walk): void {
  if (typeof system !== 'string' || typeof code !== 'string') return;
  if (codeSystems.get(system)?.has(code) !== false) return;
  const shown = /^[\w-]{1,64}$/.test(code) ? code : '(not shown)';
  const words = `Unknown code '${system}#${shown}'`;
  report(walk, 'Terminology_PassThrough_TX_Message', words);
  if (system !== ENDORSEMENT) return;
  report(walk, 'Terminology_TX_NoValid_1_CC', noneProvided(`${system}#${shown}`));
}

const ENDORSEMENT = `${NHS}medicationrequest-endorsement`;

/** The list whose value set the contract shows [EPS-FHIR 5.2]. */
function noneProvided(codes: string): string {
  const set =
    "'NHSBSAPrescriptionEndorsement' (https://fhir.nhs.uk/ValueSet/DM-prescription-endorsement|4.0.2)";
  return `None of the codings provided are in the value set ${set}, and a coding from this value set is required) (codes = ${codes})`;
}
