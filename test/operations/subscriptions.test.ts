// Shows: Operations | who subscribes confirms it; a real mail server gets the mails, of maintenance that is cancelled too, a webhook gets signed calls; who leaves is forgotten
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';

import { changeMaintenance, openIncident, planMaintenance } from '../../src/operations/record.ts';
import { signatureOf } from '../../src/operations/subscriptions/jobs.ts';
import { sentOf, subscriptionsIn } from '../../src/operations/subscriptions/record.ts';
import { anOpening } from '../../src/operations/testing.ts';
import { freePort } from '../support/ports.ts';
import { noMailServer, testMail } from './mail.ts';
import { testStatus } from './status.ts';

const smtpPort = await freePort();
const status = testStatus({
  OPENSPINE_SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
  OPENSPINE_MAIL_FROM: 'status@spine.example',
  OPENSPINE_WEBHOOK_HOSTS: '127.0.0.1',
});

const form = (path: string, fields: Record<string, string>) =>
  fetch(`${status().url}${path}`, { method: 'POST', body: new URLSearchParams(fields) });

const anIncident = (symptom: string) => {
  const at = status().now();
  return openIncident(status().site.store, anOpening({ at, beganAt: at, symptom }));
};

function aPlan(at: Date): Parameters<typeof planMaintenance>[1] {
  const hour = (hours: number): Date => new Date(at.getTime() + hours * 3_600_000);
  const cells = [{ component: 'tracker', datacentre: 'a' }] as const;
  const words = { title: 'New tracker', effect: 'No tracker for ten minutes' };
  return { at, ...words, from: hour(1), until: hour(2), cells, users: ['practices'] };
}

/** The links of a message, by what they do. */
function linkIn(message: string, what: 'confirm' | 'leave'): string {
  const [link] = new RegExp(`http://\\S+/subscribe/${what}\\?[\\w=&-]+`).exec(message) ?? [];
  assert.ok(link !== undefined, message);
  return link;
}

describe('a webhook', () => {
  const calls: { headers: Record<string, unknown>; body: string }[] = [];
  const server = createServer((asked, response) => {
    textOf(asked).then(
      (body) => {
        calls.push({ headers: asked.headers, body });
        response.writeHead(calls.length === 2 ? 500 : 204).end();
      },
      () => response.destroy(),
    );
  });
  let hook = '';
  before(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    hook = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/hook`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  test('is asked first, and gets nothing before its owner has confirmed', async () => {
    const answer = await form('/subscribe', { channel: 'webhook', address: hook, severity: '2' });
    assert.match(await answer.text(), /Look for the link/);
    await status().refresh();
    assert.equal(calls.length, 1);
    assert.equal(JSON.parse(calls[0]?.body ?? '').type, 'subscription.confirm');
    anIncident('Before it was confirmed');
    await status().refresh();
    assert.equal(calls.length, 1);
  });

  test('gets each update signed, again after a failure, and nothing after it has left', async () => {
    const { confirmUrl, secret } = JSON.parse(calls[0]?.body ?? '');
    assert.equal((await fetch(confirmUrl)).status, 200);
    assert.equal(subscriptionsIn(status().site.store)[0]?.confirmedAt, null);
    assert.equal((await fetch(confirmUrl, { method: 'POST' })).status, 200);
    anIncident('Smartcards are refused');
    await status().refresh();
    assert.equal(calls.length, 2);
    status().pass(1.1);
    await status().refresh();
    assert.equal(calls.length, 3);
    const { headers, body } = calls[2] ?? { headers: {}, body: '' };
    const id = String(headers['webhook-id']);
    const signature = signatureOf(secret, id, String(headers['webhook-timestamp']), body);
    assert.equal(headers['webhook-signature'], signature);
    assert.equal(headers['webhook-id'], calls[1]?.headers['webhook-id']);
    assert.equal(JSON.parse(body).data.severity, 1);
    const leave = JSON.parse(body).leaveUrl;
    assert.equal(
      (
        await fetch(leave, {
          method: 'POST',
          body: 'List-Unsubscribe=One-Click',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        })
      ).status,
      200,
    );
    assert.deepEqual(subscriptionsIn(status().site.store), []);
    assert.equal((await fetch(leave, { method: 'POST' })).status, 404);
  });

  test('on a private address, or behind a made-up link, is refused', async () => {
    const refused = await form('/subscribe', {
      channel: 'webhook',
      address: 'https://10.0.0.1/',
      severity: '4',
    });
    assert.equal(refused.status, 400);
    assert.match(await refused.text(), /Error: Subscribe/);
    const made = await fetch(`${status().url}/subscribe/confirm?id=x&token=y`, { method: 'POST' });
    assert.equal(made.status, 404);
  });
});

describe('an email address', { skip: noMailServer() }, () => {
  const mails = testMail(smtpPort);

  test('is asked once an hour whoever types it, and told once it has confirmed', async () => {
    const typed = {
      channel: 'email',
      address: 'pharmacist@example.com',
      severity: '4',
      maintenance: 'yes',
    };
    for (let n = 0; n < 3; n += 1) await form('/subscribe', typed);
    await status().refresh();
    const problems = status().site.store.sql.prepare('select problem from delivery').all();
    assert.equal(mails().length, 1, JSON.stringify(problems));
    const [question = ''] = mails();
    assert.match(question, /To: pharmacist@example\.com/);
    await fetch(linkIn(question, 'confirm'), { method: 'POST' });
    const opened = anIncident('Claims are refused\u2028Bcc: x@example.com');
    await status().refresh();
    assert.equal(mails().length, 2);
    const told = mails().find((mail) => mail.includes('[OpenSpine]')) ?? '';
    assert.match(told, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click/m);
    assert.doesNotMatch(told, /^Bcc:/m);
    assert.ok(opened.ok);
    const [sent, ...others] = sentOf(status().site.store, `incident/${opened.value.number}`);
    assert.deepEqual([sent?.channel, others], ['email', []]);
    assert.equal(sent?.sentAt, status().now().toISOString());
    const planned = planMaintenance(status().site.store, aPlan(status().now()));
    assert.ok(planned.ok);
    const cancelled = {
      at: status().now(),
      kind: 'Cancel',
      reason: 'An incident is open.',
    } as const;
    assert.ok(changeMaintenance(status().site.store, planned.value.number, cancelled).ok);
    await status().refresh();
    const off =
      mails().find((mail) => mail.includes('maintenance is cancelled: New tracker')) ?? '';
    assert.match(off, /Cancelled: An incident is open\./);
    assert.equal(mails().length, 4);
    await fetch(linkIn(told, 'leave'), { method: 'POST' });
    anIncident('After it has left');
    await status().refresh();
    assert.equal(mails().length, 4);
  });
});
