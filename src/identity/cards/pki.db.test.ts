// Shows: Identity | certificates of cards, revocation lists and OCSP answers as OpenSSL accepts them, RSA and P-256
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';

import { REAL_CLOCK } from '../../platform/clock.ts';
import { type HttpServer, startHttp } from '../../platform/http.ts';
import { sql } from '../../platform/sql.ts';
import { handIn } from '../../../test/support/cards.ts';
import { testDatabase } from '../../../test/support/database.ts';
import { shardOf } from './authority.ts';
import {
  authoritiesOf,
  authoritiesPem,
  type Cards,
  certificatesOf,
  changeCard,
  issueCard,
  pkiRoutes,
} from './index.ts';
import { revokedIn } from './pki/repository.ts';

const database = testDatabase();
const cards: Cards = {
  get database() {
    return database().database;
  },
  pkiUrl: 'http://pki.openspine.invalid',
};
const by = { userId: null, at: new Date() };
let folder = '';
let address = '';
let http: HttpServer;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openspine-pki-'));
  const failure = (status: number) => ({ status, body: '' });
  http = await startHttp('127.0.0.1', 0, () => failure(503));
  await http.serve({
    routes: pkiRoutes(cards, REAL_CLOCK),
    mounts: [],
    headers: () => ({}),
    onFailure: (_request, { kind }) => failure(kind === 'BadRequest' ? 400 : 500),
  });
  address = `http://127.0.0.1:${http.port}`;
});
after(async () => {
  await http.close();
  await rm(folder, { recursive: true });
});

/** Runs OpenSSL, which knows nothing of us; all that it says. */
function openssl(...words: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile('openssl', words, (_error, stdout, stderr) => resolve(`${stdout}${stderr}`));
  });
}

type Pems = {
  readonly cardNumber: string;
  readonly login: string;
  readonly signing: string;
  readonly der: { readonly login: X509Certificate; readonly signing: X509Certificate };
};

async function issued(userId: string, type: 'rsa' | 'p256'): Promise<Pems> {
  const keys = { pin: '123456', types: { login: type, signing: type } };
  await handIn(cards, userId);
  const card = await issueCard(cards, { userId, keys }, by);
  assert.ok(card.ok);
  const { cardNumber } = card.value;
  const all = await certificatesOf(cards.database, cardNumber);
  const certificate = (purpose: string): X509Certificate => {
    const found = all.find((one) => one.purpose === purpose);
    assert.ok(found);
    return new X509Certificate(found.der);
  };
  const der = { login: certificate('login'), signing: certificate('signing') };
  const login = join(folder, `${cardNumber}-login.pem`);
  const signing = join(folder, `${cardNumber}-signing.pem`);
  await writeFile(login, der.login.toString());
  await writeFile(signing, der.signing.toString());
  return { cardNumber, login, signing, der };
}

async function trustFile(): Promise<string> {
  const path = join(folder, 'authorities.pem');
  const of = [authoritiesPem(cards, 'login'), authoritiesPem(cards, 'signing')];
  await writeFile(path, (await Promise.all(of)).join(''));
  return path;
}

const MOOR = '555900010101';

