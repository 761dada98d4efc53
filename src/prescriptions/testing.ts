import { randomUUID } from 'node:crypto';

import { assure, present } from '../kernel/bug.ts';
import { parseInstant } from '../kernel/instant.ts';
import { parseLondonDate } from '../kernel/london.ts';
import { parseUuid, type Uuid } from '../kernel/uuid.ts';
import type { Database } from '../platform/database.ts';
import type { Spine } from './perform.ts';
import { parseNhsNumber } from '../kernel/nhs-number.ts';
import { type OdsCode, parseOdsCode } from './ods-code.ts';
import type { Holding, Issue, Item, Party, Prescription } from './prescription.ts';
import { prescriptionKey } from './prescription-id.ts';
import { COMPATIBLE } from './settings.ts';
import { openSignatures } from './signature/index.ts';
import { NO_OWN_LISTS } from './signature/testing.ts';
import type { IssueStatus, ItemStatus } from './statuses.ts';

export const AT = present(parseInstant('2024-12-09T11:50:04Z'), 'instant');
export const TODAY = present(parseLondonDate('2024-12-09'), 'day');
export const EXPIRES = present(parseLondonDate('2025-06-09'), 'day');
export const PATIENT = present(parseNhsNumber('9990000018'), 'NHS number');
export const PHARMACY = ods('FA565');
export const OTHER_PHARMACY = ods('VNE51');
export const SURGERY = ods('A83008');

export function ods(text: string): OdsCode {
  return present(parseOdsCode(text), 'ODS code');
}

export function newId(): Uuid {
  return present(parseUuid(randomUUID()), 'GUID');
}

export const ITEM = newId();
export const RELEASE = newId();
export const NOTIFICATION = newId();
export const CLAIM = newId();

export function aParty(code: OdsCode): Party {
  const person = {
    userId: '555900040101',
    name: 'A Synthetic',
    roleProfile: '555900040102',
    jobRole: 'R1290',
    telecom: null,
  };
  const organisation = {
    ods: code,
    name: 'A pharmacy',
    telecom: null,
    addressLines: [],
    postcode: null,
  };
  return { person, organisation };
}

/** How an item stands under each status of its issue, where a test does not say otherwise. */
const ITEM_UNDER: Partial<Record<IssueStatus, ItemStatus>> = {
  WithDispenser: 'WithDispenser',
  WithDispenserActive: 'PartiallyDispensed',
  Dispensed: 'FullyDispensed',
  NotDispensed: 'NotDispensed',
  Claimed: 'FullyDispensed',
  NoClaimed: 'FullyDispensed',
  Cancelled: 'Cancelled',
  Expired: 'Expired',
};

/** Statuses that an issue of a prescription can have; the placeholder has none. */
export const STATUSES: readonly Exclude<IssueStatus, 'CancelledFuture'>[] = [
  'AwaitingReleaseReady',
  'ToBeDispensed',
  'WithDispenser',
  'WithDispenserActive',
  'Expired',
  'Cancelled',
  'Dispensed',
  'NotDispensed',
  'Claimed',
  'NoClaimed',
  'RepeatDispenseFuture',
  'PrescriptionFuture',
];

/** An acute prescription of one item, nominated to PHARMACY and, where it is with one, in its hands. */
export function aPrescription(
  status: Exclude<IssueStatus, 'CancelledFuture'>,
  changes: Partial<Prescription> = {},
): Prescription {
  return {
    kind: 'prescription',
    id: present(prescriptionKey('24F5DA-A83008-7EFE6Z'), 'prescription id'),
    longFormId: newId(),
    orderId: newId(),
    treatment: 'Acute',
    prescribedAt: AT,
    patient: PATIENT,
    prescriber: SURGERY,
    nominated: PHARMACY,
    currentIssue: 1,
    issues: [anIssue(status)],
    repeats: null,
    later: null,
    pending: [],
    ...changes,
  };
}

export function anIssue(status: Exclude<IssueStatus, 'CancelledFuture'>): Issue {
  const items: Item[] = [{ id: ITEM, status: ITEM_UNDER[status] ?? 'ToBeDispensed' }];
  const common = { number: 1, expiresOn: EXPIRES, items };
  switch (status) {
    case 'ToBeDispensed':
    case 'AwaitingReleaseReady':
    case 'RepeatDispenseFuture':
    case 'PrescriptionFuture':
      return { ...common, status, readyOn: TODAY };
    case 'WithDispenser':
      return { ...common, status, holding: aHolding([]) };
    case 'WithDispenserActive':
    case 'Dispensed':
    case 'NotDispensed':
      return { ...common, status, holding: aHolding([{ status, items }]) };
    case 'NoClaimed': {
      const holding = aHolding([{ status: 'Dispensed', items }]);
      return { ...common, status, closedAt: AT, holding };
    }
    case 'Claimed': {
      const claim = { id: CLAIM, firstReceivedAt: AT, replaced: [] };
      return { ...common, status, claim, holding: aHolding([{ status: 'Dispensed', items }]) };
    }
    case 'Cancelled':
    case 'Expired':
      return { ...common, status, closedAt: AT };
  }
}

type Told = {
  readonly status: 'WithDispenserActive' | 'Dispensed' | 'NotDispensed';
  readonly items: readonly Item[];
};

function aHolding(told: readonly Told[]): Holding {
  return {
    holder: aParty(PHARMACY),
    releasedAt: AT,
    releaseId: RELEASE,
    itemsAtRelease: [{ id: ITEM, status: 'WithDispenser' }],
    notifications: told.map((one) => ({
      ...one,
      id: NOTIFICATION,
      dispensedAt: AT,
      receivedAt: AT,
    })),
  };
}

/** What handlers work with; it trusts no authority, so that each signature has its findings. */
export function aSpine(database: Database, settings = COMPATIBLE): Spine {
  const signatures = openSignatures('', () => new Date(), { database, own: NO_OWN_LISTS });
  assure(signatures.ok, 'no authorities are nothing that cannot be read');
  return { database, settings, signatures: signatures.value };
}
