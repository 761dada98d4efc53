import type { Instant } from '../../kernel/instant.ts';
import { brand } from '../../kernel/brand.ts';
import type { NhsNumber } from '../../kernel/nhs-number.ts';
import type { Uuid } from '../../kernel/uuid.ts';
import type { Known } from '../evolve.ts';
import { currentIssue, isInHand, statusCode } from '../issues.ts';
import { decide as decideCancel } from '../messages/cancel/decide.ts';
import { decide as decideClaim } from '../messages/claim/decide.ts';
import { decide as decideCreate } from '../messages/create/decide.ts';
import { decide as decideDispense } from '../messages/dispense/decide.ts';
import { decide as decideRelease } from '../messages/release/decide.ts';
import type { OdsCode } from '../ods-code.ts';
import type { HeldIssue, Item, Organisation, Party } from '../prescription.ts';
import { COMPATIBLE } from '../settings.ts';

/** What messages about a record would be answered now: `accepted`, the kind of the refusal, or the code of a cancellation. */
export type DryRun = {
  /** Code of the status [EPS-LIFECYCLE 1.1]. */
  readonly status: string;
  /** By its id, by a pharmacy that never had it. */
  readonly release: string;
  /** Of all of it, by its prescriber. */
  readonly cancel: string;
  /** Of all that is left, by its holder. */
  readonly dispense: string;
  /** By its holder. */
  readonly claim: string;
};

const NOBODY = brand<OdsCode>('ZZ999');
export const MESSAGE = brand<Uuid>('00000000-0000-4000-8000-000000000000');

/** By the rules that answer them, and without an effect [MIGRATION 6, L3]. */
export function dryRun(state: Known | null, at: Instant): DryRun {
  const holder = holderOf(state);
  const release = decideRelease(state, {
    by: 'id',
    dispenser: partyOf(NOBODY),
    releaseId: MESSAGE,
    at,
  });
  const dispense = decideDispense(
    state,
    {
      messageId: MESSAGE,
      dispenser: holder,
      patient: null,
      status: 'Dispensed',
      items: suppliedOf(state),
      dispensedAt: at,
      replaces: null,
      issue: null,
      itemIssues: {},
      at,
    },
    COMPATIBLE,
  );
  const claim = {
    claim: MESSAGE,
    dispenser: holder,
    authority: 'T1450',
    replaces: null,
    issue: null,
    at,
  };
  return {
    status: state === null ? '' : statusCode(state),
    release: wordOf(release),
    cancel: cancelled(state, at),
    dispense: wordOf(dispense),
    claim: wordOf(decideClaim(state, claim, COMPATIBLE)),
  };
}

/** What an order under the id of a record would be answered, of a patient who lives: `accepted`, or the kind of the refusal. */
export function orderAgain(state: Known | null, at: Instant): string {
  const order = {
    messageId: MESSAGE,
    longFormId: MESSAGE,
    treatment: 'Acute',
    repeats: null,
    prescribedAt: at,
    patient: brand<NhsNumber>(''),
    prescriber: NOBODY,
    nominated: null,
    items: [MESSAGE],
    signature: { findings: [], unlisted: [] },
    at,
  } as const;
  return wordOf(decideCreate(state, order));
}

type Decision =
  | { readonly ok: true }
  | { readonly ok: false; readonly error: { readonly kind: string } };

function wordOf(decision: Decision): string {
  return decision.ok ? 'accepted' : decision.error.kind;
}

function cancelled(state: Known | null, at: Instant): string {
  if (state?.kind !== 'prescription') return 'R-0008';
  const { patient, prescriber: organisation } = state;
  const all = { messageId: MESSAGE, patient, item: null, reason: '0001', organisation, at };
  const decision = decideCancel(state, all);
  return decision.ok ? decision.value.code : decision.error.kind;
}

function holderOf(state: Known | null): OdsCode {
  const issue = state?.kind === 'prescription' ? currentIssue(state) : null;
  return issue !== null && 'holding' in issue ? issue.holding.holder.organisation.ods : NOBODY;
}

/** Everything that can still be handed over is. */
function suppliedOf(state: Known | null): Item[] {
  const issue = state?.kind === 'prescription' ? currentIssue(state) : null;
  if (issue === null || !isInHand(issue)) return [];
  return lastTold(issue).map((item) =>
    SUPPLIED.includes(item.status) ? { ...item, status: 'FullyDispensed' } : item,
  );
}

function lastTold({ holding }: HeldIssue): readonly Item[] {
  return holding.notifications.at(-1)?.items ?? holding.itemsAtRelease;
}

const SUPPLIED: readonly Item['status'][] = ['WithDispenser', 'PartiallyDispensed', 'Owing'];

export function partyOf(ods: OdsCode): Party {
  const organisation: Organisation = {
    ods,
    name: null,
    telecom: null,
    addressLines: [],
    postcode: null,
  };
  const person = { userId: null, name: null, roleProfile: null, jobRole: null, telecom: null };
  return { person, organisation };
}
