import { instead, without } from './hl7-journey.ts';
import { AUTHOR, type Kind, RECORD } from './missing-row.ts';

/** What must be in what a prescriber sends [EPS-HL7V3 6.10]. */
export const PRESCRIBER: Readonly<Record<string, Kind>> = {
  PORX_IN020101SM31: {
    send: (journey) => journey.send(),
    rows: [
      [
        'the act',
        instead(/ParentPrescription(?=[ >])/g, 'Other'),
        'hl7:ParentPrescription root not found',
      ],
      ['the patient', without('recordTarget'), 'hl7:Patient root not found'],
      ['the person', without('agentPerson', AUTHOR), 'hl7:agentPerson root not found'],
      [
        'the organisation',
        without('representedOrganization', AUTHOR),
        'hl7:representedOrganization root not found',
      ],
      [
        'the licensing body',
        without('healthCareProviderLicense', AUTHOR),
        'Health Care Provider Licensed Organization (PCT) ID is missing',
      ],
      ['the NHS number', without('id', RECORD), 'NHSNumber missing'],
      ['a good NHS number', instead(/9990000018/, '9990000019'), 'nhsNumber is not valid'],
      ['the time of the signature', without('time', AUTHOR), 'Signed time must be provided'],
      [
        'the treatment type',
        without('pertinentInformation5'),
        'pertinentPrescriptionTreatmentType missing',
      ],
      ['the time', without('effectiveTime'), 'Prescription Timestamp must be provided'],
      [
        'the short-form id',
        instead(/<id extension="[^"]+" root="[^"]+18\.8"\/>/, ''),
        'PrescriptionID missing',
      ],
      ['the address', without('addr', RECORD), 'Patient address is missing'],
      ['the name', without('name', RECORD), 'Patient name is missing'],
      ['the gender', without('administrativeGenderCode', RECORD), 'Patient gender code is missing'],
      ['the birth date', without('birthTime', RECORD), 'Patient birthtime is missing'],
      [
        'the practice',
        without('id', '<healthCareProvider '),
        'Health Care Provider (RegisteredGP) ID missing',
      ],
      [
        'the pharmacy of P1',
        without('performer'),
        'Nomination Site Code must be provided when DispensiongSitePreference code P1 is set',
      ],
      [
        'the event id in upper case',
        (xml) =>
          xml.replace(
            /(<ParentPrescription[^>]*>\s*<id root=")([^"]+)/,
            (_, head: string, id: string) => head + id.toLowerCase(),
          ),
        'hl7EventID has invalid format',
      ],
      ['the telephone', without('telecom', AUTHOR), 'AgentPerson telecom missing'],
    ],
  },
  PORX_IN030101SM32: {
    send: (journey) => journey.cancel(),
    rows: [
      ['the patient', without('recordTarget'), 'hl7:Patient root not found'],
      ['the prescription', without('pertinentInformation2'), 'hl7:PrescriptionID not found'],
      [
        'a reason',
        without('pertinentInformation'),
        'At least one cancellation reason must be provided',
      ],
      [
        'the code of the reason',
        instead(/codeSystem="2.16.840.1.113883.2.1.3.2.4.16.27"/, 'codeSystem="1"'),
        'Cancellation Reason Code 1 is missing',
      ],
      [
        'only one item',
        (xml) => xml.replace(/(<pertinentInformation1[\s\S]*?<\/pertinentInformation1>)/, '$1$1'),
        'Only a single line item may be cancelled',
      ],
      [
        'the id of the item',
        without('id', '<pertinentLineItemRef'),
        'Line Item Reference is missing',
      ],
      ['the time', without('effectiveTime'), 'Effective Time missing'],
      ['the NHS number', without('id', RECORD), 'NHSNumber missing'],
      ['the name', without('name', RECORD), 'Patient name is missing'],
      ['the birth date', without('birthTime', RECORD), 'Patient birthtime is missing'],
      ['the telephone', without('telecom', '<AgentPerson '), 'AgentPerson telecom missing'],
    ],
  },
};
