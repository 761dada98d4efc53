import type { Group } from '../lx1/read-groups.ts';
import type { Placed } from '../lx1/read-table.ts';
import { columnsOf, type PrescriptionTable } from '../lx1/tables.ts';
import { type Fields, fieldsOf, fieldsIn, listOf, textOf } from './fields.ts';

/**
 * A prescription of an old store that keeps documents, in the rows that one with tables has of it: from there on both
 * are moved alike [MIGRATION 2.3]. `at` is its line in its file.
 */
export function rowsOfDocument(document: Fields, at: number): Group['rows'] {
  const id = textOf(fieldsIn(document, 'prescription'), 'prescriptionID') ?? '';
  const rows = new Rows(id, at);
  const issues = fieldsIn(document, 'instances');
  addPrescription(rows, document);
  for (const number of Object.keys(issues).toSorted((one, other) => Number(one) - Number(other))) {
    addIssue(rows, number, fieldsIn(issues, number));
  }
  addQueue(rows, listOf(fieldsIn(document, 'nomination'), 'nominationHistory'));
  addHistory(rows, fieldsIn(document, 'changeLog'));
  addMessages(rows, listOf(document, 'documents'));
  for (const one of listOf(document, 'cancellations')) addCancellation(rows, null, one);
  const purged = fieldsIn(document, 'purged');
  if (textOf(purged, 'finalStatus') !== null) {
    rows.add('TOMBSTONE', {
      FINAL_STATUS: textOf(purged, 'finalStatus'),
      PURGED_TS: textOf(purged, 'date'),
      REASON: textOf(purged, 'reason'),
    });
  }
  return rows.all();
}

type Values = Readonly<Record<string, string | null>>;

/** Rows as they come; columns that are not named are NULL. */
class Rows {
  readonly #id: string;
  readonly #at: number;
  readonly #rows = new Map<PrescriptionTable, object[]>();

  constructor(id: string, at: number) {
    this.#id = id;
    this.#at = at;
  }

