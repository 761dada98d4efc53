import { createHmac } from 'node:crypto';
import { lookup as resolve } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';

import { createTransport } from 'nodemailer';

import { messageOf } from '../../platform/trouble.ts';
import type { Store } from '../store/repository.ts';
import { emailOf, type Email, type Links, webhookOf } from './messages.ts';
import { type Delivery, dueDeliveries, markFailed, markSent, tokenFor } from './record.ts';
import type { Subscription } from './subscription.ts';
import { hostOf, isPrivate, parseWebhook } from './targets.ts';

export type Outgoing = {
  /** Where readers find the site. */
  readonly url: string;
  /** Null: no mail is sent. */
  readonly smtp: { readonly url: string; readonly from: string } | null;
  /** Hosts of webhooks that may be anywhere. */
  readonly webhookHosts: readonly string[];
};

const TIME_LIMIT_MS = 10_000;

/** Sends what is due, all of it at once; what fails is tried again later. Answers how many were due. */
export async function deliverDue(
  store: Store,
  outgoing: Outgoing,
  now: () => Date,
): Promise<number> {
  const due = dueDeliveries(store, now());
  await Promise.all(
    due.map(async (delivery) => {
      try {
        await send(delivery, outgoing, now());
        markSent(store, delivery, now());
      } catch (error) {
        markFailed(store, delivery, messageOf(error), now());
      }
    }),
  );
  return due.length;
}

async function send(delivery: Delivery, outgoing: Outgoing, at: Date): Promise<void> {
  const { subscription, notice } = delivery;
  const links = linksOf(subscription, outgoing.url);
  const place = { url: outgoing.url, links };
  if (subscription.channel === 'email') {
    await sendMail(emailOf(subscription, notice, place), outgoing.smtp);
    return;
  }
  const body = JSON.stringify(webhookOf(subscription, notice, place));
  await post(subscription, { id: delivery.id, body, at }, outgoing.webhookHosts);
}

export function linksOf(subscription: Subscription, url: string): Links {
  const link = (what: 'confirm' | 'leave'): string =>
    `${url}/subscribe/${what}?id=${subscription.id}&token=${tokenFor(subscription, what)}`;
  return { confirm: link('confirm'), leave: link('leave') };
}

async function sendMail(email: Email, smtp: Outgoing['smtp']): Promise<void> {
  if (smtp === null) throw new Error('no mail server is set: OPENSPINE_SMTP_URL');
  const transport = createTransport({
    url: smtp.url,
    connectionTimeout: TIME_LIMIT_MS,
    greetingTimeout: TIME_LIMIT_MS,
    socketTimeout: TIME_LIMIT_MS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    await transport.sendMail({ ...email, from: smtp.from });
  } finally {
    transport.close();
  }
}

/** Signed as the Standard Webhooks specification says. */
export function signatureOf(secret: string, id: string, timestamp: string, body: string): string {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const digest = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return `v1,${digest}`;
}

type Message = { readonly id: string; readonly body: string; readonly at: Date };

/** Nothing is followed to elsewhere, and only the answer's status is looked at. */
async function post(
  { address, secret }: Subscription,
  { id, body, at }: Message,
  allowed: readonly string[],
): Promise<void> {
  const url = parseWebhook(address, allowed);
  if (!url.ok) throw new Error(url.error);
  const timestamp = String(Math.floor(at.getTime() / 1000));
  const send = url.value.protocol === 'https:' ? requestHttps : requestHttp;
  const status = await new Promise<number>((done, refuse) => {
    const asked = send(
      url.value,
      {
        method: 'POST',
        signal: AbortSignal.timeout(TIME_LIMIT_MS),
        ...(allowed.includes(hostOf(url.value)) ? {} : { lookup: lookupPublic }),
        headers: {
          'Content-Type': 'application/json',
          'Content-Length': Buffer.byteLength(body),
          'User-Agent': 'OpenSpine-status',
          'webhook-id': id,
          'webhook-timestamp': timestamp,
          'webhook-signature': signatureOf(secret, id, timestamp, body),
        },
      },
      (response) => {
        response.destroy();
        done(response.statusCode ?? 0);
      },
    );
    asked.once('error', refuse);
    asked.end(body);
  });
  if (status < 200 || status > 299) throw new Error(`the webhook answered ${status}`);
}

/** The address that is connected to is the one that was looked at: a name cannot point elsewhere in between. */
const lookupPublic: LookupFunction = (hostname, options, callback) => {
  resolve(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    if (addresses.length === 0 || addresses.some(({ address }) => isPrivate(address))) {
      return callback(new Error(`${hostname} is at a private address`), []);
    }
    return callback(null, addresses);
  });
};
