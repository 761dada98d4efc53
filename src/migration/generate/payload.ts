import { kept } from './damage.ts';
import { guidOf } from './dice.ts';
import { stamp } from './legacy-time.ts';
import type { Life } from './life.ts';
import { type LegacyRow, PRODUCT, QUANTITY } from './life-rows.ts';
import { canonical, type Signer, type Signers, signatureXml } from './signers.ts';

/** Invented persons: with hyphens, apostrophes and diacritics [MIGRATION 11]. */
const SURNAMES = ['Ashby', "O'Synthé", 'Müller-Invent', 'D’Exemple', 'Nørregård', 'Żółć', 'Test'];

/** A message as it is kept: what is wrong with an order is only there. */
export function keptOf(row: LegacyRow, life: Life, signers: Signers): ReturnType<typeof kept> {
  const damage = row['MSG_ID'] === life.order ? life.damage : null;
  const signer = signers[SIGNS[damage ?? ''] ?? 'known'];
  return kept(payloadOf(row, life, signer), damage, life.beginning.id);
}

const SIGNS: Readonly<Record<string, Exclude<keyof Signers, 'authorities'>>> = {
  'of an unknown authority': 'unknown',
  'signed too late': 'lapsed',
};

/** A message as it might have been received: invented, short, and with white space that nobody may tidy. */
function payloadOf(row: LegacyRow, life: Life, signer: Signer): Buffer {
  const { MSG_ID: message, INTERACTION: interaction, RECV_TS: received } = row;
  return Buffer.from(
    `<?xml version="1.0" encoding="UTF-8"?>\n<!-- invented: no person has this prescription -->\n` +
      `<${interaction} xmlns="urn:hl7-org:v3" >\n <id root="${message}"/>\t<creationTime value='${received}'/>\n` +
      `${interaction?.startsWith('PORX_IN02010') === true ? order(life, signer) : about(life)}\n</${interaction}>\n`,
  );
}

function about({ beginning: { id, n, patient, prescriber } }: Life): string {
  return ` <prescriptionID extension="${id}"/><patient extension="${patient}"><family>${surnameOf(n)}</family></patient><author extension="${prescriber}"/>`;
}

function surnameOf(n: number): string {
  return SURNAMES[n % SURNAMES.length] ?? '';
}

const ODS = '1.2.826.0.1285.0.1.10';
const SHORT_FORM = '2.16.840.1.113883.2.1.3.2.4.18.8';
const NHS_NUMBER = '2.16.840.1.113883.2.1.4.1';
const USER = '1.2.826.0.1285.0.2.0.65';

/** As much of a prescription as a pharmacy must be told, and nothing besides [EPS-HL7V3 6.1]; signed [EPS-SIGNATURE 2]. */
function order({ beginning }: Life, signer: Signer): string {
  const { id, n, prescriber, nominated, treatment, issues, items, prescribedMs } = beginning;
  const at = stamp(prescribedMs);
  const agent = `<AgentPerson><agentPerson><id root="${USER}" extension="555900040101"/></agentPerson><representedOrganization><id root="${ODS}" extension="${prescriber}"/><name>Surgery</name><telecom value="tel:0"/><addr><streetAddressLine>1 Invented Way</streetAddressLine></addr></representedOrganization></AgentPerson>`;
  const repeats =
    treatment === '0003'
      ? `<repeatNumber><low value="1"/><high value="${issues}"/></repeatNumber>`
      : '';
  const performer =
    nominated === null
      ? ''
      : `<performer><AgentOrgSDS><agentOrganizationSDS><id root="${ODS}" extension="${nominated}"/></agentOrganizationSDS></AgentOrgSDS></performer>`;
  const ids = Array.from({ length: items }, (_, item) => guidOf('item', n, item));
  const lines = ids.map(
    (one) => `  <pertinentInformation2>${lineItem(one, repeats)}</pertinentInformation2>`,
  );
  const time = `<time value="${at}"/>`;
  const longForm = `<id root="${guidOf('long form', n)}"/>`;
  const patient = patientOf(beginning);
  // Which issue it is of is not signed.
  const signed = ids.map((one) => [canonical(lineItem(one, repeats.replace(/<low .*?\/>/, '')))]);
  const fragments = [[time, longForm].map(canonical), [canonical(agent)], [canonical(patient)]];
  const signature = signatureXml([...fragments, ...signed], signer, n % 4 === 0 ? 'RS256' : 'RS1');
  return (
    ` <ControlActEvent><subject><ParentPrescription><id root="${guidOf('act', n)}"/><effectiveTime value="${at}"/>${patient}\n` +
    ` <pertinentInformation1><pertinentPrescription>${longForm}<id root="${SHORT_FORM}" extension="${id}"/>${repeats}${performer}<author>${time}<signatureText>${signature}</signatureText>${agent}</author><responsibleParty>${agent}</responsibleParty>${coded(5, 'PrescriptionTreatmentType', treatment)}${coded(1, 'DispensingSitePreference', '0004')}\n` +
    `${lines.join('\n')}\n ${coded(4, 'PrescriptionType', '0001')}</pertinentPrescription></pertinentInformation1></ParentPrescription></subject></ControlActEvent>`
  );
}

export function patientOf({ n, patient, prescriber }: Life['beginning']): string {
  return `<recordTarget><Patient><id root="${NHS_NUMBER}" extension="${patient}"/><patientPerson><name><family>${surnameOf(n)}</family></name><administrativeGenderCode code="2"/><birthTime value="19500214"/><playedProviderPatient><subjectOf><patientCareProvision><responsibleParty><healthCareProvider><id root="${ODS}" extension="${prescriber}"/></healthCareProvider></responsibleParty></patientCareProvision></subjectOf></playedProviderPatient></patientPerson></Patient></recordTarget>`;
}

function lineItem(id: string, repeats: string): string {
  return `<pertinentLineItem><id root="${id}"/>${repeats}<product><manufacturedProduct><manufacturedRequestedMaterial><code code="${PRODUCT}" displayName="Synthetic tablets 75mg"/></manufacturedRequestedMaterial></manufacturedProduct></product><component><lineItemQuantity><quantity value="${QUANTITY}"><translation value="${QUANTITY}" code="428673006" displayName="tablet"/></quantity></lineItemQuantity></component><pertinentInformation2><pertinentDosageInstructions><value>one a day</value></pertinentDosageInstructions></pertinentInformation2></pertinentLineItem>`;
}

function coded(place: number, name: string, code: string): string {
  return `<pertinentInformation${place}><pertinent${name}><value code="${code}"/></pertinent${name}></pertinentInformation${place}>`;
}
