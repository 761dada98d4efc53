/**
 * The tables of an LX-1 export and their columns in order; `?` marks one that may be NULL [MIGRATION 2.1].
 * `key` says how a row finds its place: rows of prescriptions are in the order of their prescriptions' ids.
 */
export const TABLES = {
  PRESCRIPTION: {
    key: ['PRESC_ID'],
    columns:
      'PRESC_ID RELEASE_VER TREATMENT PRESC_TYPE NHS_NO? BIRTH_DT? AGE_LOW? AGE_HIGH? PRESCRIBER_ORG PRESC_TS SIGNED_TS? DAYS_SUPPLY? MAX_REPEATS? CURRENT_ISSUE NOM_FLAG NOM_ORG? NOM_TYPE? PARENT_MSG_ID SCN LAST_UPD_TS',
  },
  ISSUE: {
    key: ['PRESC_ID', 'ISSUE_NO'],
    columns:
      'PRESC_ID ISSUE_NO STATUS PREV_STATUS? LAST_DISP_STATUS? WINDOW_LOW? WINDOW_HIGH? NOM_DOWNLOAD_DT? RELEASE_DT? RELEASE_MSG_ID? EXPIRY_DT? COMPLETION_DT? DISPENSER_ORG? LAST_DN_ID? LAST_DISP_DT? CLAIM_STATUS? CLAIM_ID? CLAIM_RECV_DT? CLAIM_REBUILD? NEXT_ACT? NEXT_ACT_DT? PREV_ISSUE_TS?',
  },
  ITEM: {
    key: ['PRESC_ID', 'ISSUE_NO', 'ITEM_ORDER'],
    columns:
      'PRESC_ID ISSUE_NO ITEM_ORDER ITEM_ID STATUS PREV_STATUS? MAX_REPEATS? PRODUCT_CODE QTY QTY_UNIT',
  },
  STATUS_HIST: {
    key: ['HIST_ID'],
    columns:
      'HIST_ID PRESC_ID ISSUE_NO? ITEM_ORDER? FROM_STATUS? TO_STATUS INTERACTION MSG_ID? EVENT_TS RECV_TS ORG? USER_ID? ROLE_PROFILE? SYSTEM_ID? REASON_CD?',
  },
  MESSAGE: {
    key: ['MSG_ID'],
    columns:
      'MSG_ID CONV_ID? INTERACTION DIRECTION PRESC_ID? RECV_TS FROM_SYSTEM? TO_SYSTEM? REF_TO_MSG? OUTCOME PAYLOAD_FILE OFFSET LENGTH SHA256',
  },
  NOM_RELEASE: {
    key: ['PRESC_ID', 'ISSUE_NO', 'ORG', 'SEQ'],
    columns: 'PRESC_ID ISSUE_NO ORG SEQ STATE QUEUED_TS DELIVERED_TS? DELIVERY_MSG_ID? ATTEMPTS',
  },
  RELEASE: {
    key: ['PRESC_ID', 'ISSUE_NO', 'REL_NO'],
    columns: 'PRESC_ID ISSUE_NO REL_NO ORG KIND REL_TS REQ_MSG_ID? END_KIND? END_TS? END_MSG_ID?',
  },
  DISPENSE: {
    key: ['DN_ID'],
    columns: 'DN_ID PRESC_ID ISSUE_NO ORG DN_TS AMENDS_DN_ID? WITHDRAWN MSG_ID',
  },
  DISPENSE_ITEM: {
    key: ['DN_ID', 'ITEM_ORDER'],
    columns: 'DN_ID ITEM_ORDER STATUS PRODUCT_CODE QTY',
  },
  CLAIM: {
    key: ['CLAIM_ID'],
    columns: 'CLAIM_ID PRESC_ID ISSUE_NO ORG RECV_TS AMENDS_CLAIM_ID? BATCH_ID? SENT_TS? MSG_ID',
  },
  CANCELLATION: {
    key: ['CANCEL_ID'],
    columns:
      'CANCEL_ID PRESC_ID ISSUE_NO? ITEM_ID? ORG CANCEL_TS REASON_CD REASON_TXT? STATE FAIL_REASON? MSG_ID',
  },
  TOMBSTONE: { key: ['PRESC_ID'], columns: 'PRESC_ID FINAL_STATUS PURGED_TS REASON' },
  NOMINATION: { key: ['NHS_NO', 'TYPE', 'FROM_TS'], columns: 'NHS_NO TYPE FROM_TS ORG TO_TS?' },
  SITE_STATE: { key: ['ORG'], columns: 'ORG LAST_POLL_TS? LAST_DELIVERY_MSG_ID? SUPPLIER?' },
  OUTBOX: { key: ['MSG_ID'], columns: 'MSG_ID TO_SYSTEM CREATED_TS ATTEMPTS NEXT_TS?' },
  USER_ROLE: {
    key: ['ROLE_PROFILE'],
    columns: 'USER_ID ROLE_PROFILE ORG JOB_ROLE ACTIVITIES? VALID_FROM? VALID_TO?',
  },
  CARD: { key: ['CARD_SERIAL'], columns: 'CARD_SERIAL USER_ID STATE CHANGED_TS?' },
  CERT_STATUS: { key: ['SERIAL'], columns: 'SERIAL CARD_SERIAL? STATE REASON? TIME?' },
  SESSION: { key: ['SESSION_ID'], columns: 'SESSION_ID USER_ID ROLE_PROFILE? STARTED_TS' },
} as const satisfies Record<string, { key: readonly string[]; columns: string }>;

