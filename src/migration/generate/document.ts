import type { LegacyRow, LegacyRows } from './life-rows.ts';

type Members = { readonly [name: string]: unknown };

/**
 * What the tables of an old store have of a prescription as the document of one that keeps documents [MIGRATION 2.3]:
 * one for each row of the prescription itself, and one where there is none.
 */
export function documentsOf(tables: LegacyRows): Members[] {
  const [first] = tables.PRESCRIPTION;
  if (first !== undefined) return tables.PRESCRIPTION.map((row) => documentOf(row, tables));
  const id = Object.values(tables).flat()[0]?.['PRESC_ID'] ?? '';
  const [gone] = tables.TOMBSTONE;
  const purged =
    gone === undefined
      ? false
      : { finalStatus: gone['FINAL_STATUS'], date: gone['PURGED_TS'], reason: gone['REASON'] };
  return [
    {
      prescription: { prescriptionID: id },
      purged,
      cancellations: tables.CANCELLATION.map(cancellation),
      documents: tables.MESSAGE.map(message),
    },
  ];
}

function documentOf(row: LegacyRow, tables: LegacyRows): Members {
  const [gone] = tables.TOMBSTONE;
  const next = tables.ISSUE.flatMap((one) =>
    one['NEXT_ACT'] == null ? [] : [`${one['NEXT_ACT']}_${one['NEXT_ACT_DT'] ?? ''}`],
  );
  const waiting = tables.NOM_RELEASE.filter((one) => one['STATE'] === 'PENDING');
  return {
    prescription: {
      prescriptionID: row['PRESC_ID'],
      releaseVersion: row['RELEASE_VER'],
      prescriptionTreatmentType: row['TREATMENT'],
      prescriptionType: row['PRESC_TYPE'],
      prescriptionTime: row['PRESC_TS'],
      signedTime: row['SIGNED_TS'] ?? '',
      prescribingOrganization: row['PRESCRIBER_ORG'],
      daysSupply: row['DAYS_SUPPLY'] ?? false,
      maxRepeats: Number(row['MAX_REPEATS']),
      currentInstance: row['CURRENT_ISSUE'],
      parentMessage: row['PARENT_MSG_ID'],
    },
    patient: { nhsNumber: row['NHS_NO'] ?? false, birthTime: row['BIRTH_DT'] ?? ' ' },
    nomination: {
      nominated: row['NOM_FLAG'] === 'Y',
      nominatedPerformer: row['NOM_ORG'] ?? false,
      nominatedPerformerType: row['NOM_TYPE'] ?? false,
      nominationHistory: tables.NOM_RELEASE.map(stay),
    },
    instances: Object.fromEntries(
      tables.ISSUE.map((one) => [one['ISSUE_NO'] ?? '', instance(one, tables)]),
    ),
    changeLog: changeLog(tables.STATUS_HIST),
    cancellations: tables.CANCELLATION.filter((one) => one['ISSUE_NO'] == null).map(cancellation),
    documents: tables.MESSAGE.map(message),
    purged:
      gone === undefined ? '' : { finalStatus: gone['FINAL_STATUS'], date: gone['PURGED_TS'] },
    indexes: { nominatedPharmacy: waiting.map((one) => one['ORG']), nextActivity: next },
    SCN: Number(row['SCN']),
    lastUpdate: row['LAST_UPD_TS'],
  };
}

function instance(issue: LegacyRow, tables: LegacyRows): Members {
  const number = issue['ISSUE_NO'];
  const own = (rows: readonly LegacyRow[]): LegacyRow[] =>
    rows.filter((row) => row['ISSUE_NO'] === number);
  return {
    prescriptionStatus: issue['STATUS'],
    previousStatus: issue['PREV_STATUS'] ?? false,
    lastDispenseStatus: issue['LAST_DISP_STATUS'] ?? false,
    dates: {
      dispenseWindowLow: issue['WINDOW_LOW'],
      dispenseWindowHigh: issue['WINDOW_HIGH'],
      nominatedDownload: issue['NOM_DOWNLOAD_DT'] ?? '',
      release: issue['RELEASE_DT'] ?? '',
      expiry: issue['EXPIRY_DT'] ?? '',
      completion: issue['COMPLETION_DT'] ?? false,
    },
    lineItems: own(tables.ITEM).map((item) => ({
      order: Number(item['ITEM_ORDER']),
      ID: item['ITEM_ID'],
      status: item['STATUS'],
      previousStatus: item['PREV_STATUS'] ?? false,
      maxRepeats: item['MAX_REPEATS'] ?? false,
      productCode: item['PRODUCT_CODE'],
      quantity: item['QTY'],
      quantityUnit: item['QTY_UNIT'],
    })),
    dispense: {
      dispensingOrganization: issue['DISPENSER_ORG'] ?? false,
      releaseMessage: issue['RELEASE_MSG_ID'] ?? '',
      lastNotification: issue['LAST_DN_ID'] ?? '',
      lastNotificationTime: issue['LAST_DISP_DT'] ?? '',
    },
    claim: {
      status: issue['CLAIM_STATUS'] ?? false,
      id: issue['CLAIM_ID'] ?? false,
      received: issue['CLAIM_RECV_DT'] ?? false,
    },
    nextActivity: { activity: issue['NEXT_ACT'] ?? '', date: issue['NEXT_ACT_DT'] ?? '' },
    releases: own(tables.RELEASE).map(release),
    dispenseHistory: own(tables.DISPENSE).map((one) => dispense(one, tables.DISPENSE_ITEM)),
    claims: own(tables.CLAIM).map(claim),
    cancellations: own(tables.CANCELLATION).map(cancellation),
  };
}

