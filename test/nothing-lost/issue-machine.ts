/**
 * What may happen to a prescription and its issues, event by event, from the specification alone [EPS-LIFECYCLE
 * 1-6, 8; RELIABILITY 4]: it says which event was not allowed, and how every issue then stands.
 */
export type StoredEvent = {
  readonly number: number;
  readonly kind: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- the data of an event as it is stored
  readonly data: any;
};
export type Fault = { readonly invariant: string; readonly detail: string };

type Items = Record<string, string>;
type Told = {
  readonly id: string;
  readonly status: string;
  readonly items: Items;
  readonly on: string;
};
type Issue = {
  number: number;
  status: string;
  items: Items;
  /** Days: it can be had before the one, and is given up or forgotten a while after the other. */
  expires: string;
  last: string;
  released: Items;
  told: readonly Told[];
};

const WAITING = [
  'ToBeDispensed',
  'AwaitingReleaseReady',
  'RepeatDispenseFuture',
  'PrescriptionFuture',
];
const OVER = ['Cancelled', 'Expired'];
const COMPLETE = ['Dispensed', 'NotDispensed', 'Claimed', 'NoClaimed'];
const ACTIVE = ['ToBeDispensed', 'WithDispenser', 'PartiallyDispensed', 'Owing'];

/** From which statuses an event of one issue comes [EPS-LIFECYCLE 2]. */
const FROM: Readonly<Record<string, readonly string[]>> = {
  Released: ['ToBeDispensed', 'AwaitingReleaseReady', 'PrescriptionFuture'],
  Returned: ['WithDispenser'],
  DispenseNotified: ['WithDispenser', 'WithDispenserActive'],
  DispenseAmended: ['WithDispenserActive', 'Dispensed', 'NotDispensed'],
  DispenseWithdrawn: ['WithDispenserActive', 'Dispensed', 'NotDispensed'],
  DispenseHistoryRebuilt: ['WithDispenserActive', 'Dispensed', 'NotDispensed'],
  Claimed: ['Dispensed', 'NotDispensed'],
  ClaimAmended: ['Claimed'],
  NextIssueBegun: ['RepeatDispenseFuture'],
  NextIssueUndone: ['AwaitingReleaseReady'],
  BecameReady: ['AwaitingReleaseReady', 'PrescriptionFuture'],
  NoClaimed: ['WithDispenserActive', 'Dispensed'],
};

const NO_CLAIM_DAYS = 180;
const PLACEHOLDER_DAYS = 180;
/** For how long what is over is kept [RELIABILITY I21]. */
const KEPT_DAYS: Readonly<Record<string, number>> = {
  Expired: 90,
  Cancelled: 180,
  NotDispensed: 30,
  Claimed: 36,
  NoClaimed: 36,
};

/** How items end with time [EPS-LIFECYCLE 2]. */
const ENDED: Readonly<Record<string, string>> = {
  PartiallyDispensed: 'FullyDispensed',
  Owing: 'NotDispensed',
  WithDispenser: 'Expired',
  ToBeDispensed: 'Expired',
};

export class IssueMachine {
  readonly faults: Fault[] = [];
  readonly issues: Issue[] = [];
  #isRepeat = false;
  #held: string | null = null;
  #isGone = false;
  #at = '';

  play(events: readonly StoredEvent[]): this {
    for (const event of events) {
      this.#at = `event ${event.number}: ${event.kind}`;
      this.#follow(event);
    }
    return this;
  }

