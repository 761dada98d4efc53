// Shows: HL7 V3 | what a request must have, interaction by interaction: refused in Spine's words without it
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { createDatabase } from '../support/database.ts';
import { type Doors, openDoors, reasonsOf } from './doors.ts';
import { aHl7Journey, type Hl7Journey, instead, without } from './hl7-journey.ts';

type Edit = (xml: string) => string;
type Row = readonly [what: string, edit: Edit, text: string];

const PREFIX = 'Unable to process message. Information missing or invalid - ';
const RECORD = '<recordTarget';
const AUTHOR = '<author contextControlCode="OP"';
const ACT_AUTHOR = '<effectiveTime';

const nullId = instead(
  /(<[A-Za-z]+ (?:classCode="[A-Z]+" moodCode="[A-Z]+")>\s*)<id root="[^"]+"\/>/,
  '$1',
);

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

type Kind = {
  readonly send: (journey: Hl7Journey) => Promise<unknown>;
  readonly rows: readonly Row[];
};

const KINDS: Readonly<Record<string, Kind>> = {
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

describe('a request is refused with 5000', () => {
  let made: Awaited<ReturnType<typeof createDatabase>>;
  let doors: Doors;
  let count = 0;
  before(async () => {
    made = await createDatabase();
    doors = openDoors(made.database);
  });
  after(async () => {
    await made.drop();
    process.stdout.write(`HL7 V3: ${count} things that a request must have, each missed\n`);
  });

  for (const [interaction, { send, rows }] of Object.entries(KINDS)) {
    for (const [what, edit, text] of rows) {
      test(`${interaction} without ${what}`, async () => {
        const journey = aHl7Journey(doors);
        journey.edit = edit;
        await send(journey);
        const { acknowledgement, interaction: answered } = journey.answer();
        assert.deepEqual([acknowledgement, answered], ['AE', 'MCCI_IN010000UK13']);
        assert.deepEqual(reasonsOf(journey.answer()), [`16.34 5000 ${PREFIX}${text}`]);
        count += 1;
      });
    }
  }

  test('a prescription without signature, with 0003 of another list', async () => {
    const journey = aHl7Journey(doors);
    for (const edit of [without('Signature'), instead(/<(\/?)Signature(?=[ >])/g, '<$1Other')]) {
      journey.edit = edit;
      await journey.send();
      assert.deepEqual(reasonsOf(journey.answer()), ['17.22 0003 Digital signature not found']);
    }
  });
});
