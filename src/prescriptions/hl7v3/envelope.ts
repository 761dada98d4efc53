import { idElement, guidElement, valueElement } from './data-types.ts';
import { OID } from './oids.ts';
import { PERSON } from './people.ts';
import { type Element, element } from '../../gateways/xml/element.ts';

/** Who sends a message to whom, and when [EPS-HL7-MAP 1]. */
export type Hl7Envelope = {
  readonly interaction: string;
  readonly messageId: string;
  /** `YYYYMMDDHHmmss`. */
  readonly createdAt: string;
  readonly asids: { readonly own: string; readonly spine: string };
  /** Null for an application that acts by itself. */
  readonly user: { readonly id: string; readonly roleProfile: string } | null;
};

const NAMESPACE = 'urn:hl7-org:v3';
const DEVICE = { classCode: 'DEV', determinerCode: 'INSTANCE' } as const;

/** A whole message around its subject. */
export function hl7Message(envelope: Hl7Envelope, subject: Element): Element {
  const { interaction, messageId, createdAt, asids, user } = envelope;
  return element(
    interaction,
    { xmlns: NAMESPACE },
    guidElement(messageId),
    valueElement('creationTime', createdAt),
    element('versionCode', { code: 'V3NPfIT4.2.00' }),
    element('interactionId', { extension: interaction, root: OID.interaction }),
    element('processingCode', { code: 'P' }),
    element('processingModeCode', { code: 'T' }),
    element('acceptAckCode', { code: 'NE' }),
    element('communicationFunctionRcv', {}, device('device', asids.spine)),
    element('communicationFunctionSnd', {}, device('device', asids.own)),
    element(
      'ControlActEvent',
      { classCode: 'CACT', moodCode: 'EVN' },
      user === null ? null : userOf(user.id, user.roleProfile),
      element(
        'author1',
        { typeCode: 'AUT' },
        element('AgentSystemSDS', { classCode: 'AGNT' }, device('agentSystemSDS', asids.own)),
      ),
      element('subject', {}, subject),
    ),
  );
}

function device(name: string, asid: string): Element {
  return element(name, DEVICE, idElement({ root: OID.asid, extension: asid }));
}

function userOf(userId: string, roleProfile: string): Element {
  const role = idElement({ root: OID.jobRole, extension: 'UNKNOWN' });
  return element(
    'author',
    { typeCode: 'AUT' },
    element(
      'AgentPersonSDS',
      { classCode: 'AGNT' },
      idElement({ root: OID.roleProfile, extension: roleProfile }),
      element('agentPersonSDS', PERSON, idElement({ root: OID.user, extension: userId })),
      element('part', { typeCode: 'PART' }, element('partSDSRole', { classCode: 'ROL' }, role)),
    ),
  );
}