  add(table: PrescriptionTable, values: Values): void {
    const row = Object.fromEntries(
      columnsOf(table).map(({ name, isNullable }) => {
        const value = name === 'PRESC_ID' ? this.#id : (values[name] ?? null);
        return [name, value ?? (isNullable ? null : '')];
      }),
    );
    const known = this.#rows.get(table) ?? [];
    known.push({ row, at: this.#at, repaired: {} });
    this.#rows.set(table, known);
  }

  all(): Group['rows'] {
    return {
      PRESCRIPTION: this.#of('PRESCRIPTION'),
      ISSUE: this.#of('ISSUE'),
      ITEM: this.#of('ITEM'),
      STATUS_HIST: this.#of('STATUS_HIST'),
      MESSAGE: this.#of('MESSAGE'),
      NOM_RELEASE: this.#of('NOM_RELEASE'),
      RELEASE: this.#of('RELEASE'),
      DISPENSE: this.#of('DISPENSE'),
      DISPENSE_ITEM: this.#of('DISPENSE_ITEM'),
      CLAIM: this.#of('CLAIM'),
      CANCELLATION: this.#of('CANCELLATION'),
      TOMBSTONE: this.#of('TOMBSTONE'),
    };
  }

  #of<Name extends PrescriptionTable>(table: Name): readonly Placed<Name>[] {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- `add` puts rows of a table under its name alone
    return (this.#rows.get(table) ?? []) as readonly Placed<Name>[];
  }
}

function addPrescription(rows: Rows, document: Fields): void {
  const of = fieldsIn(document, 'prescription');
  if (textOf(of, 'prescriptionTime') === null) return;
  const [patient, nomination] = [fieldsIn(document, 'patient'), fieldsIn(document, 'nomination')];
  rows.add('PRESCRIPTION', {
    RELEASE_VER: textOf(of, 'releaseVersion'),
    TREATMENT: textOf(of, 'prescriptionTreatmentType'),
    PRESC_TYPE: textOf(of, 'prescriptionType'),
    NHS_NO: textOf(patient, 'nhsNumber'),
    BIRTH_DT: textOf(patient, 'birthTime'),
    AGE_LOW: textOf(patient, 'lowerAgeLimit'),
    AGE_HIGH: textOf(patient, 'higherAgeLimit'),
    PRESCRIBER_ORG: textOf(of, 'prescribingOrganization'),
    PRESC_TS: textOf(of, 'prescriptionTime'),
    SIGNED_TS: textOf(of, 'signedTime'),
    DAYS_SUPPLY: textOf(of, 'daysSupply'),
    MAX_REPEATS: textOf(of, 'maxRepeats'),
    CURRENT_ISSUE: textOf(of, 'currentInstance'),
    NOM_FLAG: nomination['nominated'] === true ? 'Y' : 'N',
    NOM_ORG: textOf(nomination, 'nominatedPerformer'),
    NOM_TYPE: textOf(nomination, 'nominatedPerformerType'),
    PARENT_MSG_ID: textOf(of, 'parentMessage'),
    SCN: textOf(document, 'SCN'),
    LAST_UPD_TS: textOf(document, 'lastUpdate') ?? textOf(of, 'prescriptionTime'),
  });
}

function addIssue(rows: Rows, number: string, of: Fields): void {
  const [dates, next] = [fieldsIn(of, 'dates'), fieldsIn(of, 'nextActivity')];
  const [dispense, claim] = [fieldsIn(of, 'dispense'), fieldsIn(of, 'claim')];
  rows.add('ISSUE', {
    ISSUE_NO: number,
    STATUS: textOf(of, 'prescriptionStatus'),
    PREV_STATUS: textOf(of, 'previousStatus'),
    LAST_DISP_STATUS: textOf(of, 'lastDispenseStatus'),
    WINDOW_LOW: textOf(dates, 'dispenseWindowLow'),
    WINDOW_HIGH: textOf(dates, 'dispenseWindowHigh'),
    NOM_DOWNLOAD_DT: textOf(dates, 'nominatedDownload'),
    RELEASE_DT: textOf(dates, 'release'),
    RELEASE_MSG_ID: textOf(dispense, 'releaseMessage'),
    EXPIRY_DT: textOf(dates, 'expiry'),
    COMPLETION_DT: textOf(dates, 'completion'),
    DISPENSER_ORG: textOf(dispense, 'dispensingOrganization'),
    LAST_DN_ID: textOf(dispense, 'lastNotification'),
    LAST_DISP_DT: textOf(dispense, 'lastNotificationTime'),
    CLAIM_STATUS: textOf(claim, 'status'),
    CLAIM_ID: textOf(claim, 'id'),
    CLAIM_RECV_DT: textOf(claim, 'received'),
    CLAIM_REBUILD: textOf(claim, 'rebuild'),
    NEXT_ACT: textOf(next, 'activity'),
    NEXT_ACT_DT: textOf(next, 'date'),
    PREV_ISSUE_TS: textOf(dates, 'previousIssue'),
  });
  for (const [index, item] of listOf(of, 'lineItems').entries()) addItem(rows, number, index, item);
  for (const one of listOf(of, 'releases')) addRelease(rows, number, one);
  for (const one of listOf(of, 'dispenseHistory')) addDispense(rows, number, one);
  for (const one of listOf(of, 'claims')) addClaim(rows, number, one);
  for (const one of listOf(of, 'cancellations')) addCancellation(rows, number, one);
}

function addItem(rows: Rows, number: string, index: number, item: Fields): void {
  rows.add('ITEM', {
    ISSUE_NO: number,
    ITEM_ORDER: textOf(item, 'order') ?? String(index + 1),
    ITEM_ID: textOf(item, 'ID'),
    STATUS: textOf(item, 'status'),
    PREV_STATUS: textOf(item, 'previousStatus'),
    MAX_REPEATS: textOf(item, 'maxRepeats'),
    PRODUCT_CODE: textOf(item, 'productCode'),
    QTY: textOf(item, 'quantity'),
    QTY_UNIT: textOf(item, 'quantityUnit'),
  });
}

function addRelease(rows: Rows, number: string, one: Fields): void {
  rows.add('RELEASE', {
    ISSUE_NO: number,
    REL_NO: textOf(one, 'number'),
    ORG: textOf(one, 'organization'),
    KIND: textOf(one, 'kind'),
    REL_TS: textOf(one, 'time'),
    REQ_MSG_ID: textOf(one, 'message'),
    END_KIND: textOf(one, 'endKind'),
    END_TS: textOf(one, 'endTime'),
    END_MSG_ID: textOf(one, 'endMessage'),
  });
}

function addDispense(rows: Rows, number: string, one: Fields): void {
  const id = textOf(one, 'notificationID');
  rows.add('DISPENSE', {
    DN_ID: id,
    ISSUE_NO: number,
    ORG: textOf(one, 'organization'),
    DN_TS: textOf(one, 'time'),
    AMENDS_DN_ID: textOf(one, 'amends'),
    WITHDRAWN: one['withdrawn'] === true ? 'Y' : 'N',
    MSG_ID: textOf(one, 'message'),
  });
  for (const item of listOf(one, 'lineItems')) {
    rows.add('DISPENSE_ITEM', {
      DN_ID: id,
      ITEM_ORDER: textOf(item, 'order'),
      STATUS: textOf(item, 'status'),
      PRODUCT_CODE: textOf(item, 'productCode'),
      QTY: textOf(item, 'quantity'),
    });
  }
}

function addClaim(rows: Rows, number: string, one: Fields): void {
  rows.add('CLAIM', {
    CLAIM_ID: textOf(one, 'id'),
    ISSUE_NO: number,
    ORG: textOf(one, 'organization'),
    RECV_TS: textOf(one, 'received'),
    AMENDS_CLAIM_ID: textOf(one, 'amends'),
    BATCH_ID: textOf(one, 'batch'),
    SENT_TS: textOf(one, 'sent'),
    MSG_ID: textOf(one, 'message'),
  });
}

/** Of an issue, or of all of a prescription, which may not have come. */
function addCancellation(rows: Rows, number: string | null, one: Fields): void {
  rows.add('CANCELLATION', {
    CANCEL_ID: textOf(one, 'id'),
    ISSUE_NO: number,
    ITEM_ID: textOf(one, 'lineItem'),
    ORG: textOf(one, 'organization'),
    CANCEL_TS: textOf(one, 'time'),
    REASON_CD: textOf(one, 'reasonCode'),
    REASON_TXT: textOf(one, 'reasonText'),
    STATE: textOf(one, 'state'),
    FAIL_REASON: textOf(one, 'failReason'),
    MSG_ID: textOf(one, 'message'),
  });
}

function addQueue(rows: Rows, history: readonly Fields[]): void {
  for (const one of history) {
    rows.add('NOM_RELEASE', {
      ISSUE_NO: textOf(one, 'instance'),
      ORG: textOf(one, 'organization'),
      SEQ: textOf(one, 'number'),
      STATE: textOf(one, 'state'),
      QUEUED_TS: textOf(one, 'queued'),
      DELIVERED_TS: textOf(one, 'delivered'),
      DELIVERY_MSG_ID: textOf(one, 'deliveryMessage'),
      ATTEMPTS: textOf(one, 'attempts'),
    });
  }
}

/** By the message that caused a step, or a name of its own for what the old store did by itself; a message may cause several. */
function addHistory(rows: Rows, log: Fields): void {
  const steps = Object.entries(log).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => ({ key, step: fieldsOf(one) })),
  );
  const numberOf = ({ step }: (typeof steps)[number]): number => Number(textOf(step, 'SCN'));
  for (const { key, step } of steps.toSorted((one, other) => numberOf(one) - numberOf(other))) {
    rows.add('STATUS_HIST', {
      HIST_ID: textOf(step, 'SCN'),
      ISSUE_NO: textOf(step, 'instance'),
      ITEM_ORDER: textOf(step, 'lineItem'),
      FROM_STATUS: textOf(step, 'fromStatus'),
      TO_STATUS: textOf(step, 'toStatus'),
      INTERACTION: textOf(step, 'interactionID'),
      MSG_ID: key.startsWith('spine-') ? null : key,
      EVENT_TS: textOf(step, 'eventTime') ?? textOf(step, 'Timestamp'),
      RECV_TS: textOf(step, 'Timestamp'),
      ORG: textOf(step, 'organization'),
      USER_ID: textOf(step, 'agentPerson'),
      ROLE_PROFILE: textOf(step, 'agentRoleProfile'),
      SYSTEM_ID: textOf(step, 'agentSystemSDS'),
      REASON_CD: textOf(step, 'reasonCode'),
    });
  }
}

function addMessages(rows: Rows, documents: readonly Fields[]): void {
  for (const one of documents) {
    rows.add('MESSAGE', {
      MSG_ID: textOf(one, 'message'),
      CONV_ID: textOf(one, 'conversation'),
      INTERACTION: textOf(one, 'interactionID'),
      DIRECTION: textOf(one, 'direction'),
      RECV_TS: textOf(one, 'received'),
      FROM_SYSTEM: textOf(one, 'from'),
      TO_SYSTEM: textOf(one, 'to'),
      REF_TO_MSG: textOf(one, 'refTo'),
      OUTCOME: textOf(one, 'outcome'),
      PAYLOAD_FILE: textOf(one, 'file'),
      OFFSET: textOf(one, 'offset'),
      LENGTH: textOf(one, 'length'),
      SHA256: textOf(one, 'sha256'),
    });
  }
}