  #follow({ kind, data }: StoredEvent): void {
    const known = this.issues.length > 0;
    if (this.#isGone && known) return this.#fault('I20', 'of what is gone');
    if (kind === 'Created') return this.#create(data);
    if (kind === 'CancellationHeld') {
      if (known) this.#fault('I4', 'for what is there');
      this.#held = dayOf(data.cancellation.at);
      return;
    }
    if (kind === 'Deleted') return this.#delete(dayOf(data.at));
    if (!known) return this.#fault('I4', 'of nothing');
    if (kind === 'CancellationPended') {
      const isHeld = this.issues.some(({ status }) => status.startsWith('WithDispenser'));
      if (!isHeld) this.#fault('I4', 'with no pharmacy to wait for');
    } else if (kind === 'NominationChanged') {
      const isAny = this.#isRepeat && this.issues.some(({ status }) => WAITING.includes(status));
      if (!isAny) this.#fault('I4', 'with no issue that could follow');
    } else if ('fromIssue' in data) this.#close(kind, data);
    else this.#onIssue(kind, data);
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- the data of an event as it is stored
  #create(data: any): void {
    if (this.issues.length > 0) this.#fault('I4', 'a second time');
    this.#isGone = false;
    this.#isRepeat = data.repeats !== null;
    const count: number = data.repeats?.issues ?? 1;
    const lasts: Record<string, number> = data.repeats?.fewer ?? {};
    const ids: string[] = data.items;
    for (let number = 1; number <= count; number += 1) {
      const stands = (id: string): string =>
        (lasts[id] ?? count) < number ? 'Expired' : 'ToBeDispensed';
      this.issues.push({
        number,
        status: number === 1 ? data.status : 'RepeatDispenseFuture',
        items: Object.fromEntries(ids.map((id) => [id, stands(id)])),
        expires: number === 1 ? data.expiresOn : data.repeats.expiresOn,
        last: '',
        released: {},
        told: [],
      });
    }
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  #onIssue(kind: string, data: any): void {
    const issue = this.issues[data.issue - 1];
    if (issue === undefined) return this.#fault('I5', 'of an issue that was not prescribed');
    const isAmendment = kind === 'DispenseNotified' && data.replaces !== null;
    const from = FROM[isAmendment ? 'DispenseAmended' : kind] ?? [];
    if (!from.includes(issue.status))
      this.#fault('I4', `of issue ${issue.number}, ${issue.status}`);
    if (kind === 'DispenseNotified') return this.#tell(issue, data);
    if (kind === 'DispenseHistoryRebuilt') {
      issue.told = [];
      for (const notification of data.notifications) {
        this.#tell(issue, { notification, replaces: null });
      }
      return;
    }
    this.#change(issue, kind, data);
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  #change(issue: Issue, kind: string, data: any): void {
    const day = dayOf(data.at);
    const before = this.issues.slice(0, issue.number - 1);
    const isInTurn = before.every(({ status }) => [...COMPLETE, ...OVER].includes(status));
    switch (kind) {
      case 'Released':
        if (!isInTurn) this.#fault('I6', 'before the issue that precedes it is complete');
        if (day >= issue.expires) this.#fault('I10', 'of what has expired');
        issue.items = swapped(issue.items, 'ToBeDispensed', 'WithDispenser');
        Object.assign(issue, { status: 'WithDispenser', released: issue.items, told: [] });
        return;
      case 'Returned':
        issue.items = swapped(issue.items, 'WithDispenser', 'ToBeDispensed');
        issue.status = 'ToBeDispensed';
        return;
      case 'DispenseWithdrawn':
        return this.#untell(issue, data.notification);
      case 'Claimed':
      case 'ClaimAmended':
        Object.assign(issue, {
          status: 'Claimed',
          last: kind === 'Claimed' ? day : issue.last,
        });
        return;
      case 'NextIssueBegun': {
        if (!isInTurn) this.#fault('I6', 'before the issue that precedes it is complete');
        const status = data.readyOn > day ? 'AwaitingReleaseReady' : 'ToBeDispensed';
        if (data.status !== status) this.#fault('I6', `as ${data.status} on ${day}`);
        issue.status = status;
        return;
      }
      case 'NextIssueUndone':
        issue.status = 'RepeatDispenseFuture';
        return;
      case 'BecameReady':
        issue.status = 'ToBeDispensed';
        return;
      case 'NoClaimed':
        if (day < after(issue.last || issue.expires, NO_CLAIM_DAYS)) this.#fault('I13', 'too soon');
        Object.assign(issue, { status: 'NoClaimed', items: ended(issue.items), last: day });
    }
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  #tell(issue: Issue, { notification, replaces }: any): void {
    const last = issue.told.at(-1);
    if (replaces !== null && last?.id !== replaces) this.#fault('I4', 'of no last notification');
    const kept = replaces === null ? issue.told : issue.told.slice(0, -1);
    const items: Items = Object.fromEntries(
      notification.items.map(({ id, status }: { id: string; status: string }) => [id, status]),
    );
    const isEach =
      Object.keys(items).toSorted().join() === Object.keys(issue.items).toSorted().join();
    if (!isEach) this.#fault('I5', 'of other items than were prescribed');
    const { id, status, dispensedAt, receivedAt } = notification;
    const on = dayOf(status === 'WithDispenserActive' ? dispensedAt : receivedAt);
    issue.told = [...kept, { id, status, items, on }];
    Object.assign(issue, { status, items, last: on });
  }