export type TableName = keyof typeof TABLES;

/** Whose rows are collected by prescription, and so are sorted by it in every part. */
export const OF_PRESCRIPTIONS = [
  'PRESCRIPTION',
  'ISSUE',
  'ITEM',
  'STATUS_HIST',
  'MESSAGE',
  'NOM_RELEASE',
  'RELEASE',
  'DISPENSE',
  'DISPENSE_ITEM',
  'CLAIM',
  'CANCELLATION',
  'TOMBSTONE',
] as const satisfies readonly TableName[];

export type PrescriptionTable = (typeof OF_PRESCRIPTIONS)[number];

/** Of no prescription: patients' nominations, sites, what was not delivered, and who may sign in. */
export const BESIDE = [
  'NOMINATION',
  'SITE_STATE',
  'OUTBOX',
  'USER_ROLE',
  'CARD',
  'CERT_STATUS',
  'SESSION',
] as const satisfies readonly TableName[];

export type BesideTable = (typeof BESIDE)[number];

type Words<Text extends string> = Text extends `${infer First} ${infer Rest}`
  ? First | Words<Rest>
  : Text;
type Needed<Word extends string> = Word extends `${string}?` ? never : Word;
type Free<Word extends string> = Word extends `${infer Name}?` ? Name : never;
type ColumnWords<Name extends TableName> = Words<(typeof TABLES)[Name]['columns']>;

/** One row by its columns' names. */
export type Row<Name extends TableName> = {
  readonly [Column in Needed<ColumnWords<Name>>]: string;
} & { readonly [Column in Free<ColumnWords<Name>>]: string | null };

export type Column = { readonly name: string; readonly isNullable: boolean };

/** Columns in the order of the file. */
export function columnsOf(table: TableName): readonly Column[] {
  const known = COLUMNS.get(table) ?? readColumns(table);
  COLUMNS.set(table, known);
  return known;
}

const COLUMNS = new Map<TableName, readonly Column[]>();

function readColumns(table: TableName): Column[] {
  return TABLES[table].columns
    .split(' ')
    .map((word) => ({ name: word.replace('?', ''), isNullable: word.endsWith('?') }));
}

export function isTable(text: string): text is TableName {
  return Object.hasOwn(TABLES, text);
}

/**
 * What rows are sorted by: the id in upper case, without spaces around it and without its check character, so that
 * two spellings of one id come together [MIGRATION 4, D18].
 */
export function placeOf(prescription: string): string {
  const id = prescription.trim().toUpperCase();
  return id.length === SHORT_FORM_LENGTH || id.length === LONG_FORM_LENGTH ? id.slice(0, -1) : id;
}

const SHORT_FORM_LENGTH = 20; // with hyphens and check character [MIGRATION 2.1]
const LONG_FORM_LENGTH = 37;
