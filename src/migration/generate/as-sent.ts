import { guidOf } from './dice.ts';
import { stamp } from './legacy-time.ts';
import type { Life } from './life.ts';
import { patientOf } from './payload.ts';

/** A message as a system sends it: what it is about, and who sends it when. */
export type AsSent = {
  readonly life: Life;
  readonly id: string;
  readonly organisation: string;
  readonly ms: number;
};

const ODS = '1.2.826.0.1285.0.1.10';
const SHORT_FORM = '2.16.840.1.113883.2.1.3.2.4.18.8';
const CODES = '2.16.840.1.113883.2.1.3.2.4';
const ADDRESS = '<addr><streetAddressLine>1 Invented Way</streetAddressLine></addr>';
const NHS_NUMBER = '2.16.840.1.113883.2.1.4.1';

/**
 * Messages of a pharmacy and a prescriber by what they are, written down from the specification as whole as a Spine wants
 * them [EPS-HL7V3 4.2, 6]. A release is by an id, as the old store tells of one at a time.
 */
export const AS_SENT = {
  release: (sent: AsSent) =>
    framed(
      'PORX_IN132004SM30',
      sent,
      `<PatientPrescriptionReleaseRequest>${begin(sent)}<author>${agent(sent)}</author><pertinentInformation>${prescription(sent)}</pertinentInformation></PatientPrescriptionReleaseRequest>`,
    ),
  giveBack: (sent: AsSent) =>
    framed(
      'PORX_IN100101SM31',
      sent,
      `<DispenseProposalReturn>${begin(sent)}<author>${agent(sent)}</author><pertinentInformation1>${prescription(sent)}</pertinentInformation1><pertinentInformation3>${coded('ReturnReason', '0003', '16.28')}</pertinentInformation3><reversalOf><priorPrescriptionReleaseResponseRef><id root="${guidOf('released', sent.life.beginning.n)}"/></priorPrescriptionReleaseResponseRef></reversalOf></DispenseProposalReturn>`,
    ),
  dispense: (sent: AsSent) =>
    framed(
      'PORX_IN080101SM31',
      sent,
      `<DispenseNotification>${begin(sent)}<recordTarget><patient><id root="${NHS_NUMBER}" extension="${sent.life.beginning.patient}"/></patient></recordTarget><pertinentInformation1>${supplied(sent, 'author')}</pertinentInformation1></DispenseNotification>`,
    ),
  claim: (sent: AsSent) =>
    framed(
      'PORX_IN090101SM31',
      sent,
      `<DispenseClaim>${begin(sent)}<primaryInformationRecipient><AgentOrg><agentOrganization><id root="${ODS}" extension="RQX"/></agentOrganization></AgentOrg></primaryInformationRecipient><pertinentInformation1>${supplied(sent, 'legalAuthenticator')}</pertinentInformation1></DispenseClaim>`,
    ),
  cancel: (sent: AsSent) =>
    framed(
      'PORX_IN030101SM32',
      sent,
      `<CancellationRequest>${begin(sent)}${patient(sent)}<author>${agent(sent)}</author><pertinentInformation2>${prescription(sent)}</pertinentInformation2><pertinentInformation>${coded('CancellationReason', '0001', '16.27')}</pertinentInformation></CancellationRequest>`,
    ),
} as const;

function framed(interaction: string, { id, ms }: AsSent, act: string): string {
  const device = (asid: string): string =>
    `<device><id root="1.2.826.0.1285.0.2.0.107" extension="${asid}"/></device>`;
  return `<${interaction} xmlns="urn:hl7-org:v3"><id root="${id}"/><creationTime value="${stamp(ms)}"/><versionCode code="V3NPfIT3.0"/><interactionId root="${CODES}.12" extension="${interaction}"/><communicationFunctionRcv>${device('567456789789')}</communicationFunctionRcv><communicationFunctionSnd>${device('230811201324')}</communicationFunctionSnd><ControlActEvent><author1/><subject>${act}</subject></ControlActEvent></${interaction}>`;
}

/** The act has an id of its own. */
function begin({ id, ms }: AsSent): string {
  return `<id root="${id.replace(/^.{2}/, 'AC')}"/><effectiveTime value="${stamp(ms)}"/>`;
}

function agent({ organisation }: AsSent): string {
  return `<AgentPerson><id root="1.2.826.0.1285.0.2.0.67" extension="555900040103"/><code code="S8000:G8000:R8000" codeSystem="1.2.826.0.1285.0.2.1.104"/><telecom value="tel:0"/><agentPerson><id root="1.2.826.0.1285.0.2.0.65" extension="555900040102"/><name><family>Invented</family></name></agentPerson><representedOrganization><id root="${ODS}" extension="${organisation}"/><code code="999" codeSystem="${CODES}.17.94"/><name>Invented</name><telecom value="tel:0"/>${ADDRESS}</representedOrganization></AgentPerson>`;
}

function prescription({ life }: AsSent): string {
  return `<pertinentPrescriptionID><value root="${SHORT_FORM}" extension="${life.beginning.id}"/></pertinentPrescriptionID>`;
}

/** As the order names them, and where they live. */
function patient({ life }: AsSent): string {
  return patientOf(life.beginning).replace('<patientPerson>', `${ADDRESS}<patientPerson>`);
}

/** All of each item. */
function supplied(sent: AsSent, signs: 'author' | 'legalAuthenticator'): string {
  const items = sent.life.issue.items.map(
    (item) =>
      `<pertinentInformation1><pertinentSuppliedLineItem><inFulfillmentOf><priorOriginalItemRef><id root="${item.id}"/></priorOriginalItemRef></inFulfillmentOf><pertinentInformation3>${coded('ItemStatus', '0001', '17.23')}</pertinentInformation3></pertinentSuppliedLineItem></pertinentInformation1>`,
  );
  return `<pertinentSupplyHeader><${signs}>${agent(sent)}</${signs}>${items.join('')}<pertinentInformation3>${coded('PrescriptionStatus', '0006', '16.35')}</pertinentInformation3><pertinentInformation4>${prescription(sent)}</pertinentInformation4></pertinentSupplyHeader>`;
}

function coded(name: string, code: string, list: string): string {
  return `<pertinent${name}><value code="${code}" codeSystem="${CODES}.${list}"/></pertinent${name}>`;
}
