import { createHmac, randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';

import { numberOf, type Store, textOf } from '../store/repository.ts';
import { type Change, type Notice, noticeOf } from './notices.ts';
import {
  ALL,
  type Channel,
  CHANNELS,
  type Subscription,
  type Wanted,
  wants,
} from './subscription.ts';

const ASK_AGAIN_MS = 3_600_000; // an address gets one question an hour, whoever types it
const PENDING_MAX = 1_000;
const PENDING_FOR_MS = 3 * 24 * 3_600_000;
const SECRET_BYTES = 32;

export type Asked = {
  readonly channel: Channel;
  readonly address: string;
  readonly wanted: Wanted;
  readonly at: Date;
};

/** Who asks for an address gets the same answer, whether it is known or not; the address gets a link. */
export function askToSubscribe(store: Store, asked: Asked): void {
  store.transaction(() => {
    const { channel, address, at } = asked;
    forgetUnconfirmed(store, at);
    const all = subscriptionsIn(store);
    const known = all.findLast((one) => one.channel === channel && one.address === address);
    const isFull = all.filter(({ confirmedAt }) => confirmedAt === null).length >= PENDING_MAX;
    if (known !== undefined && at.getTime() - Date.parse(known.askedAt) < ASK_AGAIN_MS) return;
    if (known === undefined && isFull) return;
    addSubscription(store, asked);
  });
}

/** Within a transaction: it counts once the owner of the address has used the link that goes there. */
export function addSubscription(store: Store, { at, ...asked }: Asked): void {
  const subscription: Subscription = {
    ...asked,
    id: randomUUID(),
    secret: `whsec_${randomBytes(SECRET_BYTES).toString('base64')}`,
    askedAt: at.toISOString(),
    confirmedAt: null,
  };
  keep(store, subscription);
  enqueue(store, subscription, { at, seq: null, subject: 'confirm', body: {} });
}

function keep({ sql }: Store, subscription: Subscription): void {
  const { id, channel, address, wanted, secret, askedAt } = subscription;
  sql
    .prepare(
      'insert into subscription (id, channel, address, wanted, secret, asked_at) values (?, ?, ?, ?, ?, ?)',
    )
    .run(id, channel, address, JSON.stringify(wanted), secret, askedAt);
}

function forgetUnconfirmed({ sql }: Store, at: Date): void {
  const before = new Date(at.getTime() - PENDING_FOR_MS).toISOString();
  sql.prepare('delete from subscription where confirmed_at is null and asked_at < ?').run(before);
}

export function subscriptionsIn({ sql }: Store): Subscription[] {
  return sql.prepare('select * from subscription order by asked_at').all().map(subscriptionOf);
}

function subscriptionOf(row: Readonly<Record<string, unknown>>): Subscription {
  const channel = CHANNELS.find((one) => one === row['channel']) ?? 'email';
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as keep() wrote it
  const wanted = { ...ALL, ...(JSON.parse(textOf(row['wanted'])) as Partial<Wanted>) };
  const confirmed = textOf(row['confirmed_at']);
  return {
    id: textOf(row['id']),
    channel,
    address: textOf(row['address']),
    wanted,
    secret: textOf(row['secret']),
    askedAt: textOf(row['asked_at']),
    confirmedAt: confirmed === '' ? null : confirmed,
  };
}

/** In links that only the owner of the address sees. */
export function tokenFor({ id, secret }: Subscription, what: 'confirm' | 'leave'): string {
  return createHmac('sha256', secret).update(`${what} ${id}`).digest('base64url');
}

/** Null when the link is not ours, or the subscription is over. */
export function findByToken(
  store: Store,
  what: 'confirm' | 'leave',
  link: { readonly id: string; readonly token: string },
): Subscription | null {
  const found = subscriptionsIn(store).find(({ id }) => id === link.id);
  if (found === undefined) return null;
  const [given, wanted] = [Buffer.from(link.token), Buffer.from(tokenFor(found, what))];
  return given.length === wanted.length && timingSafeEqual(given, wanted) ? found : null;
}

/** An earlier subscription of the same address ends with it, but for one of another incident, or of other people's faults. */
export function confirm(store: Store, subscription: Subscription, at: Date): void {
  const { id, channel, address, wanted } = subscription;
  store.transaction(() => {
    if (subscription.confirmedAt === null) noteContact(store, subscription, 'Confirmed', at);
    for (const one of subscriptionsIn(store)) {
      const isSame = one.channel === channel && one.address === address && one.id !== id;
      const { incident, whose } = one.wanted;
      if (!isSame || incident !== wanted.incident || whose !== wanted.whose) continue;
      store.sql.prepare('delete from subscription where id = ?').run(one.id);
    }
    store.sql
      .prepare('update subscription set confirmed_at = coalesce(confirmed_at, ?) where id = ?')
      .run(at.toISOString(), id);
  });
}

/** Nothing of the address stays, nor anything that was to go there. */
export function leave(store: Store, subscription: Subscription, at: Date): void {
  const { id } = subscription;
  store.transaction(() => {
    noteContact(store, subscription, 'Left', at);
    store.sql.prepare('delete from delivery where subscription = ? and sent_at is null').run(id);
    store.sql.prepare('delete from subscription where id = ?').run(id);
  });
}

/** Within a transaction: that somebody has an address for faults of theirs, or has it no more; the address is not kept. */
export function noteContact(
  store: Store,
  { channel, wanted: { whose } }: Pick<Subscription, 'channel' | 'wanted'>,
  kind: 'Named' | 'Confirmed' | 'Left',
  at: Date,
): void {
  const note = { kind, channel, at: at.toISOString() };
  if (whose !== null) store.append(`contact/${whose}`, [note]);
}

/** Within the transaction of the change. */
export function enqueueNotices(store: Store, change: Change & { readonly seq: number }): void {
  const notice = noticeOf(change);
  if (notice === null) return;
  const at = new Date(notice.at);
  for (const subscription of subscriptionsIn(store)) {
    if (subscription.confirmedAt === null || !wants(subscription.wanted, notice)) continue;
    enqueue(store, subscription, { at, seq: change.seq, subject: notice.subject, body: notice });
  }
}

function enqueue(
  { sql }: Store,
  { id }: Subscription,
  what: {
    readonly at: Date;
    readonly seq: number | null;
    readonly subject: string;
    readonly body: object;
  },
): void {
  sql
    .prepare(
      'insert into delivery (id, subscription, seq, subject, body, due_at) values (?, ?, ?, ?, ?, ?)',
    )
    .run(
      randomUUID(),
      id,
      what.seq,
      what.subject,
      JSON.stringify(what.body),
      what.at.toISOString(),
    );
}

export type Delivery = {
  readonly id: string;
  readonly attempts: number;
  readonly subscription: Subscription;
  /** Null: the question whether the address wants to be told. */
  readonly notice: Notice | null;
};

const AT_ONCE = 50;

export function dueDeliveries(store: Store, now: Date): Delivery[] {
  const subscriptions = new Map(subscriptionsIn(store).map((one) => [one.id, one]));
  return store.sql
    .prepare(
      `select id, subscription, seq, body, attempts from delivery
       where due_at <= ? and sent_at is null and given_up_at is null order by due_at limit ${AT_ONCE}`,
    )
    .all(now.toISOString())
    .flatMap((row) => {
      const subscription = subscriptions.get(textOf(row['subscription']));
      if (subscription === undefined) return [];
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as enqueue() wrote it
      const notice = row['seq'] === null ? null : (JSON.parse(textOf(row['body'])) as Notice);
      return [{ id: textOf(row['id']), attempts: numberOf(row['attempts']), subscription, notice }];
    });
}

/** Something waits to be sent for a quarter of an hour [EXPERIENCE 6.3]. */
export function isSendingLate({ sql }: Store, now: Date): boolean {
  const before = new Date(now.getTime() - LATE_MS).toISOString();
  const late = sql.prepare(
    'select 1 from delivery where due_at < ? and sent_at is null and given_up_at is null limit 1',
  );
  return late.get(before) !== undefined;
}

const LATE_MS = 15 * 60_000;

export function markSent({ sql }: Store, { id }: Delivery, at: Date): void {
  sql
    .prepare('update delivery set sent_at = ?, attempts = attempts + 1 where id = ?')
    .run(at.toISOString(), id);
}

const RETRY_MS = [60_000, 300_000, 1_800_000, 7_200_000, 21_600_000];

/** Tried again later and later, then given up. */
export function markFailed(store: Store, delivery: Delivery, problem: string, at: Date): void {
  const waitMs = RETRY_MS[delivery.attempts];
  const due = new Date(at.getTime() + (waitMs ?? 0)).toISOString();
  store.sql
    .prepare(
      `update delivery set attempts = attempts + 1, problem = ?, due_at = ?, given_up_at = ? where id = ?`,
    )
    .run(problem, due, waitMs === undefined ? at.toISOString() : null, delivery.id);
}

export type Sent = {
  readonly channel: Channel | null;
  readonly subject: string;
  readonly sentAt: string | null;
  readonly problem: string | null;
};

/** What was sent when of an incident or of maintenance, without the addresses [EXPERIENCE 6.5]; no channel: who left since. */
export function sentOf({ sql }: Store, stream: string): Sent[] {
  const all = sql.prepare(
    `select d.subject, d.sent_at, d.problem, s.channel from delivery d
     join event e on e.seq = d.seq left join subscription s on s.id = d.subscription
     where e.stream = ? order by d.due_at`,
  );
  return all.all(stream).map((row) => ({
    channel: CHANNELS.find((one) => one === row['channel']) ?? null,
    subject: textOf(row['subject']),
    sentAt: textOf(row['sent_at']) || null,
    problem: textOf(row['problem']) || null,
  }));
}