for (const type of ['rsa', 'p256'] as const) {
  describe(`the certificates of a card with ${type} keys`, () => {
    test('have the names, usages, policies, periods and places of the real ones', async () => {
      const { login, signing, der } = await issued(MOOR, type);
      const loginText = await openssl('x509', '-noout', '-text', '-in', login);
      const signingText = await openssl('x509', '-noout', '-text', '-in', signing);
      assert.equal(der.login.subject, `O=nhs\nOU=people\nCN=${MOOR}`);
      assert.equal(der.signing.subject, `O=nhs\nOU=People\nCN=${MOOR}_Asha_Synthetic-Moor`);
      assert.match(der.login.issuer, /^C=GB\nO=nhs\nOU=CA\nCN=OpenSpine Login/);
      assert.match(loginText, /X509v3 Key Usage: \n +Digital Signature\n/);
      assert.match(loginText, /TLS Web Client Authentication, Microsoft Smartcard Login/);
      assert.match(loginText, /Policy: 1\.2\.826\.0\.1275\.101\.0\.3\.1\.1\n/);
      assert.match(signingText, /X509v3 Key Usage: critical\n +Non Repudiation\n/);
      assert.match(
        signingText,
        /Certificate Policies: critical\n +Policy: 1\.2\.826\.0\.1275\.102\.0\.3\.2\.0\n +CPS: http:\/\/pki/,
      );
      for (const text of [loginText, signingText]) {
        assert.match(text, /CA:FALSE/);
        assert.match(text, /URI:http:\/\/pki\.openspine\.invalid\/pki\/\w+-\w+-c\d+\.crl/);
        assert.match(text, /OCSP - URI:http:\/\/pki\.openspine\.invalid\/pki\/ocsp/);
        assert.match(text, /CA Issuers - URI:http:\/\/pki\.openspine\.invalid\/pki\/\w+-\w+\.crt/);
        assert.match(text, type === 'rsa' ? /sha256WithRSAEncryption/ : /ecdsa-with-SHA256/);
      }
      const days = (text: string): number => Date.parse(text) / 86_400_000;
      const { validFrom, validTo } = der.signing;
      const end = new Date(Date.parse(validFrom) + 30 * 60_000);
      end.setUTCFullYear(end.getUTCFullYear() + 2);
      assert.equal(Date.parse(validTo), end.getTime());
      const validity = days(validTo) - days(validFrom);
      const [, from = '', until = ''] =
        /Private Key Usage Period: *\n +Not Before: (.+), Not After: (.+)\n/.exec(signingText) ??
        [];
      assert.equal(days(from), days(validFrom));
      const share = (days(until) - days(from)) / validity;
      assert.ok(share > 0.699 && share < 0.701, String(share));
      assert.equal(der.login.serialNumber.length, 32);
    });

    test('lead up to the root, and stop leading when they are revoked', async () => {
      const { cardNumber, login, signing, der } = await issued(MOOR, type);
      const trust = await trustFile();
      for (const path of [login, signing]) {
        assert.match(await openssl('verify', '-CAfile', trust, path), /: OK\n$/);
      }
      const point = /\/pki\/(\S+\.crl)/.exec(
        await openssl('x509', '-noout', '-text', '-in', login),
      );
      const list = join(folder, `${cardNumber}.crl`);
      const fetched = async (): Promise<string> => {
        const answer = await fetch(`${address}/pki/${point?.[1] ?? ''}`);
        assert.equal(answer.headers.get('content-type'), 'application/pkix-crl');
        await writeFile(list, Buffer.from(await answer.arrayBuffer()));
        return openssl(
          'verify',
          '-crl_check',
          '-extended_crl',
          '-CAfile',
          trust,
          '-CRLfile',
          list,
          login,
        );
      };
      assert.match(await fetched(), /: OK\n$/);
      await changeCard(cards, cardNumber, { kind: 'Revoke', reason: 'stolen' }, { by });
      assert.match(await fetched(), /certificate revoked/);
      const text = await openssl('crl', '-noout', '-text', '-inform', 'DER', '-in', list);
      assert.match(text, new RegExp(`${der.login.serialNumber}[^]*?Key Compromise`));
      assert.match(text, /Issuing Distribution Point: critical/);
      assert.match(text, /CRL Number/);
    });

    test('have a status that OpenSSL asks for and believes', async () => {
      const { cardNumber, login } = await issued(MOOR, type);
      const trust = await trustFile();
      const issuer = join(folder, `login-${type}.pem`);
      const { certificate } = (await authoritiesOf(cards))[`login-${type}`];
      await writeFile(issuer, new X509Certificate(certificate).toString());
      const status = (): Promise<string> =>
        openssl(
          'ocsp',
          '-issuer',
          issuer,
          '-cert',
          login,
          '-CAfile',
          trust,
          '-url',
          `${address}/pki/ocsp`,
        );
      const good = await status();
      assert.match(good, /Response verify OK\n/);
      assert.match(good, /: good\n/);
      await changeCard(cards, cardNumber, { kind: 'Revoke', reason: 'left' }, { by });
      const revoked = await status();
      assert.match(revoked, /: revoked\n[^]*Reason: affiliationChanged/);
      assert.ok(!revoked.includes('WARNING: no nonce'));
      const request = join(folder, `${cardNumber}.ocsp`);
      await openssl('ocsp', '-issuer', issuer, '-cert', login, '-reqout', request);
      const inPath = encodeURIComponent((await readFile(request)).toString('base64'));
      const answer = await fetch(`${address}/pki/ocsp/${inPath}`);
      const response = join(folder, `${cardNumber}.resp`);
      await writeFile(response, Buffer.from(await answer.arrayBuffer()));
      const read = await openssl('ocsp', '-respin', response, '-CAfile', trust, '-text');
      assert.match(read, /Cert Status: revoked/);
    });
  });
}

