import type { Uuid } from '../../kernel/uuid.ts';
import { Xml, xml } from '../xml/write-xml.ts';
import { document } from './ebxml-envelope.ts';
import type { Coded, Hl7Answer } from './interaction.ts';
import { NAMESPACES } from './names.ts';
import { FRAME_OID } from './oids.ts';

/** Whose answer to whose message it is: ASIDs, and the id of that message. */
export type AnswerFrame = {
  readonly from: string;
  readonly to: string;
  readonly messageRef: string;
};

/** An answer to a message, or to a query: what that was found is told at its end. */
export type FramedAnswer = Omit<Hl7Answer, 'interaction'> & {
  readonly interaction: string;
  readonly isConfirmed?: boolean;
};

/** A whole answer, with no prefix but the default namespace [EPS-HL7V3 4.2, 7.1]. */
export function writeAnswer(answer: Hl7Answer, frame: AnswerFrame): string {
  return document(framed(answer, frame));
}

/** The same without a declaration, to be put into something else. */
export function framed(answer: FramedAnswer, frame: AnswerFrame): Xml {
  const { interaction, messageId, at, acknowledgement, details, reasons, subject } = answer;
  const { warnings = [] } = answer;
  // The name of the root is one of ours, but the writer knows no names.
  const name = new Xml(interaction);
  return xml`<${name} xmlns="${NAMESPACES.hl7}">
<id root="${guid(messageId)}"/>
<creationTime value="${hl7Time(at)}"/>
<versionCode code="V3NPfIT4.2.00"/>
<interactionId root="${FRAME_OID.interaction}" extension="${interaction}"/>
<processingCode code="P"/>
<processingModeCode code="T"/>
<acceptAckCode code="NE"/>
<acknowledgement typeCode="${acknowledgement}">${details.map((one) => detailOf(one, 'ER'))}${warnings.map((one) => detailOf(one, 'WG'))}
<messageRef><id root="${frame.messageRef}"/></messageRef>
</acknowledgement>
<communicationFunctionRcv typeCode="RCV">${device('device', frame.to)}</communicationFunctionRcv>
<communicationFunctionSnd typeCode="SND">${device('device', frame.from)}</communicationFunctionSnd>
<ControlActEvent classCode="CACT" moodCode="EVN">
<author1 typeCode="AUT"><AgentSystemSDS classCode="AGNT">${device('agentSystemSDS', frame.from)}</AgentSystemSDS></author1>${reasons.map(reasonOf)}${subjectOf(subject)}${answer.isConfirmed === true ? QUERY_ACK : null}
</ControlActEvent>
</${name}>`;
}

const QUERY_ACK = xml`
<queryAck><queryResponseCode code="OK"/></queryAck>`;

function detailOf(coded: Coded, type: 'ER' | 'WG'): Xml {
  return xml`
<acknowledgementDetail typeCode="${type}">${codeOf(coded)}</code></acknowledgementDetail>`;
}

function reasonOf(coded: Coded): Xml {
  return xml`
<reason typeCode="RSON"><justifyingDetectedIssueEvent classCode="ALRT" moodCode="EVN">${codeOf(coded)}<qualifier code="ER"/></code></justifyingDetectedIssueEvent></reason>`;
}

/** Left open, for its qualifier. */
function codeOf({ codeSystem, code, displayName }: Coded): Xml {
  return xml`<code codeSystem="${codeSystem}" code="${code}" displayName="${displayName}">`;
}

function subjectOf(subject: string | null): Xml | null {
  if (subject === null) return null;
  return xml`
<subject typeCode="SUBJ" contextConductionInd="false">${new Xml(subject)}</subject>`;
}

function device(name: 'device' | 'agentSystemSDS', asid: string): Xml {
  const element = new Xml(name);
  return xml`<${element} classCode="DEV" determinerCode="INSTANCE"><id root="${FRAME_OID.asid}" extension="${asid}"/></${element}>`;
}

function guid(id: Uuid): string {
  return id.toUpperCase();
}

/** `YYYYMMDDHHmmss` in UTC [EPS-HL7V3 4.1]. */
function hl7Time(at: Date): string {
  return at.toISOString().slice(0, 19).replaceAll(/[-T:]/g, '');
}
