/** Status of an issue, by the words of the specification [EPS-LIFECYCLE 1.1]. */
export const ISSUE_STATUSES = {
  AwaitingReleaseReady: { code: '0000', display: 'Awaiting Release Ready', task: 'requested' },
  ToBeDispensed: { code: '0001', display: 'To Be Dispensed', task: 'requested' },
  WithDispenser: { code: '0002', display: 'With Dispenser', task: 'accepted' },
  WithDispenserActive: { code: '0003', display: 'With Dispenser - Active', task: 'in-progress' },
  Expired: { code: '0004', display: 'Expired', task: 'failed' },
  Cancelled: { code: '0005', display: 'Cancelled', task: 'cancelled' },
  Dispensed: { code: '0006', display: 'Dispensed', task: 'completed' },
  NotDispensed: { code: '0007', display: 'Not Dispensed', task: 'completed' },
  Claimed: { code: '0008', display: 'Claimed', task: 'completed' },
  NoClaimed: { code: '0009', display: 'No-Claimed', task: 'completed' },
  RepeatDispenseFuture: {
    code: '9000',
    display: 'Repeat Dispense future instance',
    task: 'requested',
  },
  PrescriptionFuture: { code: '9001', display: 'Prescription future instance', task: 'requested' },
  CancelledFuture: { code: '9005', display: 'Cancelled future instance', task: 'cancelled' },
} as const satisfies Record<string, { code: string; display: string; task: string }>;

export type IssueStatus = keyof typeof ISSUE_STATUSES;

/** Status of a line item [EPS-LIFECYCLE 1.2]; `request` is what a released MedicationRequest says [EPS-FHIR 4.5]. */
export const ITEM_STATUSES = {
  FullyDispensed: { code: '0001', display: 'Item fully dispensed', request: 'completed' },
  NotDispensed: { code: '0002', display: 'Item not dispensed', request: 'stopped' },
  PartiallyDispensed: { code: '0003', display: 'Item dispensed - partial', request: 'active' },
  Owing: { code: '0004', display: 'Item not dispensed owing', request: 'active' },
  Cancelled: { code: '0005', display: 'Item Cancelled', request: 'cancelled' },
  Expired: { code: '0006', display: 'Expired', request: 'stopped' },
  ToBeDispensed: { code: '0007', display: 'To Be Dispensed', request: 'active' },
  WithDispenser: { code: '0008', display: 'Item with dispenser', request: 'active' },
} as const satisfies Record<string, { code: string; display: string; request: string }>;

export type ItemStatus = keyof typeof ITEM_STATUSES;

const ISSUES = byCode(ISSUE_STATUSES);
const ITEMS = byCode(ITEM_STATUSES);

export function issueStatusOf(code: string): IssueStatus | null {
  return ISSUES.get(code) ?? null;
}

export function itemStatusOf(code: string): ItemStatus | null {
  return ITEMS.get(code) ?? null;
}

/** Item statuses that may stand under an issue status [EPS-LIFECYCLE 1.3, RELIABILITY I3]; a cancelled issue keeps its items' codes. */
export const ITEMS_UNDER: Partial<Record<IssueStatus, readonly ItemStatus[]>> = {
  AwaitingReleaseReady: ['Cancelled', 'Expired', 'ToBeDispensed'],
  ToBeDispensed: ['Cancelled', 'Expired', 'ToBeDispensed'],
  PrescriptionFuture: ['Cancelled', 'Expired', 'ToBeDispensed'],
  RepeatDispenseFuture: ['Cancelled', 'Expired', 'ToBeDispensed'],
  WithDispenser: ['Cancelled', 'Expired', 'WithDispenser'],
  WithDispenserActive: [
    'FullyDispensed',
    'NotDispensed',
    'PartiallyDispensed',
    'Owing',
    'Cancelled',
    'Expired',
    'WithDispenser',
  ],
  Dispensed: ['FullyDispensed', 'NotDispensed', 'Cancelled', 'Expired'],
  Claimed: ['FullyDispensed', 'NotDispensed', 'Cancelled', 'Expired'],
  NoClaimed: ['FullyDispensed', 'NotDispensed', 'Cancelled', 'Expired'],
  NotDispensed: ['NotDispensed', 'Cancelled', 'Expired'],
};

/** Changes of an item that a dispense notification may report [EPS-LIFECYCLE 5.1, ours where the public record is silent]. */
export const ITEM_TRANSITIONS: Record<ItemStatus, readonly ItemStatus[]> = {
  WithDispenser: [
    'FullyDispensed',
    'NotDispensed',
    'PartiallyDispensed',
    'Owing',
    'WithDispenser',
    'Expired',
  ],
  PartiallyDispensed: ['FullyDispensed', 'PartiallyDispensed', 'Expired'],
  Owing: ['FullyDispensed', 'NotDispensed', 'PartiallyDispensed', 'Owing', 'Expired'],
  FullyDispensed: ['FullyDispensed'],
  NotDispensed: ['NotDispensed'],
  Cancelled: ['Cancelled'],
  Expired: ['Expired'],
  ToBeDispensed: [],
};

function byCode<Name extends string>(
  table: Readonly<Record<Name, { readonly code: string }>>,
): ReadonlyMap<string, Name> {
  const names = Object.keys(table).filter((name): name is Name => name in table);
  return new Map(names.map((name) => [table[name].code, name]));
}
