import { dayOf, daysLater, stamp } from './legacy-time.ts';
import type { LegacyIssue } from './legacy-issue.ts';
import type { Life } from './life.ts';
import { type LegacyRow, PRODUCT, QUANTITY } from './life-rows.ts';

/** Adds the rows that say how a prescription stands in the end; those of its acts are there. */
export function closeRows(life: Life): void {
  const { beginning, issues, rows } = life;
  if (life.isGone || issues.length === 0) return;
  const { tables } = rows;
  for (const issue of issues) {
    tables.ISSUE.push(issueRow(life, issue));
    for (const [index, item] of issue.items.entries()) {
      tables.ITEM.push({
        PRESC_ID: beginning.id,
        ISSUE_NO: String(issue.number),
        ITEM_ORDER: String(index + 1),
        ITEM_ID: item.id,
        STATUS: item.status,
        PREV_STATUS: item.previous,
        PRODUCT_CODE: PRODUCT,
        QTY: QUANTITY,
        QTY_UNIT: 'tablet',
      });
    }
  }
  tables.PRESCRIPTION.push(prescriptionRow(life));
}

function prescriptionRow({ beginning, nominated, current, order, rows }: Life): LegacyRow {
  const { id, n, treatment, issues, prescriber, patient, prescribedMs } = beginning;
  const history = rows.tables.STATUS_HIST;
  return {
    PRESC_ID: id,
    RELEASE_VER: 'R2',
    TREATMENT: treatment,
    PRESC_TYPE: '0001',
    NHS_NO: patient,
    BIRTH_DT: `${1904 + (n % 110)}0229`.replace('0229', n % 4 === 0 ? '0214' : '0611'),
    PRESCRIBER_ORG: prescriber,
    PRESC_TS: stamp(prescribedMs),
    SIGNED_TS: stamp(prescribedMs),
    DAYS_SUPPLY: '28',
    MAX_REPEATS: String(issues),
    CURRENT_ISSUE: String(current),
    NOM_FLAG: nominated === null ? 'N' : 'Y',
    NOM_ORG: nominated,
    NOM_TYPE: nominated === null ? null : 'P1',
    PARENT_MSG_ID: order,
    SCN: String(history.length),
    LAST_UPD_TS: history.at(-1)?.['RECV_TS'] ?? stamp(prescribedMs),
  };
}

function issueRow({ beginning }: Life, issue: LegacyIssue): LegacyRow {
  const last = issue.told.at(-1);
  const due = dueOf(issue);
  const prescribed = dayOf(beginning.prescribedMs);
  return {
    PRESC_ID: beginning.id,
    ISSUE_NO: String(issue.number),
    STATUS: issue.status,
    PREV_STATUS: issue.previous,
    LAST_DISP_STATUS: last?.status ?? null,
    WINDOW_LOW: prescribed,
    WINDOW_HIGH: daysLater(prescribed, 365),
    NOM_DOWNLOAD_DT: issue.ready,
    RELEASE_DT: issue.releasedMs === null ? null : stamp(issue.releasedMs),
    RELEASE_MSG_ID: issue.releaseMessage,
    EXPIRY_DT: issue.expiry,
    COMPLETION_DT: issue.completed,
    DISPENSER_ORG: issue.holder,
    LAST_DN_ID: last?.id ?? null,
    LAST_DISP_DT: last === undefined ? null : stamp(last.ms),
    CLAIM_STATUS: issue.claim === null ? null : 'received',
    CLAIM_ID: issue.claim,
    CLAIM_RECV_DT: issue.claimMs === null ? null : stamp(issue.claimMs),
    NEXT_ACT: due.act,
    NEXT_ACT_DT: due.on,
  };
}

const KEPT_DAYS: Readonly<Record<string, number>> = {
  '0004': 90,
  '0005': 180,
  '0007': 30,
  '0008': 36,
  '0009': 36,
};
const NO_CLAIM_DAYS = 180;

/** What the old Spine does with an issue next, and when [EPS-LIFECYCLE 8]. */
function dueOf(issue: LegacyIssue): { act: string; on: string } {
  const { status, expiry, ready } = issue;
  const last = issue.told.at(-1);
  if ((status === '0000' || status === '9001') && ready < expiry)
    return { act: 'ready', on: ready };
  if (last !== undefined && (status === '0003' || status === '0006')) {
    return { act: 'createNoClaim', on: daysLater(dayOf(last.ms), NO_CLAIM_DAYS) };
  }
  const kept = KEPT_DAYS[status];
  if (kept === undefined) return { act: 'expire', on: expiry };
  const from = status === '0008' ? issue.claimMs : (issue.closedMs ?? last?.ms ?? null);
  return { act: 'delete', on: daysLater(dayOf(from ?? 0), kept) };
}