  #untell(issue: Issue, notification: string): void {
    if (issue.told.at(-1)?.id !== notification) this.#fault('I4', 'of no last notification');
    issue.told = issue.told.slice(0, -1);
    const last = issue.told.at(-1);
    const none = this.#isRepeat ? 'WithDispenserActive' : 'WithDispenser';
    Object.assign(issue, {
      status: last?.status ?? none,
      items: last?.items ?? issue.released,
      last: last?.on ?? '',
    });
  }

  /** Of an issue and all that follow [EPS-LIFECYCLE 2, 6.3]. */
  // oxlint-disable-next-line typescript/no-explicit-any -- as above
  #close(kind: string, { fromIssue, cancellation, at }: any): void {
    const day = dayOf(at);
    for (const issue of this.issues.slice(fromIssue - 1)) {
      if (kind === 'Expired') this.#expire(issue, fromIssue, day);
      else if (![...WAITING, ...OVER].includes(issue.status)) {
        this.#fault('I4', `of issue ${issue.number}, ${issue.status}`);
      } else if (issue.status !== 'Expired') cancel(issue, cancellation.item, day);
    }
  }

  /** The day of the first of them counts. */
  #expire(issue: Issue, first: number, day: string): void {
    if (OVER.includes(issue.status)) return;
    const isOpen = [...WAITING, 'WithDispenser', 'WithDispenserActive'].includes(issue.status);
    if (!isOpen) this.#fault('I4', `of issue ${issue.number}, ${issue.status}`);
    const isPast = day >= issue.expires || issue.number > first;
    if (!isPast) this.#fault('I21', `of issue ${issue.number} before ${issue.expires}`);
    issue.status = issue.status === 'WithDispenserActive' ? 'Dispensed' : 'Expired';
    issue.items = ended(issue.items);
    issue.last = issue.status === 'Dispensed' ? issue.last : day;
  }

  #delete(day: string): void {
    this.#isGone = true;
    if (this.issues.length === 0) {
      const until = after(this.#held ?? day, PLACEHOLDER_DAYS);
      if (day < until) this.#fault('I21', `of a placeholder, before ${until}`);
    }
    for (const { number, status, last, expires } of this.issues) {
      const days = KEPT_DAYS[status];
      if (days === undefined) this.#fault('I21', `with issue ${number} ${status}`);
      else if (day < after(last || expires, days))
        this.#fault('I21', `with issue ${number} too soon`);
    }
  }

  #fault(invariant: string, detail: string): void {
    this.faults.push({ invariant, detail: `${this.#at} ${detail}` });
  }
}

function cancel(issue: Issue, item: string | null, day: string): void {
  // What came before its prescription may be about an item that this has not.
  if (item !== null && item in issue.items) issue.items = { ...issue.items, [item]: 'Cancelled' };
  const isActive = Object.values(issue.items).some((status) => ACTIVE.includes(status));
  if (item !== null && isActive) return;
  if (issue.status !== 'Cancelled') issue.last = day;
  issue.status = 'Cancelled';
}

function ended(items: Items): Items {
  return Object.fromEntries(Object.entries(items).map(([id, was]) => [id, ENDED[was] ?? was]));
}

function swapped(items: Items, from: string, to: string): Items {
  return Object.fromEntries(
    Object.entries(items).map(([id, status]) => [id, status === from ? to : status]),
  );
}

const LONDON = new Intl.DateTimeFormat('en-CA', { timeZone: 'Europe/London' });

/** Nothing for what is no instant: then no rule about days holds. */
function dayOf(instant: string): string {
  const at = Date.parse(instant);
  return Number.isNaN(at) ? '' : LONDON.format(at);
}

function after(day: string, days: number): string {
  return new Date(Date.parse(`${day}T12:00:00Z`) + days * 86_400_000).toISOString().slice(0, 10);
}
