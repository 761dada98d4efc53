import { FULLY } from './answering.ts';
import { instead, without } from './hl7-journey.ts';
import { type Kind, nullId } from './missing-row.ts';
import { rebuildOf } from './rebuilding.ts';

const INSIDE = '<DispenseNotification';

/** What must be in a history that is told anew [EPS-HL7V3 6.10]. */
export const REBUILD: Readonly<Record<string, Kind>> = {
  PORX_IN540101UK31: {
    send: async (journey) => {
      const { edit } = journey;
      journey.edit = (xml) => xml;
      await journey.send();
      await journey.release();
      await journey.dispense(FULLY);
      await journey.post(edit(rebuildOf(journey, '0001')));
    },
    rows: [
      [
        'the act',
        instead(/<(\/?)RebuildDispenseHistory/g, '<$1Other'),
        'hl7:RebuildDispenseHistory root not found',
      ],
      [
        'the prescription',
        instead(/<pertinentInformation1 typeCode="PERT">[^]*?<\/pertinentInformation1>/, ''),
        'hl7:pertinentPrescriptionID not found',
      ],
      [
        'the reason',
        instead(/<pertinentInformation3 typeCode="PERT">[^]*?<\/pertinentInformation3>/, ''),
        'A single Withdraw Reason must be provided',
      ],
      [
        'the list of the reason',
        instead(/17\.110/, '17.1'),
        'A single Withdraw Reason must be provided',
      ],
      ['the id', nullId, 'A single hl7:ID/@root must be provided'],
      ['the time', without('effectiveTime', '<RebuildDispenseHistory'), 'Effective Time missing'],
      [
        'a component',
        instead(
          /<component typeCode="COMP"><sequenceNumber[^]*<\/component>(?=\s*<pertinentInformation1 )/,
          '',
        ),
        'At least 1 component must be provided',
      ],
      ['the number of a component', without('sequenceNumber'), 'sequenceNumber missing'],
      [
        'the notification of a component',
        instead(/<(\/?)DispenseNotification/g, '<$1Other'),
        'hl7:DispenseNotification root not found',
      ],
      [
        'the supply header of a notification',
        instead(/<(\/?)pertinentSupplyHeader/g, '<$1other'),
        'hl7:pertinentSupplyHeader root not found',
      ],
      [
        'the prescription of a notification',
        without('pertinentInformation4', INSIDE),
        'hl7:pertinentPrescriptionID root not found',
      ],
      [
        'the status of a notification',
        instead(/<(\/?)pertinentPrescriptionStatus/g, '<$1other'),
        'hl7:pertinentPrescriptionStatus root not found',
      ],
      ['the patient of a notification', without('recordTarget', INSIDE), 'NHSNumber missing'],
      ['the id of a notification', without('id', INSIDE), 'A single hl7:ID/@root must be provided'],
      [
        'the time of a notification',
        without('effectiveTime', INSIDE),
        'Dispense Notification Timestamp must be provided',
      ],
      [
        'the organisation of a notification',
        without('representedOrganization', INSIDE),
        'hl7:representedOrganization not found',
      ],
      [
        'an item of a notification',
        instead(
          /<pertinentInformation1[^>]*>\s*<seperatableInd[^>]*>\s*<templateId[^>]*sourceOf2[^]*?<\/pertinentSuppliedLineItem>\s*<\/pertinentInformation1>/,
          '',
        ),
        'At least 1 SuppliedLineItem must be provided',
      ],
      [
        'a first telling in place of an amendment',
        instead(
          '<sequelTo',
          '<replacementOf typeCode="RPLC"><priorMessageRef classCode="INFO" moodCode="EVN"><id root="0B6F0B5E-5B1C-4A3E-9C39-6C3F1C2D9A10"/></priorMessageRef></replacementOf><sequelTo',
        ),
        'replacementOf must not be provided in a rebuild',
      ],
      [
        'a number that is one for the issue',
        instead(
          '</RebuildDispenseHistory>',
          '<pertinentInformation2 typeCode="PERT"><seperatableInd value="false"/><pertinentRepeatInstanceInfo classCode="OBS" moodCode="EVN"><code code="RPI" codeSystem="2.16.840.1.113883.2.1.3.2.4.17.30"/><value value="first"/></pertinentRepeatInstanceInfo></pertinentInformation2></RebuildDispenseHistory>',
        ),
        'repeat instance first is not an issue',
      ],
    ],
  },
};