function stay(row: LegacyRow): Members {
  return {
    instance: row['ISSUE_NO'],
    organization: row['ORG'],
    number: row['SEQ'],
    state: row['STATE'],
    queued: row['QUEUED_TS'],
    delivered: row['DELIVERED_TS'] ?? false,
    deliveryMessage: row['DELIVERY_MSG_ID'] ?? false,
    attempts: row['ATTEMPTS'],
  };
}

function release(row: LegacyRow): Members {
  return {
    number: row['REL_NO'],
    organization: row['ORG'],
    kind: row['KIND'],
    time: row['REL_TS'],
    message: row['REQ_MSG_ID'] ?? false,
    endKind: row['END_KIND'] ?? false,
    endTime: row['END_TS'] ?? false,
    endMessage: row['END_MSG_ID'] ?? false,
  };
}

function dispense(row: LegacyRow, items: readonly LegacyRow[]): Members {
  return {
    notificationID: row['DN_ID'],
    organization: row['ORG'],
    time: row['DN_TS'],
    amends: row['AMENDS_DN_ID'] ?? false,
    withdrawn: row['WITHDRAWN'] === 'Y',
    message: row['MSG_ID'],
    lineItems: items
      .filter((item) => item['DN_ID'] === row['DN_ID'])
      .map((item) => ({
        order: item['ITEM_ORDER'],
        status: item['STATUS'],
        productCode: item['PRODUCT_CODE'],
        quantity: item['QTY'],
      })),
  };
}

function claim(row: LegacyRow): Members {
  return {
    id: row['CLAIM_ID'],
    organization: row['ORG'],
    received: row['RECV_TS'],
    amends: row['AMENDS_CLAIM_ID'] ?? false,
    batch: row['BATCH_ID'] ?? false,
    sent: row['SENT_TS'] ?? false,
    message: row['MSG_ID'],
  };
}

function cancellation(row: LegacyRow): Members {
  return {
    id: row['CANCEL_ID'],
    lineItem: row['ITEM_ID'] ?? false,
    organization: row['ORG'],
    time: row['CANCEL_TS'],
    reasonCode: row['REASON_CD'],
    reasonText: row['REASON_TXT'] ?? '',
    state: row['STATE'],
    failReason: row['FAIL_REASON'] ?? false,
    message: row['MSG_ID'],
  };
}

/** By the message that caused a step; several steps of one message are a list. */
function changeLog(history: readonly LegacyRow[]): Members {
  const steps = history.map((row, place) => ({
    key: row['MSG_ID'] ?? `spine-${place}`,
    step: {
      SCN: Number(row['HIST_ID']),
      Timestamp: row['RECV_TS'],
      eventTime: row['EVENT_TS'],
      interactionID: row['INTERACTION'],
      instance: row['ISSUE_NO'],
      fromStatus: row['FROM_STATUS'] ?? false,
      toStatus: row['TO_STATUS'],
      organization: row['ORG'] ?? false,
      agentPerson: row['USER_ID'] ?? false,
    },
  }));
  const byKey = Map.groupBy(steps, ({ key }) => key);
  return Object.fromEntries(
    [...byKey].map(([key, some]) => [
      key,
      some.length === 1 ? some[0]?.step : some.map(({ step }) => step),
    ]),
  );
}

function message(row: LegacyRow): Members {
  return {
    message: row['MSG_ID'],
    interactionID: row['INTERACTION'],
    direction: row['DIRECTION'],
    received: row['RECV_TS'],
    from: row['FROM_SYSTEM'] ?? false,
    outcome: row['OUTCOME'],
    file: row['PAYLOAD_FILE'],
    offset: Number(row['OFFSET']),
    length: Number(row['LENGTH']),
    sha256: row['SHA256'],
  };
}

const BEYOND_ASCII = /[\u007f-\uffff]/g;

/** One line of ASCII. */
export function documentLine(document: Members): string {
  const json = JSON.stringify(document);
  return `${json.replaceAll(BEYOND_ASCII, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
}