describe('the authorities', () => {
  test('are made once, though two processes start at the same time', async () => {
    const [one, other] = await Promise.all([authoritiesOf(cards), authoritiesOf(cards)]);
    assert.deepEqual(one, other);
    const crt = await fetch(`${address}/pki/login-rsa.crt`);
    const shown = Buffer.from(await crt.arrayBuffer());
    assert.deepEqual(shown, one['login-rsa'].certificate);
    const list = join(folder, 'root.crl');
    const root = await fetch(`${address}/pki/root.crl`);
    await writeFile(list, Buffer.from(await root.arrayBuffer()));
    const trust = await trustFile();
    const text = await openssl('crl', '-inform', 'DER', '-in', list, '-CAfile', trust, '-noout');
    assert.match(text, /verify OK/);
  });

  test('answer what cannot be read or is not theirs with what the protocol has for it', async () => {
    const post = async (body: string | Uint8Array<ArrayBuffer>): Promise<string> => {
      const answer = await fetch(`${address}/pki/ocsp`, { method: 'POST', body });
      return Buffer.from(await answer.arrayBuffer()).toString('hex');
    };
    assert.equal(await post('no request'), '30030a0101');
    const own = join(folder, 'own.pem');
    await openssl(
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-subj',
      '/CN=another',
      '-keyout',
      join(folder, 'own.key'),
      '-out',
      own,
    );
    const request = join(folder, 'own.ocsp');
    await openssl('ocsp', '-issuer', own, '-cert', own, '-reqout', request);
    assert.equal(await post(new Uint8Array(await readFile(request))), '30030a0106');
    for (const path of ['/pki/nobody.crt', '/pki/nobody.crl', '/pki/root-c1.crl', '/pki/ocsp/%']) {
      const { status } = await fetch(`${address}${path}`);
      assert.ok(status === 404 || path.endsWith('%'), path);
    }
  });

  test('put a thousand certificates on a list and no more', async () => {
    assert.deepEqual([0, 999, 1_000, 57_999].map(shardOf), [0, 0, 1, 57]);
    const { cardNumber } = await issued(MOOR, 'p256');
    await cards.database.write(sql`
      insert into identity.certificate (serial, authority, shard, card_number, purpose, der, not_before,
        not_after, revoked_at, revocation_reason)
      select lpad(to_hex(n + 4096), 32, '4'), 'login-p256', 77, ${cardNumber}, 'login', ''::bytea, now(), now(),
        now(), 0 from generate_series(1, 1000) n`);
    assert.equal((await revokedIn(cards.database, 'login-p256', 77)).length, 1_000);
    const answer = await fetch(`${address}/pki/login-p256-c77.crl`);
    const list = join(folder, 'full.crl');
    await writeFile(list, Buffer.from(await answer.arrayBuffer()));
    const text = await openssl('crl', '-inform', 'DER', '-in', list, '-noout', '-text');
    assert.equal(text.match(/Serial Number/g)?.length, 1_000);
  });
});
