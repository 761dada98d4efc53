// Shows: Signatures | the last good revocation list and the grace for a missing one outlast the process, and every process knows them
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { after, before, beforeEach, describe, test } from 'node:test';

import * as x509 from '@peculiar/x509';

import { present } from '../../kernel/bug.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { sql } from '../../platform/sql.ts';
import { openSignatures, revocationListJob, type Signatures } from './index.ts';
import {
  infoOf,
  issue,
  type Issued,
  lengthened,
  newKeys,
  NO_OWN_LISTS,
  parsed,
  signatureXml,
} from './testing.ts';
import type { OwnLists } from './fetch-lists.ts';
import { verifySignature } from './verify.ts';

const database = testDatabase();
const DAY_MS = 86_400_000;
const START = Date.now();

let sub: Issued;
let root: Issued;
let server: Server;
let served: Buffer | null;
let asked: number;
let base: string;
let points = 0;
const CARD = { name: 'O=nhs, OU=People, CN=555900010101_Asha_Synthetic-Moor' };
const ENTRIES = 50_000;

before(async () => {
  server = createServer((_, response) => {
    asked += 1;
    response.writeHead(served === null ? 503 : 200).end(served ?? undefined);
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const [rootKeys, subKeys] = await Promise.all([newKeys(), newKeys()]);
  const ca = { isAuthority: true };
  root = await issue({ ...ca, name: 'O=nhs, CN=Root', keys: rootKeys, issuer: null, serial: '01' });
  sub = await issue({ ...ca, name: 'O=nhs, CN=Sub', keys: subKeys, issuer: root, serial: '02' });
});

beforeEach(async () => {
  served = null;
  asked = 0;
  await database().database.all(sql`delete from prescriptions.revocation_list`);
});

after(() => server.close());

/** A process that starts: it knows what the database has. */
async function started(at: number, own: OwnLists = NO_OWN_LISTS): Promise<Signatures> {
  const pem = [root, sub].map(({ certificate }) => certificate.toString('pem')).join('\n');
  const clock = (): Date => new Date(at);
  const made = openSignatures(pem, clock, { database: database().database, own });
  assert.ok(made.ok);
  await made.value.lists.look(clock());
  return made.value;
}

/** A card with a distribution point of its own. */
async function card(): Promise<{ signer: Issued; uri: string }> {
  points += 1;
  const uri = `${base}/c${points}.crl`;
  const signer = await issue({
    ...CARD,
    keys: sub.keys,
    issuer: sub,
    serial: '0a',
    listAt: uri,
  });
  return { signer, uri };
}

type ListWanted = {
  readonly revokes?: boolean;
  readonly from?: number;
  /** The distribution point that the list says it is of. */
  readonly of?: string;
  readonly delta?: boolean;
};

async function list({ revokes = false, from = START, of, delta = false }: ListWanted = {}) {
  const made = await x509.X509CrlGenerator.create({
    issuer: sub.certificate.subjectName,
    thisUpdate: new Date(from),
    nextUpdate: new Date(from + 2 * DAY_MS),
    signingAlgorithm: { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' },
    signingKey: sub.keys.pair.privateKey,
    entries: revokes ? [{ serialNumber: '0a', revocationDate: new Date(0) }] : [],
    extensions: [
      ...(of === undefined ? [] : [new x509.Extension('2.5.29.28', true, pointOf(of))]),
      ...(delta ? [new x509.Extension('2.5.29.27', true, Buffer.from('020101', 'hex'))] : []),
    ],
  });
  return Buffer.from(made.rawData);
}

function pointOf(uri: string): Buffer {
  const text = Buffer.from(uri);
  const headed = [4, 2, 0].map((more) => text.length + more);
  const tags = [0x30, 0xa0, 0xa0];
  const heads = tags.flatMap((tag, place) => [tag, present(headed[place], 'length')]);
  return Buffer.concat([Buffer.from([...heads, 0x86, text.length]), text]);
}

function check(signatures: Signatures, signer: Issued, at: number) {
  const expectedSignedInfo = infoOf('the prescription');
  const signature = parsed(signatureXml(expectedSignedInfo('RS256'), signer));
  const prescriber = { userId: '555900010101', family: null };
  const signed = { expectedSignedInfo, signature, at: new Date(START), prescriber };
  return verifySignature(signatures, { ...signed, isSha1Allowed: false }, new Date(at));
}

/** As the job does it, and what is known then. */
async function afterJob(signatures: Signatures, signer: Issued, at: number) {
  const job = revocationListJob(signatures);
  if (await job.hasWork()) await job.run(() => Promise.resolve(true));
  return check(signatures, signer, at);
}

const GOOD = { findings: [], unlisted: [] };

describe('a list that cannot be had', () => {
  test('is done without for a day from the first order on, whatever is restarted meanwhile', async () => {
    const { signer, uri } = await card();
    const first = await started(START);
    assert.deepEqual(check(first, signer, START), { findings: [], unlisted: [uri] });
    await first.lists.settled();
    const almost = START + DAY_MS - 60_000;
    const later = await started(almost);
    assert.deepEqual(check(later, signer, almost), { findings: [], unlisted: [uri] });
    const nextDay = START + DAY_MS + 60_000;
    assert.deepEqual(check(await started(nextDay), signer, nextDay), {
      findings: ['RevocationUnknown'],
      unlisted: [uri],
    });
  });

  test('is asked for again by the job, though no order comes', async () => {
    const { signer, uri } = await card();
    const early = await started(START);
    check(early, signer, START);
    await early.lists.settled();
    served = await list({ revokes: true, of: uri });
    const later = await started(START + 60_000);
    const known = await afterJob(later, signer, START + 60_000);
    assert.deepEqual(known, { findings: ['CertificateRevoked'], unlisted: [] });
  });
});

describe('a list that was had', () => {
  test('is known to a process that starts while it cannot be had', async () => {
    const { signer, uri } = await card();
    served = await list({ revokes: true, of: uri });
    const first = await started(START);
    check(first, signer, START);
    await first.lists.settled();
    served = null;
    const restarted = await started(START + 1_000);
    const known = check(restarted, signer, START + 1_000);
    assert.deepEqual(known, { findings: ['CertificateRevoked'], unlisted: [] });
  });

  test('by one process is taken over by another, which does not ask for it', async () => {
    const { signer, uri } = await card();
    const [one, other] = [await started(START), await started(START)];
    served = await list({ of: uri });
    check(one, signer, START);
    await one.lists.settled();
    asked = 0;
    await other.lists.look(new Date(START));
    assert.deepEqual(check(other, signer, START), GOOD);
    assert.equal(asked, 0);
  });

  test('is fetched again in its time, and never gives way to one from before it', async () => {
    const { signer, uri } = await card();
    served = await list({ revokes: true, of: uri });
    const process = await started(START);
    check(process, signer, START);
    await process.lists.settled();
    asked = 0;
    assert.equal(await process.lists.look(new Date(START + 60_000)), false);
    const hourLater = new Date(START + 3_601_000);
    assert.equal(await process.lists.look(hourLater), true);
    served = await list({ from: START - DAY_MS, of: uri });
    await process.lists.renew(hourLater);
    assert.ok(asked > 0);
    const known = check(process, signer, hourLater.getTime());
    assert.deepEqual(known.findings, ['CertificateRevoked']);
    // The newer word counts, here that it was taken off the list.
    const tryAgain = new Date(hourLater.getTime() + 60_000);
    served = await list({ from: START + 60_000, of: uri });
    await process.lists.renew(tryAgain);
    assert.deepEqual(check(process, signer, tryAgain.getTime()), GOOD);
  });
});

describe('a list of the same authority', () => {
  for (const [what, wanted] of [
    ['of another part of its certificates', { of: 'http://127.0.0.1/c99.crl' }],
    ['of changes since the last one only', { delta: true }],
  ] as const) {
    test(`${what} counts as none`, async () => {
      const { signer, uri } = await card();
      served = await list(wanted);
      const process = await started(START);
      check(process, signer, START);
      await process.lists.settled();
      assert.deepEqual(check(process, signer, START), { findings: [], unlisted: [uri] });
    });
  }

  test('that names no part is the list of all', async () => {
    const { signer } = await card();
    served = await list({ revokes: true });
    const process = await started(START);
    check(process, signer, START);
    await process.lists.settled();
    assert.deepEqual(check(process, signer, START).findings, ['CertificateRevoked']);
  });
});

describe('a long list', () => {
  test('is read once, and says of each serial number whether it names it', async () => {
    const { signer, uri } = await card();
    served = lengthened(await list({ revokes: true, of: uri }), sub, ENTRIES);
    const signatures = await started(START);
    check(signatures, signer, START);
    await signatures.lists.settled();
    asked = 0;
    const named = async (serial: string): Promise<boolean> => {
      const one = await issue({ ...CARD, keys: sub.keys, issuer: sub, serial, listAt: uri });
      return check(signatures, one, START).findings.includes('CertificateRevoked');
    };
    const serials = [0, 1, ENTRIES / 2, ENTRIES - 1].map((n) => (0x10000000 + n).toString(16));
    assert.deepEqual(await Promise.all(serials.map(named)), [true, true, true, true]);
    const others = [(0x10000000 + ENTRIES).toString(16), '0fffffff', '0b', '0a000000000a'];
    assert.deepEqual(await Promise.all(others.map(named)), [false, false, false, false]);
    assert.equal(await named('0a'), true);
    assert.equal(asked, 0);
  });

  test('that is cut off, or has bytes that were changed, counts as none', async () => {
    const { signer, uri } = await card();
    const whole = lengthened(await list({ revokes: true, of: uri }), sub, 10);
    const changed = Buffer.from(whole);
    changed.writeUInt8((changed[whole.length - 300] ?? 0) ^ 1, whole.length - 300); // in an entry
    for (const bad of [whole.subarray(0, -1), changed]) {
      await database().database.all(sql`delete from prescriptions.revocation_list`);
      served = bad;
      const signatures = await started(START);
      check(signatures, signer, START);
      await signatures.lists.settled();
      assert.deepEqual(check(signatures, signer, START), { findings: [], unlisted: [uri] });
    }
  });
});

describe('a list of this installation itself', () => {
  test('is known from the start, and read again by each process once it says something else', async () => {
    const { signer, uri } = await card();
    const authority = new X509Certificate(Buffer.from(sub.certificate.rawData)).fingerprint256;
    let [version, bytes] = ['1', await list({ of: uri })];
    const own: OwnLists = {
      all: () => Promise.resolve([{ authority, uri, version }]),
      read: (point) => Promise.resolve(point === uri ? bytes : null),
    };
    const [one, other] = [await started(START, own), await started(START, own)];
    for (const process of [one, other]) assert.deepEqual(check(process, signer, START), GOOD);
    [version, bytes] = ['2', await list({ revokes: true, from: START + 1_000, of: uri })];
    for (const process of [one, other]) {
      assert.equal(await process.lists.look(new Date(START + 2_000)), false);
      const { findings } = check(process, signer, START + 2_000);
      assert.deepEqual(findings, ['CertificateRevoked']);
    }
    [version, bytes] = ['3', await list({ from: START + 3_000, of: uri })];
    assert.equal(await one.lists.look(new Date(START + 4_000)), false);
    assert.deepEqual(check(one, signer, START + 4_000), GOOD);
    assert.equal(asked, 0);
    const kept = await database().database.all(sql`select from prescriptions.revocation_list`);
    assert.equal(kept.length, 0);
  });
});
