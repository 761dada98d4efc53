// Shows: Operations | what fails for one site or supplier alone is told to their own confirmed addresses, once when it begins and once when it is over, and to nobody else
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { ran } from '../../src/cli/testing.ts';
import { operationsCommands } from '../../src/operations/cli.ts';
import { incidentsIn } from '../../src/operations/record.ts';
import { localFaultsIn, toldOf } from '../../src/operations/suppliers/record.ts';
import { aMinute } from '../../src/operations/testing.ts';
import { freePort } from '../support/ports.ts';
import { noMailServer, testMail } from './mail.ts';
import { testStatus } from './status.ts';
import { everythingPublic, withEnvironment } from './suppliers.ts';

const smtpPort = await freePort();
const status = testStatus({
  OPENSPINE_SMTP_URL: `smtp://127.0.0.1:${smtpPort}`,
  OPENSPINE_MAIL_FROM: 'status@spine.example',
  OPENSPINE_WEBHOOK_HOSTS: '127.0.0.1',
});

const spine = (...argv: readonly string[]) => ran(operationsCommands, argv);
const TOGETHER = { 'ods:FA565': 50, 'asid:999000000201': 50 };
/** A minute in which they fail, and a round that sees it. */
const failing = async (
  failuresBy: Readonly<Record<string, number>> = TOGETHER,
  failures = 50,
): Promise<void> => {
  status().site.store.observed.keepMinute(aMinute(status().now(), { failures, failuresBy }));
  await status().round();
  await status().refresh();
};
const quiet = async (minutes: number): Promise<void> => {
  for (let n = 0; n < minutes; n += 1) await status().round();
  await status().refresh();
};
const faults = () => localFaultsIn(status().site.store, status().now());

describe('requests that fail for one alone', { skip: noMailServer() }, () => {
  const mails = testMail(smtpPort);
  withEnvironment(status);

  const told = (): string[] => mails().filter((mail) => mail.includes('[OpenSpine]'));
  const confirmIn = (mail: string): string => {
    const [link] = /http:\/\/\S+\/subscribe\/confirm\?[\w=&-]+/.exec(mail) ?? [];
    assert.ok(link !== undefined, mail);
    return link;
  };
  const everybody = async (): Promise<void> => {
    const fields = { channel: 'email', address: 'everybody@example.com', severity: '4' };
    await fetch(`${status().url}/subscribe`, { method: 'POST', body: new URLSearchParams(fields) });
  };

  test('are told to nobody whose address has not said yes; an operator sees that nobody was', async () => {
    await quiet(11);
    const named = await spine('contact', 'add', 'asid:999000000201', 'help@supplier.example');
    assert.equal(named.code, 0, named.stderr);
    assert.match(named.stdout, /ASID 999000000201 .*has not said yes yet/);
    await everybody();
    await failing({ 'ods:A83008': 50 });
    assert.deepEqual(
      faults().map(({ who, endedAt }) => [who, endedAt]),
      [['ods:A83008', null]],
    );
    assert.equal(told().length, 0);
    assert.match(
      (await spine('incident', 'list')).stdout,
      /LOC-\S+ {2}of ODS code A83008 alone .*told nobody: spine contact add/,
    );
    for (const mail of mails()) await fetch(confirmIn(mail), { method: 'POST' });
    assert.match((await spine('contact', 'list')).stdout, /help@supplier\.example {2}is told/);
  });

  test('are noted and told together, or neither', async () => {
    const { sql: store } = status().site.store;
    const known = faults().length;
    store.exec(
      "create trigger full before insert on delivery begin select raise(abort, 'no room'); end",
    );
    await assert.rejects(failing(), /no room/);
    store.exec('drop trigger full');
    assert.equal(faults().length, known);
    assert.equal(told().length, 0);
  });

  test('are told once to who is theirs when it begins, and nothing more while it goes on and widens', async () => {
    await failing();
    await failing();
    status().site.store.observed.keepMinute(
      aMinute(status().now(), { component: 'claim', failures: 50, failuresBy: TOGETHER }),
    );
    await failing();
    const [mail = '', ...more] = told();
    assert.equal(more.length, 0);
    assert.match(mail, /^To: help@supplier\.example$/m);
    assert.match(mail, /^Subject: \[OpenSpine\] LOC-\d{8}-02: Requests under your name fail$/m);
    assert.match(mail, /Yours: ODS code FA565, ASID 999000000201/);
    assert.match(mail, /401 and 403: it is not let in/);
    assert.match(mail, /Stop these emails: http/);
    const [fault] = faults();
    assert.deepEqual(
      fault?.cells.map(({ component }) => component),
      ['dispense', 'claim'],
    );
  });

  test('stand on no public page, and are no incident', async () => {
    assert.doesNotMatch(await everythingPublic(status()), /LOC-|FA565|999000000201|A83008/);
    assert.deepEqual(incidentsIn(status().site.store), []);
  });

  test('are told to be over once nothing of it was seen for ten minutes, and begin anew after it', async () => {
    await quiet(8);
    assert.equal(told().length, 1);
    await quiet(3);
    const over = told().find((mail) => mail.includes('fail no more')) ?? '';
    assert.equal(told().length, 2);
    assert.match(over, /Not seen for ten minutes: /);
    assert.deepEqual(
      faults().map(({ endedAt }) => endedAt === null),
      [false, false],
    );
    await quiet(5);
    assert.equal(told().length, 2);
    await failing();
    assert.equal(told().length, 3);
    const [again] = faults();
    assert.match(again?.number ?? '', /-03$/);
    assert.deepEqual(
      toldOf(status().site.store, again ?? assert.fail()).map(({ channel }) => channel),
      ['email'],
    );
  });

  test('are not told to be over while they fail among others', async () => {
    const before = told().length;
    const among = { ...TOGETHER, 'ods:F1': 25, 'ods:F2': 25 };
    for (let n = 0; n < 12; n += 1) await failing(among, 100);
    assert.equal(told().length, before);
    assert.equal(faults()[0]?.endedAt, null);
    assert.equal(incidentsIn(status().site.store).length, 1);
  });

  test('are told nowhere any more once the address is taken away', async () => {
    const before = told().length;
    const args = ['999000000201', 'help@supplier.example'];
    assert.equal((await spine('contact', 'remove', ...args)).code, 0);
    assert.equal((await spine('contact', 'remove', ...args)).code, 1);
    await quiet(12);
    assert.notEqual(faults()[0]?.endedAt, null);
    assert.equal(told().length, before);
    const kept = JSON.stringify(status().site.store.events('contact/'));
    assert.match(kept, /Named.*Confirmed.*Left/);
    assert.doesNotMatch(kept, /supplier\.example/);
  });

  test('refuse an address that is none, or for nobody', async () => {
    const wrong: readonly (readonly [readonly string[], number, RegExp])[] = [
      [['!', 'a@b.example'], 2, /Enter an ODS code, an ASID/],
      [['FA565', 'a@b.example\r\nBcc: c@d.example'], 2, /email address in the correct format/],
      [['FA565', 'https://10.0.0.1/'], 2, /reached from the internet/],
      [['FA565'], 2, /email address/],
    ];
    for (const [argv, code, words] of wrong) {
      const answer = await spine('contact', 'add', ...argv);
      assert.equal(answer.code, code);
      assert.match(answer.stderr, words);
    }
    assert.equal((await spine('contact', 'add', 'FA565', 'it@pharmacy.example')).code, 0);
    const twice = await spine('contact', 'add', 'fa565', 'it@pharmacy.example');
    assert.equal(twice.code, 1);
    assert.match(twice.stderr, /named for them already/);
  });
});
