import type { Organisation as Known } from '../../directory/index.ts';
import type { Instant } from '../../kernel/instant.ts';
import type { OrderDocument, PrescribingOrganisation } from '../hl7v3/order-document.ts';
import { hl7Time } from '../hl7v3/time.ts';
import { issueCount } from '../issues.ts';
import type { Issue, Organisation, Prescription } from '../prescription.ts';
import { ISSUE_STATUSES } from '../statuses.ts';
import { claimedAt, dispensedAt, downloadedAt } from './moments.ts';
import { ITEM_WORDS, TREATMENT_WORDS, yesOrNo } from './words.ts';

/** An issue of a prescription, with what its order says and when something last happened to it. */
export type Shown = {
  readonly prescription: Prescription;
  readonly issue: Issue;
  readonly order: OrderDocument;
  readonly lastEventAt: Instant;
};

/** What the JSON tracker tells of a prescription in a list [EPS-HL7V3 10.1]. Times are 14 digits in UTC. */
export function summaryOf({ prescription, issue, order, lastEventAt }: Shown) {
  return {
    lastEventDate: hl7Time(lastEventAt),
    prescriptionIssueDate: hl7Time(prescription.prescribedAt),
    patientNhsNumber: prescription.patient,
    epsVersion: 'R2',
    repeatInstance: {
      currentIssue: String(issue.number),
      totalAuthorised: String(issueCount(prescription)),
    },
    pendingCancellations: yesOrNo(prescription.pending.length > 0),
    prescriptionTreatmentType: TREATMENT_WORDS[prescription.treatment].words,
    prescriptionStatus: ISSUE_STATUSES[issue.status].display,
    lineItems: Object.fromEntries(order.items.map(({ id, product }) => [id, drugOf(product)])),
  };
}

/** All that it tells of one. `nominated` is what the directory knows of the nominated pharmacy. */
export function detailsOf(shown: Shown, nominated: Known | null) {
  const { prescription, issue, order } = shown;
  const dispensed = dispensedAt(issue);
  return {
    ...summaryOf(shown),
    prescriptionDownloadDate: timeIfAny(downloadedAt(issue)),
    prescriptionDispensedDate: timeIfAny(dispensed),
    prescriptionClaimedDate: timeIfAny(claimedAt(issue)),
    prescriptionLastIssueDispensedDate: dispensed === null ? 'False' : hl7Time(dispensed),
    prescriber: prescriberOf(order.author.agent.organisation),
    nominatedPharmacy: nominatedOf(prescription, nominated),
    dispensingPharmacy: 'holding' in issue ? holderOf(issue.holding.holder.organisation) : NOBODY,
    lineItems: Object.fromEntries(
      order.items.map((item) => [
        item.id,
        {
          description: drugOf(item.product),
          quantity: item.quantity.value,
          uom: drugOf(item.quantity.unit),
          dosage: item.dosage,
          itemStatus: statusOf(issue, item.id),
          code: item.product.code,
        },
      ]),
    ),
  };
}

function drugOf({ code, display }: OrderDocument['items'][number]['product']): string {
  return display ?? code;
}

function statusOf({ items }: Issue, id: string): string {
  const item = items.find((one) => one.id === id.toLowerCase());
  return item === undefined ? '' : ITEM_WORDS[item.status];
}

function timeIfAny(at: Instant | null): string {
  return at === null ? '' : hl7Time(at);
}

type Place = {
  readonly name: string;
  readonly address: string;
  readonly phone: string;
  readonly ods: string;
};

const NOBODY: Place = { name: '', address: '', phone: '', ods: '' };

function prescriberOf({ ods, name, telecom, address }: PrescribingOrganisation): Place {
  const lines = [...address.lines, address.postcode ?? ''];
  return { ods, name, address: joined(lines), phone: phoneOf(telecom.value) };
}

function holderOf({ ods, name, telecom, addressLines, postcode }: Organisation): Place {
  const address = joined([...addressLines, postcode ?? '']);
  return { ods, name: name ?? '', address, phone: phoneOf(telecom ?? '') };
}

/** A pharmacy that the directory does not have is told by its code. */
function nominatedOf({ nominated: ods }: Prescription, known: Known | null): Place {
  if (ods === null || known === null) return { ...NOBODY, ods: ods ?? '' };
  const { name, addressLines, city, postcode, telephone } = known;
  const address = joined([...addressLines, city, postcode]);
  return { ods, name, address, phone: telephone ?? '' };
}

function joined(lines: readonly string[]): string {
  return lines.filter((line) => line !== '').join(', ');
}

function phoneOf(value: string): string {
  return value.replace(/^tel:/, '');
}
