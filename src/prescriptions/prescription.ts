import type { DispensingSite } from '../kernel/dispensing-site.ts';
import type { Instant } from '../kernel/instant.ts';
import type { LondonDate } from '../kernel/london.ts';
import type { Uuid } from '../kernel/uuid.ts';
import type { NhsNumber } from '../kernel/nhs-number.ts';
import type { Migrated } from './migrated.ts';
import type { NominationChanged } from './nomination-changed.ts';
import type { OdsCode } from './ods-code.ts';
import type { PrescriptionId } from './prescription-id.ts';
import type { ItemStatus } from './statuses.ts';
import type { ReplyTo } from './reply-to.ts';
import type { SignatureCheck } from './signature/finding.ts';

/** How often a prescription may be dispensed: once, once of a series, or n times [EPS-CODES 1]. */
export type Treatment = 'Acute' | 'RepeatPrescribing' | 'RepeatDispensing';

export type Prescription = {
  readonly kind: 'prescription';
  readonly id: PrescriptionId;
  readonly longFormId: Uuid;
  /** Message that brought it: its document is what a pharmacy gets. */
  readonly orderId: Uuid;
  readonly treatment: Treatment;
  readonly prescribedAt: Instant;
  readonly patient: NhsNumber;
  readonly prescriber: OdsCode;
  /** Cleared by a return: what came back is never offered again by itself [EPS-LIFECYCLE 4.4]; of repeat dispensing it follows the patient's nomination [SDS 6]. */
  readonly nominated: OdsCode | null;
  /** Pharmacies that it was nominated to before, the first one first; absent while there is none [EPS-LIFECYCLE 4.4]. */
  readonly nominationHistory?: readonly OdsCode[];
  readonly currentIssue: number;
  /** Those that are begun or over, in their order. */
  readonly issues: readonly Issue[];
  /** Null where there is one issue only. */
  readonly repeats: Repeats | null;
  /** Issues that are still to come; null when there are none. */
  readonly later: Later | null;
  readonly pending: readonly Cancellation[];
  /** Why a person must decide what it is, by the classes of [MIGRATION 4]: it is in no queue, and is had by its id alone. */
  readonly held?: readonly string[];
};

/** Of repeat dispensing: how often, and how far apart [EPS-LIFECYCLE 5.5]. */
export type Repeats = {
  readonly issues: number;
  readonly daysSupply: number;
  /** Items that are in the first so many issues only, by their id. */
  readonly fewer: Readonly<Record<string, number>>;
  /** Which of the patient's nominations its issues follow; absent: P1. */
  readonly site?: DispensingSite;
};

/** Issues nobody has begun (9000) are alike but for items whose own last issue is past: they are kept as one. */
export type Later = {
  readonly from: number;
  readonly to: number;
  readonly expiresOn: LondonDate;
  readonly items: readonly Item[];
};

/** What is left of a record that was deleted: its id is never a new prescription's again [RELIABILITY I20]. */
export type Tombstone = {
  readonly kind: 'tombstone';
  readonly id: PrescriptionId;
  /** A placeholder's id may still become a prescription's. */
  readonly was: 'prescription' | 'placeholder';
  readonly deletedAt: Instant;
};

/** A cancellation that came before its prescription; applied when that arrives [EPS-LIFECYCLE 6.5]. */
export type Placeholder = {
  readonly kind: 'placeholder';
  readonly id: PrescriptionId;
  readonly pending: readonly Cancellation[];
};

export type Issue =
  | WaitingIssue
  | HeldIssue
  | CompletedIssue
  | ClaimedIssue
  | UnclaimedIssue
  | ClosedIssue;

type IssueCommon = {
  readonly number: number;
  readonly expiresOn: LondonDate;
  readonly items: readonly Item[];
};
export type WaitingIssue = IssueCommon & {
  readonly status:
    | 'ToBeDispensed'
    | 'AwaitingReleaseReady'
    | 'RepeatDispenseFuture'
    | 'PrescriptionFuture';
  /** From this day on it can be released. */
  readonly readyOn: LondonDate;
  /** A pharmacy gave it back: it waits in no queue, whoever is nominated [RELIABILITY I8]. */
  readonly isReturned?: true;
};
export type HeldIssue = IssueCommon & {
  readonly status: 'WithDispenser' | 'WithDispenserActive';
  readonly holding: Holding;
};
export type CompletedIssue = IssueCommon & {
  readonly status: 'Dispensed' | 'NotDispensed';
  readonly holding: Holding;
};
export type ClaimedIssue = IssueCommon & {
  readonly status: 'Claimed';
  readonly holding: Holding;
  readonly claim: Claim;
};
/** Spine gave up waiting for a claim. */
export type UnclaimedIssue = IssueCommon & {
  readonly status: 'NoClaimed';
  readonly holding: Holding;
  readonly closedAt: Instant;
};
export type ClosedIssue = IssueCommon & {
  readonly status: 'Cancelled' | 'Expired';
  readonly closedAt: Instant;
};

export type Item = { readonly id: Uuid; readonly status: ItemStatus };

/** From a release to the claim: which pharmacy has it and what it has told. */
export type Holding = {
  readonly holder: Party;
  readonly releasedAt: Instant;
  /** Id of the release response. */
  readonly releaseId: Uuid;
  readonly itemsAtRelease: readonly Item[];
  readonly notifications: readonly Notification[];
};

