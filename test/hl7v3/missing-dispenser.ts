import { instead, without } from './hl7-journey.ts';
import { ACT_AUTHOR, type Edit, type Kind, nullId, RECORD, type Row } from './missing-row.ts';

/** What every act of a pharmacy must tell of who sends it. */
function dispenserRows(author: string): Row[] {
  const inOrganisation = (name: string): Edit => without(name, '<representedOrganization');
  return [
    ['the role profile', without('id', author), 'Mandatory field agentRoleProfileCodeId missing'],
    ['the job role', without('code', author), 'Mandatory field agentSdsRole missing'],
    ['the person', without('agentPerson', author), 'hl7:AgentPerson/hl7:agentPerson not found'],
    [
      "the person's id",
      without('id', '<agentPerson '),
      'Mandatory field agentPersonSDSPerson missing',
    ],
    [
      'the organisation',
      without('representedOrganization', author),
      'hl7:representedOrganization not found',
    ],
    ["the organisation's id", inOrganisation('id'), 'Mandatory field agentOrganization missing'],
    [
      "the organisation's type",
      inOrganisation('code'),
      'representedOrganization type code missing',
    ],
    ["the organisation's name", inOrganisation('name'), 'representedOrganization name missing'],
    ["the organisation's address", inOrganisation('addr'), 'representedOrganization addr missing'],
  ];
}

/** What must be in what a pharmacy sends [EPS-HL7V3 6.10]. */
export const DISPENSER: Readonly<Record<string, Kind>> = {
  PORX_IN060102SM30: {
    send: (journey) => journey.download(),
    rows: [
      [
        'the act',
        instead(/NominatedPrescriptionReleaseRequest/g, 'Other'),
        'hl7:NominatedPrescriptionReleaseRequest root not found',
      ],
      ['the id', nullId, 'A single hl7:ID/@root must be provided'],
      ...dispenserRows('<AgentPerson '),
    ],
  },
  PORX_IN132004SM30: {
    send: (journey) => journey.release(),
    rows: [
      [
        'the prescription',
        without('pertinentInformation'),
        'hl7:pertinentPrescriptionID not found',
      ],
      [
        'an id of 20 characters',
        instead(/extension="[0-9A-F]{6}-/, 'extension="'),
        'PrescriptionID has invalid format',
      ],
      [
        'the person',
        without('agentPerson', '<AgentPerson '),
        'hl7:AgentPerson/hl7:agentPerson not found',
      ],
    ],
  },
  PORX_IN080101SM31: {
    send: (journey) => journey.dispense(['FullyDispensed']),
    rows: [
      [
        'the header',
        instead(/pertinentSupplyHeader/g, 'other'),
        'hl7:pertinentSupplyHeader root not found',
      ],
      [
        'the prescription',
        without('pertinentInformation4'),
        'hl7:pertinentPrescriptionID root not found',
      ],
      [
        'its status',
        without('pertinentInformation3', '</pertinentSuppliedLineItem>'),
        'hl7:pertinentPrescriptionStatus root not found',
      ],
      [
        'a status of 4 digits',
        instead(/code="0006"/, 'code="6"'),
        'pertinentPrescriptionStatus has invalid format',
      ],
      [
        'an id of 20 characters',
        instead(/(PID"[\s\S]*?extension="[0-9A-F]{6})/, '$1A'),
        'A single PrescriptionID must be provided',
      ],
      [
        'an item',
        (xml) =>
          xml.replace(
            /(<author contextControlCode="OP"[\s\S]*?<\/author>)[\s\S]*?<\/pertinentSuppliedLineItem>\s*<\/pertinentInformation1>/,
            '$1',
          ),
        'At least 1 SuppliedLineItem must be provided',
      ],
      ['the id', nullId, 'A single hl7:ID/@root must be provided'],
      ['the time', without('effectiveTime'), 'Dispense Notification Timestamp must be provided'],
      ['the NHS number', without('recordTarget'), 'NHSNumber missing'],
      [
        'the GUID of what it replaces',
        instead(
          '<sequelTo',
          '<replacementOf><priorMessageRef><id root="1"/></priorMessageRef></replacementOf><sequelTo',
        ),
        'replacementOf target must be a 36-character GUID',
      ],
      [
        'one message that it replaces',
        instead('<sequelTo', '<replacementOf/><replacementOf/><sequelTo'),
        'a single replacementOf target may be provided',
      ],
      ...dispenserRows('<AgentPerson '),
    ],
  },
  PORX_IN090101SM31: {
    send: (journey) => journey.claim(),
    rows: [
      [
        'the header',
        instead(/pertinentSupplyHeader/g, 'other'),
        'hl7:pertinentSupplyHeader root not found',
      ],
      ['the id', nullId, 'A single hl7:ID/@root must be provided'],
      ['the time', without('effectiveTime'), 'Claim Timestamp must be provided'],
      [
        'the organisation',
        without('representedOrganization'),
        'hl7:representedOrganization not found',
      ],
      [
        'who pays',
        without('primaryInformationRecipient'),
        'DispenseClaim: no primaryInformationRecipient',
      ],
    ],
  },
  PORX_IN100101SM31: {
    send: (journey) => journey.giveBack(),
    rows: [
      [
        'the prescription',
        without('pertinentInformation1'),
        'hl7:pertinentPrescriptionID not found',
      ],
      ['the reason', without('pertinentInformation3'), 'hl7:pertinentReturnReason not found'],
      [
        'the value of the reason',
        without('value', '<pertinentReturnReason'),
        'A single return reason must be provided',
      ],
      [
        'the person',
        without('agentPerson', '<AgentPerson '),
        'hl7:AgentPerson/hl7:agentPerson not found',
      ],
      [
        'the organisation',
        without('representedOrganization'),
        'hl7:representedOrganization not found',
      ],
    ],
  },
  PORX_IN510101SM31: {
    send: (journey) => journey.withdraw(),
    rows: [
      [
        'the reason',
        without('pertinentInformation5'),
        'hl7:pertinentWithdrawReason root not found',
      ],
      ['the type', without('pertinentInformation2'), 'hl7:pertinentWithdrawType root not found'],
      [
        'what is withdrawn',
        without('pertinentInformation3'),
        'hl7:pertinentWithdrawID root not found',
      ],
      ['the patient', without('recordTarget'), 'Patient NHS Number not found'],
      [
        'the list of the reason',
        instead(/17\.110/, '17.1'),
        'A single Withdraw Reason must be provided',
      ],
      [
        'the list of the type',
        instead(/17\.109/, '17.1'),
        'A single Withdraw Type must be provided',
      ],
      ['the author', without('author', RECORD), 'hl7:author root not found'],
      [
        "the author's id",
        instead(/<id extension="FA565" root="[^"]+0\.65"\/>/, ''),
        'Mandatory field agentPersonSDSPerson missing',
      ],
      ['the time', without('effectiveTime', ACT_AUTHOR), 'Effective Time missing'],
      [
        'only one notification',
        (xml) => xml.replace(/(<pertinentInformation4[\s\S]*?<\/pertinentInformation4>)/, '$1$1'),
        'only a single dispense notification ref may be provided',
      ],
      [
        'only one issue',
        instead(
          '<pertinentInformation2',
          '<pertinentInformation1/><pertinentInformation1/><pertinentInformation2',
        ),
        'only a single repeat instance ref may be provided',
      ],
    ],
  },
};