/** A dispense notification that stands (neither replaced nor withdrawn). */
export type Notification = {
  readonly id: Uuid;
  readonly status: 'WithDispenserActive' | 'Dispensed' | 'NotDispensed';
  readonly items: readonly Item[];
  /** When the items were handed over. */
  readonly dispensedAt: Instant;
  readonly receivedAt: Instant;
};

export type Claim = {
  readonly id: Uuid;
  readonly firstReceivedAt: Instant;
  /** Ids that amendments replaced, oldest first. */
  readonly replaced: readonly Uuid[];
};

export type Cancellation = {
  /** Id of the cancel request. */
  readonly id: Uuid;
  /** The line item; null for the whole prescription. */
  readonly item: Uuid | null;
  readonly organisation: OdsCode;
  readonly reason: string;
  /** How the system that asked is reached by HL7 V3; absent for one that cannot be. */
  readonly replyTo?: ReplyTo;
  readonly at: Instant;
};

/** Who acts, in which role, for which organisation, as the message says it. */
export type Party = {
  readonly person: {
    readonly userId: string | null;
    readonly name: string | null;
    readonly roleProfile: string | null;
    readonly jobRole: string | null;
    readonly telecom: string | null;
  };
  readonly organisation: Organisation;
};

/** A pharmacy's person who has or had a prescription, and since when; answers of older versions do not say. */
export type Performer = Party & { readonly releasedAt?: Instant };

export type Organisation = {
  readonly ods: OdsCode;
  readonly name: string | null;
  readonly telecom: string | null;
  readonly addressLines: readonly string[];
  readonly postcode: string | null;
};

export type PrescriptionEvent =
  | Created
  | {
      readonly kind: 'Released';
      readonly issue: number;
      readonly holder: Party;
      readonly by: 'nomination' | 'id';
      readonly releaseId: Uuid;
      readonly at: Instant;
    }
  | {
      readonly kind: 'Returned';
      readonly issue: number;
      readonly reason: string;
      readonly at: Instant;
    }
  | {
      readonly kind: 'DispenseNotified';
      readonly issue: number;
      readonly notification: Notification;
      readonly replaces: Uuid | null;
    }
  | {
      readonly kind: 'DispenseWithdrawn';
      readonly issue: number;
      readonly notification: Uuid;
      readonly reason: string;
      readonly at: Instant;
    }
  | {
      /** All notifications of an issue are withdrawn, and these are there instead [EPS-HL7V3 6.9]. */
      readonly kind: 'DispenseHistoryRebuilt';
      readonly issue: number;
      readonly notifications: readonly Notification[];
      readonly reason: string;
      readonly at: Instant;
    }
  | {
      readonly kind: 'Claimed';
      readonly issue: number;
      readonly claim: Uuid;
      readonly authority: string;
      readonly at: Instant;
    }
  | {
      readonly kind: 'ClaimAmended';
      readonly issue: number;
      readonly claim: Uuid;
      readonly replaces: Uuid;
      readonly authority: string;
      readonly at: Instant;
    }
  | NextIssueBegun
  | {
      /** The issue before it is open again. */
      readonly kind: 'NextIssueUndone';
      readonly issue: number;
      readonly at: Instant;
    }
  | NominationChanged
  | Migrated
  | { readonly kind: 'BecameReady'; readonly issue: number; readonly at: Instant }
  | { readonly kind: 'Expired'; readonly fromIssue: number; readonly at: Instant }
  | { readonly kind: 'NoClaimed'; readonly issue: number; readonly at: Instant }
  | { readonly kind: 'Deleted'; readonly at: Instant }
  | { readonly kind: 'CancellationPended'; readonly cancellation: Cancellation }
  | { readonly kind: 'CancellationHeld'; readonly cancellation: Cancellation }
  | {
      readonly kind: 'ItemCancelled';
      readonly fromIssue: number;
      readonly cancellation: Cancellation;
      readonly at: Instant;
    }
  | {
      readonly kind: 'PrescriptionCancelled';
      readonly fromIssue: number;
      readonly cancellation: Cancellation;
      readonly at: Instant;
    };

/** An issue is complete, and so the next one is begun [EPS-LIFECYCLE 5.5]. */
export type NextIssueBegun = {
  readonly kind: 'NextIssueBegun';
  readonly issue: number;
  readonly status: 'AwaitingReleaseReady' | 'ToBeDispensed';
  readonly readyOn: LondonDate;
  readonly at: Instant;
};

export type Created = {
  readonly kind: 'Created';
  readonly orderId: Uuid;
  readonly longFormId: Uuid;
  readonly treatment: Treatment;
  readonly prescribedAt: Instant;
  readonly patient: NhsNumber;
  readonly prescriber: OdsCode;
  readonly nominated: OdsCode | null;
  readonly items: readonly Uuid[];
  readonly readyOn: LondonDate;
  readonly status: 'ToBeDispensed' | 'PrescriptionFuture';
  readonly expiresOn: LondonDate;
  /** Of repeat dispensing, with the day on which issues after the first expire. */
  readonly repeats: (Repeats & { readonly expiresOn: LondonDate }) | null;
  /** What the verification of its signature found; prescriptions of older versions do not say. */
  readonly signature?: SignatureCheck;
  readonly at: Instant;
};
